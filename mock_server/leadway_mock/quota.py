"""The documented limits, counted always and enforced on request.

Documented are 100 requests in 10 seconds and 200,000 a day, per app and location, and 300 a minute
per location. What a window is (fixed or sliding) is not: ours are fixed and begin at multiples of
their length.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from leadway_mock.messages import Refusal
from leadway_mock.redaction import fingerprint
from leadway_mock.settings import Settings
from leadway_mock.store import Store

BURST_SECONDS = 10
MINUTE_SECONDS = 60
DAY_SECONDS = 86_400

INTERVAL = str(BURST_SECONDS * 1000)
"""The burst's window in milliseconds, as a header says it."""


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class Usage:
    """How many requests are left, as the documented headers say it."""

    burst: int
    burst_left: int
    day: int
    day_left: int

    def headers(self) -> dict[str, str]:
        """Return the five documented headers."""
        return {
            "X-RateLimit-Limit-Daily": str(self.day),
            "X-RateLimit-Daily-Remaining": str(self.day_left),
            "X-RateLimit-Interval-Milliseconds": INTERVAL,
            "X-RateLimit-Max": str(self.burst),
            "X-RateLimit-Remaining": str(self.burst_left),
        }


class Quotas:
    """Counts requests in the store, so that workers which share it share the quota."""

    def __init__(self, store: Store, settings: Settings, prefix: str = "") -> None:
        """Count in `store` under keys that begin with `prefix`."""
        self._store = store
        self._settings = settings
        self._prefix = f"{prefix}quota"
        burst, day = settings.quota_burst, settings.quota_day
        self.untouched = Usage(burst, burst, day, day)
        """The usage of somebody not known, who has used nothing."""

    def count(self, app: str, location: str, now: float) -> tuple[Usage, Refusal | None]:
        """Count one request of `app` (a token's fingerprint) for `location` at `now`.

        Returns what is left, and the refusal `quota-exceeded` where a quota is used up and
        enforced.
        """
        place = fingerprint(location)  # A key is short, whatever was sent as a location.
        both = f"{app}/{place}"
        burst = self._used(f"burst/{both}", BURST_SECONDS, now)
        minute = self._used(f"minute/{place}", MINUTE_SECONDS, now)
        day = self._used(f"day/{both}", DAY_SECONDS, now)
        settings = self._settings
        usage = Usage(
            settings.quota_burst,
            max(0, settings.quota_burst - burst),
            settings.quota_day,
            max(0, settings.quota_day - day),
        )
        return usage, self._refusal(burst, minute, day, now) if settings.enforce_quotas else None

    def _used(self, counted: str, seconds: int, now: float) -> int:
        """Count one more in the window of so many `seconds`, and return how many that makes."""
        ends = _end(seconds, now)
        key = f"{self._prefix}/{counted}/{int(ends)}"
        return self._store.increment(key, now=now, expires=ends)

    def _refusal(self, burst: int, minute: int, day: int, now: float) -> Refusal | None:
        """Return the refusal of the longest window that is used up."""
        settings = self._settings
        if day > settings.quota_day:
            return self._exceeded(settings.quota_day, DAY_SECONDS, now)
        if minute > settings.quota_minute:
            return self._exceeded(settings.quota_minute, MINUTE_SECONDS, now)
        if burst > settings.quota_burst:
            return self._exceeded(settings.quota_burst, BURST_SECONDS, now)
        return None

    def _exceeded(self, limit: int, seconds: int, now: float) -> Refusal:
        wait = ceil(_end(seconds, now) - now)
        headers = {"Retry-After": str(max(1, wait))} if self._settings.retry_after else {}
        hint = (
            f"More than {limit} requests in {seconds} seconds; the window ends in {wait} seconds."
        )
        return Refusal("quota-exceeded", hint=hint, headers=headers)


def _end(seconds: int, now: float) -> float:
    """Return when the window ends that `now` is in."""
    return (now // seconds + 1) * seconds
