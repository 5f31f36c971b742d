"""What clients did and were told, by one clock: the evidence that a store is judged on.

Each attempt to say something begins with an `invoke` and ends with one of three: `ok`, the answer
came; `fail`, it was surely not heard; `unknown`, no answer came, and it may have been heard or not.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf


class Outcome(StrEnum):
    """How an attempt ended."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the history. `at` is in seconds of the monotonic clock."""

    at: float
    client: int
    attempt: int
    kind: str
    message: str = ""
    session: str = ""
    turn: int = 0
    interaction: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One message sent once, from beginning to end.

    `session` is the one it was sent to, or else, if it was answered, the one that it began.
    """

    client: int
    message: str
    session: str
    invoked: float
    ended: float = inf
    outcome: Outcome = Outcome.UNKNOWN
    turn: int = 0
    interaction: str = ""
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What a client concludes when a message was answered as turn `turn` of a session.

    So many of its unanswered attempts at it were `heard` before. Those that it gave up while the
    mock was perhaps at work on them may be heard yet: `late` says how many they are.
    """

    client: int
    session: str
    message: str
    heard: int
    turn: int
    late: int = 0


@dataclass(slots=True)
class History:
    """All events and claims. Clients in many threads may write it."""

    events: list[Event] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _attempts: int = 0

    def invoke(self, client: int, message: str, session: str) -> int:
        """Note that `client` sends a message now; return the number of the attempt."""
        with self._lock:
            self._attempts += 1
            self.events.append(
                Event(time.monotonic(), client, self._attempts, "invoke", message, session)
            )
            return self._attempts

    def ok(self, client: int, attempt: int, session: str, turn: int, interaction: str) -> None:
        """Note an answer, and what it told."""
        self._end(Event(0, client, attempt, Outcome.OK, "", session, turn, interaction))

    def fail(self, client: int, attempt: int) -> None:
        """Note that an attempt was surely not heard."""
        self._end(Event(0, client, attempt, Outcome.FAIL))

    def unknown(self, client: int, attempt: int) -> None:
        """Note that there is no answer, and will be none."""
        self._end(Event(0, client, attempt, Outcome.UNKNOWN))

    def claim(self, claim: Claim) -> None:
        """Note what a client concludes of its unanswered attempts."""
        with self._lock:
            self.claims.append(claim)

    def count(self, outcome: Outcome) -> int:
        """Return how many attempts have ended so up to now."""
        with self._lock:
            return sum(event.kind == outcome for event in self.events)

    def attempts(self) -> list[Attempt]:
        """Return what was attempted, in the order of the invocations."""
        found: dict[int, Attempt] = {}
        for event in self.events:
            if event.kind == "invoke":
                found[event.attempt] = Attempt(
                    event.client, event.message, event.session, event.at, begins=not event.session
                )
            else:
                found[event.attempt] = _ended(found[event.attempt], event)
        return list(found.values())

    def _end(self, event: Event) -> None:
        with self._lock:
            self.events.append(replace(event, at=time.monotonic()))


def _ended(attempt: Attempt, event: Event) -> Attempt:
    if event.kind != Outcome.OK:
        # Where nothing came back, there is no moment by which it was done.
        return replace(attempt, outcome=Outcome(event.kind))
    return replace(
        attempt,
        outcome=Outcome.OK,
        ended=event.at,
        session=event.session,
        turn=event.turn,
        interaction=event.interaction,
    )
