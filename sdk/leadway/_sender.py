"""Sends a message with retries, without I/O of its own.

`send_with_retries` is a generator: it yields the next step and receives its outcome. `run` and
`run_async` execute the steps, without and with `await`.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from inspect import isawaitable
from typing import Any, Final, TypeAlias, TypeVar

from leadway import errors
from leadway._calls import Call, Outcome
from leadway._observers import Observer, report
from leadway._rate_limiter import RateLimiter
from leadway._responses import classify
from leadway._retries import RetryPolicy
from leadway._token_providers import TokenProvider
from leadway._tokens import Secret

Step = float | Call | Callable[[], object]
"""Next step: seconds to wait, a call to send, or a function of the program.

The generator gets the outcome of a call, and the result of a function.
"""

Result = TypeVar("Result")
Steps: TypeAlias = Generator[Step, Any, Result]

_POLL_SECONDS: Final = 0.02
_MAX_WAIT_SECONDS: Final = 300.0
"""How often and how long to look whether another thread or task has a new token."""


SAFE_TO_REPEAT: Final = (
    errors.NoResponseError,
    errors.ServerError,
    errors.IdempotencyKeyInUseError,
)
"""Errors after which a read, or a call with a key, is sent again: it is not processed twice."""


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How messages are sent, and the location of the agents."""

    location_id: str = ""
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    rate_limiter: RateLimiter | None = None
    observer: Observer | None = None
    random: Callable[[], float] = random.random
    provider: TokenProvider | None = None


def send_with_retries(call: Call, options: SendOptions) -> Steps[Any]:
    """Send one call until there is a result or the retry policy gives up; return the result.

    Raises `LeadwayError`, the one of the last attempt.
    """
    number, total_delay = 0, 0.0
    rejected: Secret | None = None
    retries, has_key = options.retries, call.idempotency_key is not None
    if has_key or call.method == "GET":
        retries = replace(retries, retry_on=(*retries.retry_on, *SAFE_TO_REPEAT))
    while True:
        number += 1
        delay = options.rate_limiter.reserve() if options.rate_limiter else 0.0
        if delay > 0:
            yield delay
        if options.provider:
            token = yield from _usable_token(options.provider, rejected, options)
            call = replace(call, token=token)
        outcome = yield call
        if outcome is None:
            raise TypeError("The outcome of a call must be sent to the generator.")
        result = classify(outcome, call.parse, has_key=has_key)
        report(options.observer, call.method, number, outcome, result)
        if not isinstance(result, errors.LeadwayError):
            return result
        result.attempts, result.idempotency_key = number, call.idempotency_key
        if options.provider and rejected is None and isinstance(result, errors.InvalidTokenError):
            rejected = call.token
            continue
        attempt = number - (rejected is not None)
        retry_delay = retries.retry_delay(result, attempt, total_delay, options.random)
        if retry_delay is None:
            raise result
        total_delay += retry_delay
        yield retry_delay


def _usable_token(
    provider: TokenProvider, rejected: Secret | None, options: SendOptions
) -> Steps[Secret | None]:
    """Return the current token; get a new one before, if it is `rejected` or has expired.

    One thread or task gets it, and the others wait.
    """
    if provider.is_usable(rejected) and not provider.is_unreported:
        return provider.current
    waited = 0.0
    while not provider.lock.acquire(blocking=False):
        if waited > _MAX_WAIT_SECONDS:
            raise errors.RequestTimeoutError(
                f"No new token within {_MAX_WAIT_SECONDS:g} s; a token function must not send"
                " messages with its own client"
            )
        waited += _POLL_SECONDS
        yield _POLL_SECONDS
    try:
        if not provider.is_usable(rejected):
            yield from _refresh(provider, options)
        if provider.is_unreported:
            yield provider.report
            provider.is_unreported = False
        return provider.current
    finally:
        provider.lock.release()


def _refresh(provider: TokenProvider, options: SendOptions) -> Steps[None]:
    step = provider.refresh_step()
    if not isinstance(step, Call):
        provider.accept((yield step))
        return
    # A refresh token works once, so nothing is sent again that may have been processed.
    retries = replace(options.retries, retry_on=())
    try:
        options = replace(options, retries=retries, provider=provider.issuer)
        yield from send_with_retries(step, options)
    except errors.AuthorizationError as error:
        provider.reject(error)
        raise


def run(
    steps: Steps[Result], send: Callable[[Call], Outcome], sleep: Callable[[float], object]
) -> Result:
    """Execute the steps; return their result."""
    outcome: object = None
    with closing(steps):  # Also if a function of the program fails.
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                result: Result = end.value
                return result
            if isinstance(step, Call):
                outcome = send(step)
            else:
                outcome = step() if callable(step) else sleep(step)


async def run_async(
    steps: Steps[Result],
    send: Callable[[Call], Awaitable[Outcome]],
    sleep: Callable[[float], Awaitable[None]],
) -> Result:
    """Execute the steps; return their result."""
    outcome: object = None
    with closing(steps):
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                result: Result = end.value
                return result
            if isinstance(step, Call):
                outcome = await send(step)
            else:
                outcome = step() if callable(step) else sleep(step)
                outcome = await outcome if isawaitable(outcome) else outcome
