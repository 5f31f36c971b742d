"""Retry policy."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from numbers import Real
from typing import Final

from leadway._arguments import check_type, checks_arguments
from leadway.errors import LeadwayError, SettingsError

_SECONDS: Final = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_MAX_SECONDS: Final = 1e9
"""Longer values of `Retry-After` are cut to this; a policy gives up long before."""


@checks_arguments
@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When and after which delay to retry a message.

    Only requests that were certainly not processed are retried: a failed connection, a 429, and a
    503 with `Retry-After`. The endpoint has no idempotency key, so a retry after any other error
    may repeat the message. To accept that, name the errors in `retry_on`.

    Args:
        attempts: maximum number of times a message is sent, the first one included.
        max_total_delay: maximum sum of delays for one message, in seconds. A longer `Retry-After`
            ends the attempts at once.
        initial_delay: maximum delay before the second attempt, in seconds; doubles with each
            attempt. The actual delay is random, between half of the maximum and the maximum.
        max_delay: upper limit of a single delay, in seconds. A `Retry-After` may exceed it.
        retry_on: additional errors to retry after, although the message may have been processed.

    Raises:
        SettingsError: a value has the wrong type, a number is negative, or `attempts` is below 1.
    """

    attempts: int = 3
    max_total_delay: float = 30.0
    initial_delay: float = 0.5
    max_delay: float = 8.0
    retry_on: tuple[type[LeadwayError], ...] = ()

    def __post_init__(self) -> None:
        check_type("attempts", self.attempts, int, "a whole number", SettingsError)
        if self.attempts < 1:
            raise SettingsError(f"`attempts` must be at least 1, not {self.attempts!r}.")
        for name in ("max_total_delay", "initial_delay", "max_delay"):
            seconds = check_type(name, getattr(self, name), Real, "a number", SettingsError)
            if not seconds >= 0:
                raise SettingsError(f"`{name}` must be at least 0, not {seconds!r}.")
        check_type("retry_on", self.retry_on, tuple, "a tuple of error classes", SettingsError)
        for each in self.retry_on:
            check_type("retry_on", each, type, "a tuple of error classes", SettingsError)

    def retry_delay(
        self, error: LeadwayError, attempt: int, total_delay: float, random: Callable[[], float]
    ) -> float | None:
        """Return the seconds to wait before the next attempt, `None` to give up.

        Args:
            error: the error of this attempt.
            attempt: number of this attempt, from 1.
            total_delay: sum of the delays so far, in seconds.
            random: returns a random number from 0 to 1.
        """
        if attempt >= self.attempts or not (error.retry_safe or isinstance(error, self.retry_on)):
            return None
        delay = self._delay(error.retry_after, attempt, random())
        return delay if total_delay + delay <= self.max_total_delay else None

    def _delay(self, retry_after: float | None, attempt: int, fraction: float) -> float:
        if retry_after is not None:
            # Up to 0.25 s later by default, so that clients with the same value do not collide.
            return retry_after + min(retry_after, self.initial_delay) * fraction / 2
        # 2.0 ** 1023 is the largest power of two that a float holds.
        limit = min(self.max_delay, self.initial_delay * 2.0 ** min(attempt - 1, 1000))
        return limit * (1 + fraction) / 2


def parse_retry_after(
    headers: Mapping[str, str], now: Callable[[], float] = time.time
) -> float | None:
    """Return the seconds of the `Retry-After` header, `None` if it is missing or invalid.

    The value is a number of seconds or a date (RFC 9110, 10.2.3). A date is compared with the
    response's own `Date` if there is one, since the clocks may differ.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), _MAX_SECONDS)
    retry_at = parse_http_date(value)
    if retry_at is None:
        return None
    sent_at = parse_http_date(headers.get("date", ""))
    return max(0.0, retry_at - (now() if sent_at is None else sent_at))


def parse_http_date(text: str) -> float | None:
    """Return the seconds since the epoch of a date in a header, `None` if it is invalid."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (IndexError, OverflowError, TypeError, ValueError):
        return None
