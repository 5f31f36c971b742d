"""Watches over sessions: who opens them, who continues them, and with whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from leadway_mock.conformance.detector import Detection, Detector, name, participants
from leadway_mock.conformance.findings import MAX_ENTRIES
from leadway_mock.conformance.observation import ConversationKey, Observation
from leadway_mock.util.bounded_dict import BoundedDict

IDLE_SECONDS = 1800.0
"""After how many seconds a session expires (documented), so that a new one is right."""

ENOUGH_WITH_CONTACT = 2
"""How many first messages look like a dropped id: one contact has one conversation at a time."""

ENOUGH_WITHOUT_CONTACT = 3
"""The same where contacts are not named: two people may begin to talk one after the other."""


@dataclass(slots=True)
class _Beginnings:
    """First messages in a row, each after the answer to the one before."""

    last: Observation
    count: int = 1
    numbers: list[int] = field(default_factory=list)

    def add(self, seen: Observation) -> None:
        self.last = seen
        self.count += 1
        if len(self.numbers) < MAX_ENTRIES:
            self.numbers.append(seen.number)

    @property
    def enough(self) -> bool:
        contact = self.last.who.contact
        return self.count >= (ENOUGH_WITH_CONTACT if contact else ENOUGH_WITHOUT_CONTACT)


class DroppedSessionsDetector(Detector):
    """Watches for callers who begin again and again, and never continue.

    A caller who continues even one session knows how, so that its other conversations are taken
    for what they seem: short ones.
    """

    def __init__(self, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._openers: BoundedDict[str, ConversationKey] = BoundedDict()
        self._continuing: BoundedDict[ConversationKey, bool] = BoundedDict()
        self._beginnings: BoundedDict[ConversationKey, _Beginnings] = BoundedDict()

    def observe(self, seen: Observation) -> Iterable[Detection]:
        """Note a beginning, or that its session came back."""
        if seen.asked:
            self._note_return(seen)
        elif seen.turn == 1 and seen.was_answered_ok:
            self._openers[seen.session] = seen.who
            if not _goal_reached(seen):
                self._note_beginning(seen)
        return ()

    def finish(self) -> Iterator[Detection]:
        """Tell who began often enough and never continued."""
        for who, begun in self._beginnings.items():
            if begun.enough and who not in self._continuing:
                text = f"{participants(who)}: {begun.count} first messages, and no session was continued"
                yield Detection("execution-id-dropped", text, tuple(begun.numbers))

    def _note_return(self, seen: Observation) -> None:
        opener = self._openers.get(seen.asked)
        if opener is not None:
            self._continuing[opener] = True
        if seen.turn > 1:
            self._continuing[seen.who] = True

    def _note_beginning(self, seen: Observation) -> None:
        begun = self._beginnings.get(seen.who)
        if begun is None or self._too_late(seen, begun):
            self._beginnings[seen.who] = _Beginnings(seen, numbers=[seen.number])
        elif seen.after(begun.last):
            begun.add(seen)

    def _too_late(self, seen: Observation, begun: _Beginnings) -> bool:
        """Tell whether a new row begins here; a row that is long enough is kept."""
        return seen.since(begun.last) > self._idle_seconds and not begun.enough


class MixedUpSessionsDetector(Detector):
    """Watches for sessions that were never there, or are somebody else's."""

    def __init__(self) -> None:
        self._turns: BoundedDict[str, Observation] = BoundedDict()

    def observe(self, seen: Observation) -> Iterator[Detection]:
        """Compare the session with what is known of it."""
        known = self._turns.get(seen.asked)
        refused = seen.has_session_error
        if refused == "session-unknown" and known is None:
            text = f"executionId {name(seen.asked)} was sent, which no answer has brought"
            yield Detection("execution-id-invented", text, (seen.number,))
        if refused in {"session-foreign-agent", "session-foreign-location"}:
            yield _foreign(seen, known, refused.removeprefix("session-foreign-"))
        if seen.was_committed:
            yield from self._compare(seen)

    def _compare(self, seen: Observation) -> Iterator[Detection]:
        """Hold the contact against the one that the session had; it may become known later."""
        known = self._turns.get(seen.session)
        if known is None or not known.who.contact:
            self._turns[seen.session] = seen
        elif seen.who.contact not in {"", known.who.contact}:
            one, other = name(known.who.contact), name(seen.who.contact)
            text = f"session {name(seen.session)}: contact {one}, then contact {other}"
            yield Detection("session-across-contacts", text, (known.number, seen.number))


class ParallelTurnsDetector(Detector):
    """Watches for two messages of one session at once.

    The journal is in the order in which answers were made, so that it is enough to know the turn
    of each session whose answer went out last.
    """

    def __init__(self) -> None:
        self._latest: BoundedDict[str, Observation] = BoundedDict()

    def observe(self, seen: Observation) -> Iterator[Detection]:
        """Compare with the latest turn of that session."""
        if not (seen.was_committed and seen.session == seen.asked):
            return
        latest = self._latest.get(seen.session)
        if latest and not seen.after(latest) and not is_parallel_repeat(seen, latest):
            text = f"session {name(seen.session)}: turns {latest.turn} and {seen.turn} overlap"
            yield Detection("parallel-turns", text, (latest.number, seen.number))
        if latest is None or seen.ended > latest.ended:
            self._latest[seen.session] = seen


MIN_CLIENT_TIMEOUT_SECONDS = 0.05
"""Nobody gives up sooner, so that what is sent twice within it is meant to be at once. Seconds."""


def is_parallel_repeat(seen: Observation, before: Observation) -> bool:
    """Tell whether the caller gave up waiting for a late answer, and said the same again."""
    return (
        before.delay > 0
        and seen.message == before.message
        and before.began + MIN_CLIENT_TIMEOUT_SECONDS <= seen.began < before.ended
    )


def _foreign(seen: Observation, known: Observation | None, what: str) -> Detection:
    now = name(getattr(seen.who, what))
    then = f"of {what} {name(getattr(known.who, what))}" if known else f"of another {what}"
    text = f"session {name(seen.asked)} {then} was sent to {what} {now}"
    entries = (known.number, seen.number) if known else (seen.number,)
    return Detection(f"session-across-{what}s", text, entries)


def _goal_reached(seen: Observation) -> bool:
    body = seen.entry["response"].get("body")
    return isinstance(body, dict) and body.get("goalCompletion") is True
