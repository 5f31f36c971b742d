"""Detectors of mistakes with sessions: dropped, invented, mixed up, or used in parallel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from leadway_mock.conformance.observation import (
    MAX_ENTRIES,
    ConversationKey,
    Detection,
    Earlier,
    Observation,
    short_id,
)
from leadway_mock.util.cache import BoundedDict

IDLE_SECONDS = 1800.0
"""Idle time after which a session expires (documented), and the client rightly starts a new one."""

MIN_REPEATS = {True: 2, False: 3}
"""First messages that look like a dropped id, with and without a contact.

A contact has one conversation at a time. Without contacts, two users may start a conversation one
after the other.
"""

MIN_CLIENT_TIMEOUT_SECONDS = 0.05
"""Shortest client time-out assumed; faster repeats count as parallel requests."""


@dataclass(slots=True)
class _FirstMessages:
    """First messages in a row, each sent after the response to the one before."""

    last: Observation
    count: int = 1
    numbers: list[int] = field(default_factory=list)

    def add(self, current: Observation) -> None:
        self.last = current
        self.count += 1
        if len(self.numbers) < MAX_ENTRIES:
            self.numbers.append(current.number)

    @property
    def is_enough(self) -> bool:
        has_contact = bool(self.last.conversation.contact)
        return self.count >= MIN_REPEATS[has_contact]


class DroppedSessionsDetector:
    """Detects clients that start a session with each message and never continue one.

    A client that continues one session can do it, so its other conversations are just short.
    """

    def __init__(self, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._openers: BoundedDict[str, ConversationKey] = BoundedDict()
        self._continued: BoundedDict[ConversationKey, bool] = BoundedDict()
        self._first_messages: BoundedDict[ConversationKey, _FirstMessages] = BoundedDict()

    def observe(self, current: Observation) -> None:
        """Record a first message, or the continuation of a session."""
        if current.requested_session:
            self._record_continuation(current)
        elif current.turn == 1 and current.succeeded:
            self._openers[current.session] = current.conversation
            body = current.entry["response"].get("body")
            if not (isinstance(body, dict) and body.get("goalCompletion") is True):
                self._record_first_message(current)

    def finish(self) -> Iterator[Detection]:
        """Yield each conversation with enough first messages and no continuation."""
        for conversation, first in self._first_messages.items():
            if first.is_enough and conversation not in self._continued:
                text = f"{conversation}: {first.count} first messages, and no session was continued"
                yield Detection("execution-id-dropped", text, tuple(first.numbers))

    def _record_continuation(self, current: Observation) -> None:
        opener = self._openers.get(current.requested_session)
        if opener is not None:
            self._continued[opener] = True
        if current.turn > 1:
            self._continued[current.conversation] = True

    def _record_first_message(self, current: Observation) -> None:
        first = self._first_messages.get(current.conversation)
        # After the idle time a new row starts; a row that is long enough is kept.
        is_over = first and current.seconds_since(first.last) > self._idle_seconds
        if first is None or (is_over and not first.is_enough):
            row = _FirstMessages(current, numbers=[current.number])
            self._first_messages[current.conversation] = row
        elif current.started_after(first.last):
            first.add(current)


def find_mixed_up_session(current: Observation, earlier: Earlier[str]) -> Iterator[Detection]:
    """Find a session id that no response contained, or that belongs to another conversation."""
    known = earlier.get(current.requested_session)
    error = current.session_error
    if error == "session-unknown" and known is None:
        session = short_id(current.requested_session)
        text = f"executionId {session} was sent, which no response contained"
        yield Detection("execution-id-invented", text, (current.number,))
    if error in {"session-foreign-agent", "session-foreign-location"}:
        yield _foreign_session(current, known, error.removeprefix("session-foreign-"))
    if current.was_committed:
        yield from _compare_contacts(current, earlier)


def _compare_contacts(current: Observation, earlier: Earlier[str]) -> Iterator[Detection]:
    """Compare the contact with the session's; it may become known later."""
    known = earlier.get(current.session)
    one, other = known.conversation.contact if known else "", current.conversation.contact
    if known is None or not one:
        earlier[current.session] = current
    elif other not in {"", one}:
        contacts = f"contact {short_id(one)}, then contact {short_id(other)}"
        text = f"session {short_id(current.session)}: {contacts}"
        yield Detection("session-across-contacts", text, (known.number, current.number))


def find_parallel_turns(current: Observation, earlier: Earlier[str]) -> Iterator[Detection]:
    """Find two messages of one session at the same time.

    The journal is in the order in which responses were made, so the turn of each session whose
    response was sent last is enough to compare with.
    """
    if not (current.was_committed and current.session == current.requested_session):
        return
    latest = earlier.get(current.session)
    overlaps = latest is not None and not current.started_after(latest)
    if latest and overlaps and not is_retry_after_timeout(current, latest):
        session = short_id(current.session)
        text = f"session {session}: turns {latest.turn} and {current.turn} overlap"
        yield Detection("parallel-turns", text, (latest.number, current.number))
    if latest is None or current.ended_at > latest.ended_at:
        earlier[current.session] = current


def is_retry_after_timeout(current: Observation, before: Observation) -> bool:
    """Return whether the client stopped waiting for a late response and sent the same again."""
    return (
        before.delay > 0
        and current.message == before.message
        and before.started_at + MIN_CLIENT_TIMEOUT_SECONDS <= current.started_at < before.ended_at
    )


def _foreign_session(current: Observation, known: Observation | None, part: str) -> Detection:
    now = short_id(getattr(current.conversation, part))
    origin = f"of another {part}"
    if known:
        origin = f"of {part} {short_id(getattr(known.conversation, part))}"
    text = f"session {short_id(current.requested_session)} {origin} was sent to {part} {now}"
    numbers = (known.number, current.number) if known else (current.number,)
    return Detection(f"session-across-{part}s", text, numbers)
