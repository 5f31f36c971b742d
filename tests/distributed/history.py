"""History of requests and responses of all clients, by one clock.

Each attempt to send a message begins with `invoke` and ends with `ok` (there is a response), `fail`
(certainly not processed) or `unknown` (processed or not).
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
    """An event of the history. `at` is in seconds of the monotonic clock."""

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
    """One message sent once.

    `session` is the one that it was sent to, or the one that it opened.
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
    """Conclusion of a client whose message was acknowledged as turn `turn` of a session.

    `processed` of its earlier attempts were processed. `late` attempts timed out at the client and
    may still be processed.
    """

    client: int
    session: str
    message: str
    processed: int
    turn: int
    late: int = 0


@dataclass(slots=True)
class History:
    """All events and claims; thread-safe."""

    events: list[Event] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _attempts: int = 0

    def invoke(self, client: int, message: str, session: str) -> int:
        """Note that `client` sends a message; return the number of the attempt."""
        with self._lock:
            self._attempts += 1
            self.events.append(
                Event(time.monotonic(), client, self._attempts, "invoke", message, session)
            )
            return self._attempts

    def ok(self, client: int, attempt: int, session: str, turn: int, interaction: str) -> None:
        """Note a response."""
        self._end(Event(0, client, attempt, Outcome.OK, "", session, turn, interaction))

    def fail(self, client: int, attempt: int) -> None:
        """Note that an attempt was certainly not processed."""
        self._end(Event(0, client, attempt, Outcome.FAIL))

    def unknown(self, client: int, attempt: int) -> None:
        """Note that there is no response."""
        self._end(Event(0, client, attempt, Outcome.UNKNOWN))

    def claim(self, claim: Claim) -> None:
        """Note a conclusion."""
        with self._lock:
            self.claims.append(claim)

    def count(self, outcome: Outcome) -> int:
        """Return how many attempts have ended like this so far."""
        with self._lock:
            return sum(event.kind == outcome for event in self.events)

    def attempts(self) -> list[Attempt]:
        """Return all attempts in the order in which they were sent."""
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
        # Without a response, there is no time at which it was finished.
        return replace(attempt, outcome=Outcome(event.kind))
    return replace(
        attempt,
        outcome=Outcome.OK,
        ended=event.at,
        session=event.session,
        turn=event.turn,
        interaction=event.interaction,
    )
