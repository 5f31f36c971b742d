"""Quotas: the documented rate limits, always counted, enforced if the settings say so.

Documented are 100 requests in 10 seconds and 200,000 a day, per app and location, and 300 a minute
per location. Whether windows are fixed or sliding is not documented: these are fixed and begin at
multiples of their length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from math import ceil

from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import APIError
from leadway_mock.store import Increment, Store
from leadway_mock.util.redaction import fingerprint

BURST_SECONDS = 10
MINUTE_SECONDS = 60
DAY_SECONDS = 86_400

MAX_COUNTERS = 256
"""Limit of cached counter names; a client uses the same ones for ten seconds."""

INTERVAL = str(BURST_SECONDS * 1000)
"""The window of the burst quota in milliseconds, as in the header."""


class Quotas:
    """Counts requests in the store, so that workers that share it share the quotas."""

    def __init__(self, store: Store, settings: Settings, prefix: str = "") -> None:
        """Count in `store` under keys that begin with `prefix`."""
        self._store = store
        self._settings = settings
        self._limits = settings.quotas
        self.unused = self.headers((0, 0, 0))
        """Headers for a client that is not identified: nothing is used."""

        # The counters change every ten seconds at most: longer windows begin with a short one.
        self._increments = lru_cache(MAX_COUNTERS)(partial(_increments, f"{prefix}quota"))

    def increments(self, app: str, location: str, now: float) -> Sequence[Increment]:
        """Return the increments that count a request of `app` (a token's fingerprint)."""
        place = fingerprint(location)  # The key stays short, however long the location is.
        return self._increments(app, place, now // BURST_SECONDS * BURST_SECONDS)

    def headers(self, numbers: Sequence[int]) -> Mapping[str, str]:
        """Return the five documented headers, from the counters after `increments`."""
        burst, day = self._limits["quota_10_seconds"], self._limits["quota_day"]
        used_burst, _, used_day = numbers
        return {
            "X-RateLimit-Limit-Daily": str(day),
            "X-RateLimit-Daily-Remaining": str(max(0, day - used_day)),
            "X-RateLimit-Interval-Milliseconds": INTERVAL,
            "X-RateLimit-Max": str(burst),
            "X-RateLimit-Remaining": str(max(0, burst - used_burst)),
        }

    def count(
        self, increments: Sequence[Increment], now: float
    ) -> tuple[Mapping[str, str], APIError | None]:
        """Count a request now; return its headers, and `quota-exceeded` if a quota is exceeded."""
        numbers = self._store.commit_early(increments, now=now) or ()
        headers, (burst, minute, day) = self.headers(numbers), numbers
        # The error is that of the longest window whose quota is exceeded.
        for name, seconds, number in (
            ("quota_day", DAY_SECONDS, day),
            ("quota_minute", MINUTE_SECONDS, minute),
            ("quota_10_seconds", BURST_SECONDS, burst),
        ):
            limit = self._limits[name]
            if number > limit:
                wait = ceil(_end(seconds, now) - now)
                retry = {"Retry-After": str(max(1, wait))}
                sent = retry if self._settings.send_retry_after else {}
                hint = f"More than {limit} requests in {seconds} seconds"
                hint = f"{hint}; the window ends in {wait} s."
                return headers, APIError("quota-exceeded", hint=hint, headers=sent)
        return headers, None


def _increments(prefix: str, app: str, place: str, now: float) -> Sequence[Increment]:
    """Return the increments of the three windows that contain `now`, the shortest first."""
    windows = (
        (f"burst/{app}/{place}", BURST_SECONDS),
        (f"minute/{place}", MINUTE_SECONDS),
        (f"day/{app}/{place}", DAY_SECONDS),
    )
    return [
        Increment(f"{prefix}/{name}/{int(_end(seconds, now))}", _end(seconds, now))
        for name, seconds in windows
    ]


def _end(seconds: int, now: float) -> float:
    """Return the end of the window that contains `now`."""
    return float((now // seconds + 1) * seconds)
