"""Sessions: a session is the list of its turns, and a turn is committed atomically.

The newest turn contains the whole state of a session, so turn 10,000 costs as much as turn 1. Of
two turns that compete for one number, only one is committed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn

from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import APIError
from leadway_mock.state.clock import LATEST, Clock
from leadway_mock.store import Append, LazyText, Reads, Store, Write
from leadway_mock.util.json_text import to_json_text, to_json_text_unchecked
from leadway_mock.util.redaction import redact_json, redact_text

CURSOR_KEYS: Final = ("sessions", "sessions/deleted", "sessions/expirations")
"""Lists, after the prefix of a namespace, one of which grows when the set of sessions changes."""


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
    """A session: its id, and its newest turn, which is None before the first."""

    id: str
    newest: Turn | None = None
    is_marked_expired: bool = False
    """Whether the control API expired it."""

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
        self._prefix = prefix
        self._turns, self._expired = session_keys(prefix, "")
        # The ids in the order of their first turns, the positions of deleted sessions in it, and
        # a list that grows when the control API expires a session.
        self._index, self._deleted, self._expirations = (prefix + key for key in CURSOR_KEYS)

    def find(self, execution_id: str, reads: Reads | None = None) -> Session | None:
        """Return the session of that id, expired or not, or None.

        A request passes its `reads`, which may have it already.
        """
        turns, expired = self._turns + execution_id, self._expired + execution_id
        if reads is None:
            reads = Reads(self._store)
            reads.load(turns, expired)
        item = reads.last(turns)
        if item is None:
            return None
        newest = self._store.decode(item.value, turn_from_json)
        return Session(execution_id, newest, reads.last(expired) is not None)

    def has_expired(self, session: Session) -> bool:
        """Return whether the session was idle for too long (documented: 30 minutes)."""
        idle = self._clock.now() - session.newest.at if session.newest else 0.0
        return idle > self._settings.session_idle_seconds or session.is_marked_expired

    def expires_at(self, session: Session) -> float:
        """Return when the session expires without a further turn, by the namespace's clock."""
        begun = session.newest.at if session.newest else 0.0
        return min(begun + self._settings.session_idle_seconds, LATEST)

    def resume(self, execution_id: str, agent_id: str, location_id: str, reads: Reads) -> Session:
        """Return the active session of that id.

        Raises `APIError`: `session-unknown`, `session-foreign-agent`, `session-foreign-location` or
        `session-expired`. The responses to these are not documented, and therefore a setting.
        """
        session = self.find(execution_id, reads)
        if session is None or session.newest is None:
            self._reject("unknown", "The mock never created it, or was restarted or reset since.")
        if session.newest.agent_id != agent_id:
            self._reject("foreign-agent", "It was opened with another agent.")
        if session.newest.location_id != location_id:
            self._reject("foreign-location", "It was opened in another location.")
        if self.has_expired(session):
            idle = self._settings.session_idle_seconds
            marked = "The control API expired it." if session.is_marked_expired else ""
            self._reject("expired", marked or f"It was idle for more than {idle:g} seconds.")
        return session

    def turn_writes(self, session: Session, turn: Turn) -> list[Write]:
        """Return the writes that add `turn`, if it is still the next turn of `session`."""
        keep = self._settings.max_turns
        # The state is written now: its agent may change it later, and NaN in it is an error.
        text = _text(turn) if turn.state else LazyText(_text, turn)
        added = Append(self._turns + session.id, text, session.turns, keep)
        return [added] if session.turns else [added, self._index_write(session.id)]

    def transcript(self, execution_id: str, *, after: int = 0, limit: int) -> list[Turn]:
        """Return up to `limit` turns of a session after turn `after`, in order."""
        items = self._store.items(self._turns + execution_id, after=after, limit=limit)
        return [self._store.decode(item.value, turn_from_json) for item in items]

    def walk(self, *, after: int = 0, newest_first: bool = False) -> Iterator[tuple[int, Session]]:
        """Yield each session after position `after` with its position, in the order requested.

        With `newest_first`, smaller positions come after a position, and all come after 0.
        """
        for item in self._store.walk(self._index, after=after, newest_first=newest_first):
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
        copied[-1] = replace(copied[-1], at=self._clock.now())
        writes: list[Write] = [Append(self._turns + fork_id, _text(turn)) for turn in copied]
        self._store.commit([*writes, self._index_write(fork_id)])
        return Session(fork_id, copied[-1])

    def expire(self, execution_id: str) -> bool:
        """Expire a session as if it had been idle for too long; return whether it exists."""
        if self.find(execution_id) is None:
            return False
        marks = (self._expired + execution_id, self._expirations)
        self._store.commit([Append(key, "", keep=1) for key in marks])
        return True

    def delete(self, execution_id: str) -> bool:
        """Delete a session, which is unknown from now on; return whether it existed."""
        if self.find(execution_id) is None:
            return False
        items = self._store.items(self._index)
        position = next((item.position for item in items if item.value == execution_id), 0)
        self._store.delete(*session_keys(self._prefix, execution_id))
        self._store.append(self._deleted, str(position), keep=self._settings.max_sessions)
        return True

    def _index_write(self, execution_id: str) -> Append:
        """Return the write that lists a session, and deletes the oldest beyond `max_sessions`."""
        owned, keep = (self._turns, self._expired), self._settings.max_sessions
        return Append(self._index, execution_id, keep=keep, owned=owned)

    def _reject(self, reason: str, hint: str) -> NoReturn:
        """Raise the error, whose message says what to do; `hint` is the cause."""
        suffix = "-400" if self._settings.unknown_session == "400" else ""
        raise APIError(f"session-{reason}{suffix}", hint=hint)


TURN_TYPES: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("agent_id", "location_id", "version_id", "interaction_id"), str),
    **dict.fromkeys(("message", "response"), str),
    "number": int,
    "at": int | float,
    "state": dict,
    "contact_id": str,
    "goal_completion": bool,
}


def session_keys(prefix: str, execution_id: str) -> tuple[str, str]:
    """Return the keys of a session: its turns, and the mark that the control API expired it."""
    return f"{prefix}turns/{execution_id}", f"{prefix}sessions/expired/{execution_id}"


def _text(turn: Turn) -> str:
    """Return a turn as it is stored: without credentials and empty values."""
    content: dict[str, Any] = {
        "number": turn.number,
        "at": turn.at,
        "agent_id": turn.agent_id,
        "location_id": turn.location_id,
        "version_id": turn.version_id,
        "interaction_id": turn.interaction_id,
        "message": redact_text(turn.message),
        "response": redact_text(turn.response),
        "goal_completion": turn.goal_completion,
    }
    if turn.contact_id is not None:
        content["contact_id"] = redact_text(turn.contact_id)
    if not turn.state:
        return to_json_text_unchecked(content)
    content["state"] = redact_json(turn.state)
    return to_json_text(content)  # Only the state, which an agent makes, may contain NaN.


def turn_from_json(content: Mapping[str, Any]) -> Turn:
    """Return the turn of its JSON; raises `TypeError`."""
    turn, types = Turn(**content), TURN_TYPES
    if not all(isinstance(content[name], types[name]) for name in types if name in content):
        raise TypeError("a value of the turn has another type")
    return turn
