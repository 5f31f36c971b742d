"""What a turn asks of the store: which verbs, of which keys, and the processor time they take.

The emulator is asked in this process, over a store that notes what it is asked for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

from bench.load.requests import FIRST_TURN, NEXT_TURN, PATH
from bench.measuring.held import HEADERS, ROOM
from leadway_mock.agents import BUILT_IN
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import SystemClock
from leadway_mock.store import Store, open_store


@dataclass(frozen=True, slots=True)
class Asked:
    """One verb as it was asked for, and its seconds of processor time on this side.

    Where it was asked for several keys, `key` is the first.
    """

    verb: str
    key: str
    seconds: float


def _key(arguments: Sequence[Any]) -> str:
    """Return the key that a verb was asked for; of several, the first."""
    first = arguments[0] if arguments else ""
    return str(first if isinstance(first, str) else first[0][0])


class Watched:
    """A store that notes what it is asked for. It stands in the place of any `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked: list[Asked] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        verb: Callable[..., Any] = getattr(self._store, name)

        def watched(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as the verb has them
            started = time.thread_time()
            found = verb(*arguments, **options)
            self.asked.append(Asked(name, _key(arguments), time.thread_time() - started))
            return found

        return watched


class Talker:
    """Says turns to an emulator over a store, in this process."""

    def __init__(self, url: str, *, journal: int = ROOM) -> None:
        """Open the store at `url`; keep so many entries in the journal."""
        self._store = open_store(url)
        self._watched = Watched(self._store)
        settings = Settings(
            max_sessions=ROOM, max_turns=ROOM, max_journal=journal, session_idle_seconds=ROOM
        )
        store = cast("Store", self._watched)
        self._emulator = Emulator(settings, load_contract(), BUILT_IN, store, SystemClock())
        self._number = 0

    def first(self) -> str:
        """Say the first turn of a session, and return the session's id."""
        return self._say(FIRST_TURN % self._next())

    def next(self, session: str) -> None:
        """Say the next turn of a session."""
        assert self._say(NEXT_TURN % (self._next(), session.encode())) == session

    def asked(self) -> Sequence[Asked]:
        """Return what the store was asked for since the last time."""
        asked, self._watched.asked = self._watched.asked, []
        return asked

    def close(self) -> None:
        """Release the store."""
        self._store.close()

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _say(self, body: bytes) -> str:
        headers = HEADERS | {"content-length": str(len(body))}
        answer = self._emulator.handle(Request("POST", PATH, "", headers, body))
        return str(json.loads(answer.body)["executionId"])


def verbs_of_turns() -> tuple[Sequence[Asked], Sequence[Asked]]:
    """Return what a first turn asks for, and what a further one does; built-in agents."""
    with closing(Talker("memory:")) as talker:
        talker.first()
        talker.asked()
        session = talker.first()
        first = talker.asked()
        talker.next(session)
        return first, talker.asked()
