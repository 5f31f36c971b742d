"""The documented limits, counted always and enforced on request.

Documented are 100 requests in 10 seconds and 200,000 a day, per app and location, and 300 a minute
per location. What a window is (fixed or sliding) is not: ours are fixed and begin at multiples of
their length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import ceil

from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import APIError
from leadway_mock.store import Expiring, Store
from leadway_mock.util.redaction import fingerprint

BURST_SECONDS = 10
MINUTE_SECONDS = 60
DAY_SECONDS = 86_400

MAX_COUNTERS = 256
"""How many callers' counters are remembered by name: they come again for ten seconds."""

INTERVAL = str(BURST_SECONDS * 1000)
"""The burst's window in milliseconds, as a header says it."""


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class QuotaUsage:
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
        self._limits = settings.quotas
        burst, day = self._limits["quota_10_seconds"], self._limits["quota_day"]
        self.untouched = QuotaUsage(burst, burst, day, day)
        """The usage of somebody not known, who has used nothing."""

        # The windows of ten seconds are the shortest, and the others begin when one of them does.
        self._counters = lru_cache(MAX_COUNTERS)(partial(_counters, f"{prefix}quota"))

    def count(self, app: str, location: str, now: float) -> tuple[QuotaUsage, APIError | None]:
        """Count one request of `app` (a token's fingerprint) for `location` at `now`.

        Returns what is left, and the refusal `quota-exceeded` where a quota is used up and
        enforced.
        """
        place = fingerprint(location)  # A key is short, whatever was sent as a location.
        counters = self._counters(app, place, now // BURST_SECONDS * BURST_SECONDS)
        burst, minute, day = self._store.increment_all(counters, now=now)
        limits, enforced = self._limits, self._settings.enforce_quotas
        usage = QuotaUsage(
            limits["quota_10_seconds"],
            max(0, limits["quota_10_seconds"] - burst),
            limits["quota_day"],
            max(0, limits["quota_day"] - day),
        )
        return usage, self._refusal(burst, minute, day, now) if enforced else None

    def _refusal(self, burst: int, minute: int, day: int, now: float) -> APIError | None:
        """Return the refusal of the longest window that is used up."""
        limits = self._limits
        if day > limits["quota_day"]:
            return self._exceeded(limits["quota_day"], DAY_SECONDS, now)
        if minute > limits["quota_minute"]:
            return self._exceeded(limits["quota_minute"], MINUTE_SECONDS, now)
        if burst > limits["quota_10_seconds"]:
            return self._exceeded(limits["quota_10_seconds"], BURST_SECONDS, now)
        return None

    def _exceeded(self, limit: int, seconds: int, now: float) -> APIError:
        wait = ceil(_end(seconds, now) - now)
        headers = {"Retry-After": str(max(1, wait))} if self._settings.send_retry_after else {}
        hint = (
            f"More than {limit} requests in {seconds} seconds; the window ends in {wait} seconds."
        )
        return APIError("quota-exceeded", hint=hint, headers=headers)


def _counters(prefix: str, app: str, place: str, now: float) -> Sequence[Expiring]:
    """Return the counters of the three windows that `now` is in, the shortest first."""
    windows = (
        (f"burst/{app}/{place}", BURST_SECONDS),
        (f"minute/{place}", MINUTE_SECONDS),
        (f"day/{app}/{place}", DAY_SECONDS),
    )
    return [
        (f"{prefix}/{counted}/{int(_end(seconds, now))}", _end(seconds, now))
        for counted, seconds in windows
    ]


def _end(seconds: int, now: float) -> float:
    """Return when the window ends that `now` is in."""
    return float((now // seconds + 1) * seconds)
