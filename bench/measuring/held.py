"""An emulator that holds many sessions or long ones, in the process that measures it.

It is filled through its sessions, by the commit that every turn goes through, and asked through
its front, with journal and validation as they come; there is no server in between.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench.load.requests import FIRST_TURN, NEXT_TURN, PATH, TOKEN
from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.state.sessions import Session, Turn

HEADERS = {
    "host": "127.0.0.1",
    "authorization": f"Bearer {TOKEN}",
    "version": "2021-07-28",
    "content-type": "application/json",
}
ROOM = 1_000_000_000
ASKED = 10_000


class Held:
    """An emulator and the ids of sessions in it."""

    def __init__(self) -> None:
        settings = Settings(max_sessions=ROOM, max_turns=ROOM, session_idle_seconds=ROOM)
        self._emulator = build_emulator(settings)
        self._calls = 0
        self._known: list[str] = []

    def fill(self, size: int) -> None:
        """Hold `size` sessions of one turn each."""
        turn = self._turn()
        ids = [f"{random.getrandbits(120):024x}"[:24] for _ in range(size - 1)]
        for each in ids:
            self._emulator.sessions.commit(Session(each), turn)
        self._known = random.sample(ids, min(ASKED, len(ids)))

    def lengthen(self, turns: int) -> str:
        """Return the id of a new session of so many turns."""
        execution_id = f"{random.getrandbits(120):024x}"[:24]
        session, turn = Session(execution_id), self._turn()
        for number in range(1, turns + 1):
            added = replace(turn, number=number)
            self._emulator.sessions.commit(session, added)
            session = Session(execution_id, added)
        return execution_id

    def cost(self, calls: int) -> float:
        """Return the microseconds of a turn: half of them open a session, half continue one."""

        def both() -> None:
            self.first()
            self.next(random.choice(self._known))

        return timed(both, calls) / 2

    def first(self) -> str:
        """Say the first turn of a session, and return the session's id."""
        return str(self._ask(FIRST_TURN % self._number())["executionId"])

    def next(self, execution_id: str) -> None:
        """Say the next turn of a session."""
        told = self._ask(NEXT_TURN % (self._number(), execution_id.encode()))
        assert told["executionId"] == execution_id, told

    def _turn(self) -> Turn:
        session = self._emulator.sessions.find(self.first())
        assert session is not None
        assert session.newest is not None
        return session.newest

    def _number(self) -> int:
        self._calls += 1
        return self._calls

    def _ask(self, body: bytes) -> dict[str, Any]:
        headers = HEADERS | {"content-length": str(len(body))}
        answer = self._emulator.handle(Request("POST", PATH, "", headers, body))
        content: dict[str, Any] = json.loads(answer.body)
        return content


def timed(call: Callable[[], object], times: int) -> float:
    """Return the microseconds of processor time that a call takes."""
    started = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started) / times * 1e6
