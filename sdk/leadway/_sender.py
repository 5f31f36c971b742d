"""Sends a message with retries, without I/O of its own.

`send_with_retries` is a generator: it yields the next step and receives its outcome. `run` and
`run_async` execute the steps, without and with `await`.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field

from leadway._calls import Call, Outcome
from leadway._observers import Observer, report
from leadway._rate_limiter import RateLimiter
from leadway._responses import Reply, classify
from leadway._retries import RetryPolicy

Step = float | Call
"""Next step: seconds to wait, or a call to send. After a call, the generator gets its outcome."""

Steps = Generator[Step, Outcome | None, Reply]


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How messages are sent."""

    retries: RetryPolicy = field(default_factory=RetryPolicy)
    rate_limiter: RateLimiter | None = None
    observer: Observer | None = None
    random: Callable[[], float] = random.random


def send_with_retries(call: Call, options: SendOptions) -> Steps:
    """Send one message until there is a reply or the retry policy gives up; return the reply.

    Raises `LeadwayError`, the one of the last attempt.
    """
    number, total_delay = 0, 0.0
    while True:
        number += 1
        delay = options.rate_limiter.reserve() if options.rate_limiter else 0.0
        if delay > 0:
            yield delay
        outcome = yield call
        if outcome is None:
            raise TypeError("The outcome of a call must be sent to the generator.")
        result = classify(outcome)
        report(options.observer, number, outcome, result)
        if isinstance(result, Reply):
            return result
        result.attempts = number
        retry_delay = options.retries.retry_delay(result, number, total_delay, options.random)
        if retry_delay is None:
            raise result
        total_delay += retry_delay
        yield retry_delay


def run(steps: Steps, send: Callable[[Call], Outcome], sleep: Callable[[float], None]) -> Reply:
    """Execute the steps; return the reply."""
    step = _advance(steps)
    while not isinstance(step, Reply):
        if isinstance(step, Call):
            step = _advance(steps, send(step))
        else:
            sleep(step)
            step = _advance(steps)
    return step


async def run_async(
    steps: Steps,
    send: Callable[[Call], Awaitable[Outcome]],
    sleep: Callable[[float], Awaitable[None]],
) -> Reply:
    """Execute the steps; return the reply."""
    step = _advance(steps)
    while not isinstance(step, Reply):
        if isinstance(step, Call):
            step = _advance(steps, await send(step))
        else:
            await sleep(step)
            step = _advance(steps)
    return step


def _advance(steps: Steps, outcome: Outcome | None = None) -> Step | Reply:
    try:
        return steps.send(outcome)
    except StopIteration as done:
        reply: Reply = done.value
        return reply
