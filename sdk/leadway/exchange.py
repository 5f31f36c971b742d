"""The one place that decides: what to send, when to wait, what came of it.

It does no I/O. `exchange` is a generator: it yields what to do next and is sent what came of it. A
driver does as it is told, with or without `await`.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from itertools import count

from leadway.calls import Call
from leadway.errors import LeadwayError
from leadway.observing import Observer, attempt_of, log, tell
from leadway.outcomes import Failure, Outcome
from leadway.pacing import Pacer
from leadway.refusals import refusal
from leadway.replies import Reply, read_reply
from leadway.retries import Retries


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait so many seconds; answered with nothing."""

    seconds: float


Step = Wait | Call
"""What to do next. A call is sent, and answered with its outcome."""

Steps = Generator[Step, Outcome | None, Reply]


@dataclass(frozen=True, slots=True)
class Manner:
    """How messages are sent: when again, how fast, who watches, and by which chance."""

    retries: Retries = field(default_factory=Retries)
    pacer: Pacer | None = None
    observer: Observer | None = None
    chance: Callable[[], float] = random.random

    def watch(self, number: int, outcome: Outcome, verdict: Reply | LeadwayError) -> None:
        """Tell those who watch."""
        attempt = attempt_of(number, outcome, verdict)
        log(attempt)
        if self.observer:
            tell(self.observer, attempt)


def exchange(call: Call, manner: Manner) -> Steps:
    """Send one message until there is a reply, or no sense in going on; return the reply.

    Raises `LeadwayError`, the last attempt's, when it gives up.
    """
    waited = 0.0
    for number in count(1):
        outcome = yield from _sent(call, manner.pacer)
        verdict = judged(outcome)
        manner.watch(number, outcome, verdict)
        if isinstance(verdict, Reply):
            return verdict
        verdict.attempts = number
        pause = manner.retries.pause_after(verdict, number, waited, manner.chance)
        if pause is None:
            raise verdict
        waited += pause
        yield Wait(pause)
    raise AssertionError("count() does not end")  # pragma: no cover


def _sent(call: Call, pacer: Pacer | None) -> Generator[Step, Outcome | None, Outcome]:
    free_in = pacer.reserve() if pacer else 0.0
    if free_in > 0:
        yield Wait(free_in)
    outcome = yield call
    if outcome is None:
        raise TypeError("A call is answered with its outcome.")
    return outcome


def judged(outcome: Outcome) -> Reply | LeadwayError:
    """Return the reply that an outcome is, or the error that it means."""
    if isinstance(outcome, Failure):
        return outcome.error(outcome.reason, retry_safe=outcome.retry_safe)
    if not 200 <= outcome.status <= 299:  # noqa: PLR2004 - the class of successes
        return refusal(outcome)
    try:
        return read_reply(outcome)
    except LeadwayError as error:
        return error.with_traceback(None)


def drive(steps: Steps, send: Callable[[Call], Outcome], sleep: Callable[[float], object]) -> Reply:
    """Do what `steps` say, and return the reply they end with."""
    outcome: Outcome | None = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # StopIteration knows no types
        outcome = None
        if isinstance(step, Wait):
            sleep(step.seconds)
        else:
            outcome = send(step)


async def drive_async(
    steps: Steps,
    send: Callable[[Call], Awaitable[Outcome]],
    sleep: Callable[[float], Awaitable[object]],
) -> Reply:
    """Do what `steps` say, and return the reply they end with."""
    outcome: Outcome | None = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # StopIteration knows no types
        outcome = None
        if isinstance(step, Wait):
            await sleep(step.seconds)
        else:
            outcome = await send(step)
