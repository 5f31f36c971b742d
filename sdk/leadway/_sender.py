"""Sends a message with retries, without I/O of its own.

`send_with_retries` is a generator: it yields the next step and receives its outcome. `run` and
`run_async` execute the steps, without and with `await`.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from itertools import count

from leadway._api_errors import error_from_response
from leadway._calls import Call, Failure, Outcome
from leadway._observers import Observer, log, make_attempt, notify
from leadway._rate_limiter import RateLimiter
from leadway._replies import Reply, parse_reply
from leadway._retries import RetryPolicy
from leadway.errors import LeadwayError


@dataclass(frozen=True, slots=True)
class Wait:
    """Step: wait. The generator receives `None`."""

    seconds: float


Step = Wait | Call
"""Next step. After a `Call`, the generator receives its outcome."""

Steps = Generator[Step, Outcome | None, Reply]


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How messages are sent."""

    retries: RetryPolicy = field(default_factory=RetryPolicy)
    rate_limiter: RateLimiter | None = None
    observer: Observer | None = None
    random: Callable[[], float] = random.random

    def report(self, number: int, outcome: Outcome, result: Reply | LeadwayError) -> None:
        """Log an attempt and notify the observer."""
        attempt = make_attempt(number, outcome, result)
        log(attempt)
        if self.observer:
            notify(self.observer, attempt)


def send_with_retries(call: Call, options: SendOptions) -> Steps:
    """Send one message until there is a reply or the retry policy gives up; return the reply.

    Raises `LeadwayError`, the one of the last attempt.
    """
    total_delay = 0.0
    for number in count(1):
        outcome = yield from _send_once(call, options.rate_limiter)
        result = classify(outcome)
        options.report(number, outcome, result)
        if isinstance(result, Reply):
            return result
        result.attempts = number
        delay = options.retries.retry_delay(result, number, total_delay, options.random)
        if delay is None:
            raise result
        total_delay += delay
        yield Wait(delay)
    raise AssertionError("count() does not end")  # pragma: no cover


def _send_once(
    call: Call, rate_limiter: RateLimiter | None
) -> Generator[Step, Outcome | None, Outcome]:
    delay = rate_limiter.reserve() if rate_limiter else 0.0
    if delay > 0:
        yield Wait(delay)
    outcome = yield call
    if outcome is None:
        raise TypeError("The outcome of a call must be sent to the generator.")
    return outcome


def classify(outcome: Outcome) -> Reply | LeadwayError:
    """Return the reply or the exception for an outcome."""
    if isinstance(outcome, Failure):
        return outcome.error(outcome.reason, retry_safe=outcome.retry_safe)
    if not 200 <= outcome.status <= 299:  # noqa: PLR2004 - the class of successes
        return error_from_response(outcome)
    try:
        return parse_reply(outcome)
    except LeadwayError as error:
        return error.with_traceback(None)


def run(steps: Steps, send: Callable[[Call], Outcome], sleep: Callable[[float], object]) -> Reply:
    """Execute the steps; return the reply."""
    outcome: Outcome | None = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # StopIteration is untyped
        outcome = None
        if isinstance(step, Wait):
            sleep(step.seconds)
        else:
            outcome = send(step)


async def run_async(
    steps: Steps,
    send: Callable[[Call], Awaitable[Outcome]],
    sleep: Callable[[float], Awaitable[object]],
) -> Reply:
    """Execute the steps; return the reply."""
    outcome: Outcome | None = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # StopIteration is untyped
        outcome = None
        if isinstance(step, Wait):
            await sleep(step.seconds)
        else:
            outcome = await send(step)
