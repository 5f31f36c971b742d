"""When to send again, and after how long."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from leadway.errors import LeadwayError, SettingsError

_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Retries:
    """When to send a message again.

    Only what was surely not heard is sent again: a connection that was never made, a 429, and a
    503 with `Retry-After`. The endpoint knows no idempotency key, so anything else sent twice may
    be heard twice. Whoever prefers that names the errors in `also`.

    Args:
        attempts: how often a message is sent at most, the first time included.
        budget: seconds spent waiting at most, over all attempts of one message. A `Retry-After`
            that does not fit ends the attempts at once.
        first_wait: seconds before the second attempt at most; each further wait may be twice as
            long. The wait is drawn from the upper half of that, so that callers do not march in
            step.
        longest_wait: seconds that no such wait exceeds. A `Retry-After` may.
        also: further errors after which to send again, although the message may have been heard.

    Raises:
        SettingsError: a number is negative, or `attempts` is below 1.
    """

    attempts: int = 3
    budget: float = 30.0
    first_wait: float = 0.5
    longest_wait: float = 8.0
    also: tuple[type[LeadwayError], ...] = ()

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise SettingsError(f"Retries.attempts is {self.attempts}; the first attempt is 1.")
        seconds = self.budget, self.first_wait, self.longest_wait
        if not all(each >= 0 for each in seconds):
            raise SettingsError("The seconds of Retries are 0 or more.")

    def pause_after(
        self, error: LeadwayError, attempt: int, waited: float, chance: Callable[[], float]
    ) -> float | None:
        """Return the seconds to wait after the `attempt`-th failure, `None` to give up.

        `waited` are the seconds waited so far; `chance` draws from 0 to 1.
        """
        if attempt >= self.attempts or not (error.retry_safe or isinstance(error, self.also)):
            return None
        pause = self._pause(error.retry_after, attempt, chance())
        return pause if waited + pause <= self.budget else None

    def _pause(self, asked: float | None, attempt: int, drawn: float) -> float:
        # 2.0 ** 1023 is the largest power of two that a float holds.
        ceiling = min(self.longest_wait, self.first_wait * 2.0 ** min(attempt - 1, 1000))
        if asked is not None:
            # Never earlier than asked, and a little later, lest all who were told so come at once.
            return asked + min(asked, self.first_wait) * drawn / 2
        return ceiling * (1 + drawn) / 2


def retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that `Retry-After` asks for, `None` where it says nothing sensible.

    It may be seconds or a date (RFC 9110, 10.2.3). A date is held against the answer's own `Date`
    where there is one, since the two clocks may differ.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    at = _moment(value)
    if at is None:
        return None
    sent = _moment(headers.get("date", ""))
    return max(0.0, at - (now() if sent is None else sent))


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (IndexError, OverflowError, TypeError, ValueError):
        return None
