"""Sessions: a session is the list of its turns, and a turn is committed in one step.

Everything a session knows is in its newest turn, so that a turn costs the same on turn 1 and on
turn 10,000, and two turns that race for the same number cannot both have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import orjson

from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import APIError
from leadway_mock.state.clock import Clock
from leadway_mock.store import Item, Store
from leadway_mock.util.json_text import to_json_text, to_json_text_unchecked
from leadway_mock.util.redaction import is_suspicious, redact_json


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class Turn:
    """One message and its answer, as kept. `at` is in seconds since the Unix epoch."""

    number: int
    at: float
    agent_id: str
    location_id: str
    version_id: str
    interaction_id: str
    message: str
    response: str
    goal_completion: bool
    contact_id: str | None = None
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class Session:
    """A conversation as it stands: its id and its newest turn, which is None before the first."""

    id: str
    newest: Turn | None = None
    turns: int = field(init=False)
    """How many turns were committed."""

    state: Mapping[str, Any] = field(init=False)
    """What the agent kept from the turn before."""

    def __post_init__(self) -> None:
        newest = self.newest
        self.turns, self.state = (newest.number, newest.state) if newest else (0, {})


class Sessions:
    """The rules of sessions, above any store."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, prefix: str = "") -> None:
        """Keep sessions in `store` under keys that begin with `prefix`."""
        self._store = store
        self._clock = clock
        self._settings = settings
        self._turns = f"{prefix}turns/"
        self._index = f"{prefix}sessions"  # execution ids, in the order of their first turns
        self._deleted = f"{self._index}/deleted"  # positions in the index that mean nothing now
        self._ended = f"{self._index}/expired/"  # a mark for each session that was told to expire

    def find(self, execution_id: str) -> Session | None:
        """Return the session of that id, expired or not, or None."""
        item = self._store.last(self._turns + execution_id)
        return Session(execution_id, _turn(item)) if item else None

    def expired(self, session: Session) -> bool:
        """Tell whether the session was idle for longer than it may be (documented: 30 minutes)."""
        idle = self._clock.now() - session.newest.at if session.newest else 0.0
        return idle > self._settings.session_idle_seconds or self._was_told_to_expire(session)

    def _was_told_to_expire(self, session: Session) -> bool:
        return self._store.last(self._ended + session.id) is not None

    def resume(self, execution_id: str, agent_id: str, location_id: str) -> Session:
        """Return the live session of that id.

        Raises `Refusal`: `session-unknown`, `session-foreign-agent`, `session-foreign-location` or
        `session-expired`; what these answer is not documented, and so a setting.
        """
        session = self.find(execution_id)
        if session is None or session.newest is None:
            self._refuse("unknown", "The mock never minted it, or was restarted or reset since.")
        if session.newest.agent_id != agent_id:
            self._refuse("foreign-agent", "It was opened with another agent.")
        if session.newest.location_id != location_id:
            self._refuse("foreign-location", "It was opened in another location.")
        if self.expired(session):
            idle = self._settings.session_idle_seconds
            told = "It was told to expire." if self._was_told_to_expire(session) else ""
            self._refuse("expired", told or f"It was idle for more than {idle:g} seconds.")
        return session

    def commit(self, session: Session, turn: Turn) -> bool:
        """Add `turn` to `session` unless another turn was faster; tell whether it was added."""
        text = _text(turn)
        key, keep = self._turns + session.id, self._settings.max_turns
        added = self._store.append(key, text, after=session.turns, keep=keep)
        if added and added.position == 1:
            self._remember(session.id)
        return added is not None

    def transcript(self, execution_id: str, *, after: int = 0, limit: int) -> list[Turn]:
        """Return up to `limit` turns of a session behind turn `after`, in order."""
        items = self._store.items(self._turns + execution_id, after=after, limit=limit)
        return [_turn(item) for item in items]

    def listed(self, *, after: int, limit: int) -> Iterator[tuple[int, Session]]:
        """Yield up to `limit` sessions behind position `after`, oldest first, with positions."""
        for item in self._store.items(self._index, after=after, limit=limit):
            session = self.find(item.value)
            if session is not None:
                yield item.position, session

    def count(self) -> int:
        """Return how many sessions are kept."""
        oldest = next(iter(self._store.items(self._index, limit=1)), None)
        deleted = self._store.items(self._deleted) if oldest else ()
        gone = {item.value for item in deleted if oldest and int(item.value) >= oldest.position}
        return self._store.count(self._index) - len(gone)

    def fork(self, execution_id: str, turns: int, fork_id: str) -> Session | None:
        """Begin the session `fork_id` with the first `turns` turns of another, and return it.

        It can be continued from now on, as if its last turn had just been said. Returns None where
        the other session has no such turn, or has lost the first ones.
        """
        copied = self.transcript(execution_id, limit=turns)
        if [turn.number for turn in copied] != list(range(1, turns + 1)):
            return None
        session = Session(fork_id)
        for turn in copied:
            added = replace(turn, at=self._clock.now()) if turn.number == turns else turn
            self.commit(session, added)
            session = Session(fork_id, added)
        return session

    def expire(self, execution_id: str) -> bool:
        """End a session as if it had been idle for too long; tell whether there is such a one."""
        if self.find(execution_id) is None:
            return False
        self._store.append(self._ended + execution_id, "told", keep=1)
        return True

    def delete(self, execution_id: str) -> bool:
        """Forget a session: from now on it is unknown. Tell whether there was such a one."""
        if self.find(execution_id) is None:
            return False
        position = self._position(execution_id)
        self._forget(execution_id)
        self._store.append(self._deleted, str(position), keep=self._settings.max_sessions)
        return True

    def _position(self, execution_id: str) -> int:
        items = self._store.items(self._index)
        return next((item.position for item in items if item.value == execution_id), 0)

    def _remember(self, execution_id: str) -> None:
        """List the session, and forget the oldest beyond the number that is kept."""
        added = self._store.append(self._index, execution_id, keep=self._settings.max_sessions)
        for dropped in added.dropped if added else ():
            self._forget(dropped)

    def _forget(self, execution_id: str) -> None:
        self._store.delete(self._turns + execution_id)
        self._store.delete(self._ended + execution_id)

    def _refuse(self, why: str, hint: str) -> NoReturn:
        suffix = "-400" if self._settings.unknown_session == "400" else ""
        cure = "Leave executionId out of the first message, then send the one its answer brings."
        raise APIError(f"session-{why}{suffix}", hint=f"{hint} {cure}")


def _text(turn: Turn) -> str:
    """Return a turn as it is kept: without credentials, and without what is empty."""
    told: dict[str, Any] = {
        "number": turn.number,
        "at": turn.at,
        "agent_id": turn.agent_id,
        "location_id": turn.location_id,
        "version_id": turn.version_id,
        "interaction_id": turn.interaction_id,
        "message": turn.message,
        "response": turn.response,
        "goal_completion": turn.goal_completion,
    }
    if turn.contact_id is not None:
        told["contact_id"] = turn.contact_id
    if turn.state:
        told["state"] = turn.state
    text = (
        to_json_text(told) if turn.state else to_json_text_unchecked(told)
    )  # Only agents know other numbers.
    return to_json_text(redact_json(told)) if is_suspicious(text) else text


def _turn(item: Item) -> Turn:
    return Turn(**orjson.loads(item.value))
