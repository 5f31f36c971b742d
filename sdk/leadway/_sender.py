"""Sends a message with retries, without I/O of its own.

`send_with_retries` is a generator: it yields the next step and receives its outcome. `run` and
`run_async` execute the steps, without and with `await`.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeAlias, TypeVar

from leadway import errors
from leadway._calls import Call, Outcome
from leadway._observers import Observer, report
from leadway._rate_limiter import RateLimiter
from leadway._responses import classify
from leadway._retries import RetryPolicy

Step = float | Call
"""Next step: seconds to wait, or a call to send. After a call, the generator gets its outcome."""

Result = TypeVar("Result")
Steps: TypeAlias = Generator[Step, Outcome | None, Result]


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What the steps return at their end."""

    result: Result


SAFE_TO_REPEAT: Final = (
    errors.NoResponseError,
    errors.ServerError,
    errors.IdempotencyKeyInUseError,
)
"""Errors after which a read, or a call with a key, is sent again: it is not processed twice."""


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How messages are sent."""

    retries: RetryPolicy = field(default_factory=RetryPolicy)
    rate_limiter: RateLimiter | None = None
    observer: Observer | None = None
    random: Callable[[], float] = random.random


def send_with_retries(call: Call, options: SendOptions) -> Steps[Any]:
    """Send one call until there is a result or the retry policy gives up; return the result.

    Raises `LeadwayError`, the one of the last attempt.
    """
    number, total_delay = 0, 0.0
    retries, has_key = options.retries, call.idempotency_key is not None
    if has_key or call.method == "GET":
        retries = replace(retries, retry_on=(*retries.retry_on, *SAFE_TO_REPEAT))
    while True:
        number += 1
        delay = options.rate_limiter.reserve() if options.rate_limiter else 0.0
        if delay > 0:
            yield delay
        outcome = yield call
        if outcome is None:
            raise TypeError("The outcome of a call must be sent to the generator.")
        result = classify(outcome, call.parse, has_key=has_key)
        report(options.observer, call.method, number, outcome, result)
        if not isinstance(result, errors.LeadwayError):
            return result
        result.attempts, result.idempotency_key = number, call.idempotency_key
        retry_delay = retries.retry_delay(result, number, total_delay, options.random)
        if retry_delay is None:
            raise result
        total_delay += retry_delay
        yield retry_delay


def run(
    steps: Steps[Result], send: Callable[[Call], Outcome], sleep: Callable[[float], None]
) -> Result:
    """Execute the steps; return their result."""
    step = _advance(steps)
    while not isinstance(step, Done):
        if isinstance(step, Call):
            step = _advance(steps, send(step))
        else:
            sleep(step)
            step = _advance(steps)
    return step.result


async def run_async(
    steps: Steps[Result],
    send: Callable[[Call], Awaitable[Outcome]],
    sleep: Callable[[float], Awaitable[None]],
) -> Result:
    """Execute the steps; return their result."""
    step = _advance(steps)
    while not isinstance(step, Done):
        if isinstance(step, Call):
            step = _advance(steps, await send(step))
        else:
            await sleep(step)
            step = _advance(steps)
    return step.result


def _advance(steps: Steps[Result], outcome: Outcome | None = None) -> Step | Done[Result]:
    try:
        return steps.send(outcome)
    except StopIteration as end:
        return Done(end.value)
