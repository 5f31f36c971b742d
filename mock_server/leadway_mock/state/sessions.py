"""Sessions: a session is the list of its turns, and a turn is committed atomically.

The newest turn contains the whole state of a session, so turn 10,000 costs as much as turn 1. Of
two turns that compete for one number, only one is committed.
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
    """One message and its response, as stored. `at` is in seconds since the Unix epoch."""

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
    """A session: its id and its newest turn, which is None before the first."""

    id: str
    newest: Turn | None = None
    turns: int = field(init=False)
    """Number of committed turns."""

    state: Mapping[str, Any] = field(init=False)
    """State of the agent after the newest turn."""

    def __post_init__(self) -> None:
        newest = self.newest
        self.turns, self.state = (newest.number, newest.state) if newest else (0, {})


class Sessions:
    """All sessions of a namespace, in any store."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, prefix: str = "") -> None:
        """Use `store`, with keys that begin with `prefix`."""
        self._store = store
        self._clock = clock
        self._settings = settings
        self._turns = f"{prefix}turns/"
        self._index = f"{prefix}sessions"  # execution ids, in the order of their first turns
        self._deleted = f"{self._index}/deleted"  # positions of deleted sessions in the index
        self._expired = f"{self._index}/expired/"  # a mark for each session that `expire` ended

    def find(self, execution_id: str) -> Session | None:
        """Return the session of that id, expired or not, or None."""
        item = self._store.last(self._turns + execution_id)
        return Session(execution_id, _turn(item)) if item else None

    def has_expired(self, session: Session) -> bool:
        """Return whether the session was idle for too long (documented: 30 minutes)."""
        idle = self._clock.now() - session.newest.at if session.newest else 0.0
        return idle > self._settings.session_idle_seconds or self._is_marked_expired(session)

    def _is_marked_expired(self, session: Session) -> bool:
        return self._store.last(self._expired + session.id) is not None

    def resume(self, execution_id: str, agent_id: str, location_id: str) -> Session:
        """Return the active session of that id.

        Raises `APIError`: `session-unknown`, `session-foreign-agent`, `session-foreign-location` or
        `session-expired`. The responses to these are not documented, and therefore a setting.
        """
        session = self.find(execution_id)
        if session is None or session.newest is None:
            self._reject("unknown", "The mock never created it, or was restarted or reset since.")
        if session.newest.agent_id != agent_id:
            self._reject("foreign-agent", "It was opened with another agent.")
        if session.newest.location_id != location_id:
            self._reject("foreign-location", "It was opened in another location.")
        if self.has_expired(session):
            idle = self._settings.session_idle_seconds
            marked = "The control API expired it." if self._is_marked_expired(session) else ""
            self._reject("expired", marked or f"It was idle for more than {idle:g} seconds.")
        return session

    def commit(self, session: Session, turn: Turn) -> bool:
        """Add `turn` to `session`; return False if another turn was committed meanwhile."""
        text = _text(turn)
        key, keep = self._turns + session.id, self._settings.max_turns
        added = self._store.append(key, text, after=session.turns, keep=keep)
        if added and added.position == 1:
            self._add_to_index(session.id)
        return added is not None

    def transcript(self, execution_id: str, *, after: int = 0, limit: int) -> list[Turn]:
        """Return up to `limit` turns of a session after turn `after`, in order."""
        items = self._store.items(self._turns + execution_id, after=after, limit=limit)
        return [_turn(item) for item in items]

    def list_page(self, *, after: int, limit: int) -> Iterator[tuple[int, Session]]:
        """Yield up to `limit` sessions after position `after`, oldest first, with positions."""
        for item in self._store.items(self._index, after=after, limit=limit):
            session = self.find(item.value)
            if session is not None:
                yield item.position, session

    def count(self) -> int:
        """Return the number of stored sessions."""
        oldest = next(iter(self._store.items(self._index, limit=1)), None)
        deleted = self._store.items(self._deleted) if oldest else ()
        missing = {item.value for item in deleted if oldest and int(item.value) >= oldest.position}
        return self._store.count(self._index) - len(missing)

    def fork(self, execution_id: str, turns: int, fork_id: str) -> Session | None:
        """Copy the first `turns` turns of a session to the new session `fork_id`; return it.

        Its last turn gets the present time, so it has not expired. Returns None if the other
        session lacks one of these turns.
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
        """Expire a session as if it had been idle for too long; return whether it exists."""
        if self.find(execution_id) is None:
            return False
        self._store.append(self._expired + execution_id, "", keep=1)
        return True

    def delete(self, execution_id: str) -> bool:
        """Delete a session, which is unknown from now on; return whether it existed."""
        if self.find(execution_id) is None:
            return False
        position = self._position(execution_id)
        self._delete_turns(execution_id)
        self._store.append(self._deleted, str(position), keep=self._settings.max_sessions)
        return True

    def _position(self, execution_id: str) -> int:
        items = self._store.items(self._index)
        return next((item.position for item in items if item.value == execution_id), 0)

    def _add_to_index(self, execution_id: str) -> None:
        """Add a session to the index, and delete the oldest beyond `max_sessions`."""
        added = self._store.append(self._index, execution_id, keep=self._settings.max_sessions)
        for dropped in added.dropped if added else ():
            self._delete_turns(dropped)

    def _delete_turns(self, execution_id: str) -> None:
        self._store.delete(self._turns + execution_id)
        self._store.delete(self._expired + execution_id)

    def _reject(self, reason: str, hint: str) -> NoReturn:
        suffix = "-400" if self._settings.unknown_session == "400" else ""
        fix = "Leave executionId out of the first message, then send the one in its response."
        raise APIError(f"session-{reason}{suffix}", hint=f"{hint} {fix}")


def _text(turn: Turn) -> str:
    """Return a turn as it is stored: without credentials and empty values."""
    content: dict[str, Any] = {
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
        content["contact_id"] = turn.contact_id
    if turn.state:
        content["state"] = turn.state
    # Only the state, which an agent makes, may contain NaN or infinity.
    text = to_json_text(content) if turn.state else to_json_text_unchecked(content)
    return to_json_text(redact_json(content)) if is_suspicious(text) else text


def _turn(item: Item) -> Turn:
    return Turn(**orjson.loads(item.value))
