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


@dataclass(frozen=True, slots=True)
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
            "X-RateLimit-Interval-Milliseconds": str(BURST_SECONDS * 1000),
            "X-RateLimit-Max": str(self.burst),
            "X-RateLimit-Remaining": str(self.burst_left),
        }


@dataclass(frozen=True, slots=True)
class _Window:
    name: str
    limit: int
    seconds: int
    key: str

    def ends(self, now: float) -> float:
        return (now // self.seconds + 1) * self.seconds


class Quotas:
    """Counts requests in the store, so that workers which share it share the quota."""

    def __init__(self, store: Store, settings: Settings, prefix: str = "") -> None:
        """Count in `store` under keys that begin with `prefix`."""
        self._store = store
        self._settings = settings
        self._prefix = f"{prefix}quota"

    def untouched(self) -> Usage:
        """Return the usage of somebody not known, who has used nothing."""
        burst, day = self._settings.quota_burst, self._settings.quota_day
        return Usage(burst, burst, day, day)

    def count(self, app: str, location: str, now: float) -> tuple[Usage, Refusal | None]:
        """Count one request of `app` (a token's fingerprint) for `location` at `now`.

        Returns what is left, and the refusal `quota-exceeded` where a quota is used up and
        enforced.
        """
        left: dict[str, int] = {}
        refusal = None
        for window in self._windows(app, location):
            ends = window.ends(now)
            key = f"{self._prefix}/{window.key}/{int(ends)}"
            used = self._store.increment(key, now=now, expires=ends)
            left[window.name] = max(0, window.limit - used)
            if used > window.limit and self._settings.enforce_quotas:
                refusal = self._exceeded(window, ends - now)
        settings = self._settings
        usage = Usage(settings.quota_burst, left["burst"], settings.quota_day, left["day"])
        return usage, refusal

    def _windows(self, app: str, location: str) -> tuple[_Window, ...]:
        settings = self._settings
        location = fingerprint(location)  # A key is short, whatever was sent as a location.
        both = f"{app}/{location}"
        return (
            _Window("burst", settings.quota_burst, BURST_SECONDS, f"burst/{both}"),
            _Window("minute", settings.quota_minute, MINUTE_SECONDS, f"minute/{location}"),
            _Window("day", settings.quota_day, DAY_SECONDS, f"day/{both}"),
        )

    def _exceeded(self, window: _Window, wait: float) -> Refusal:
        wait_header = {"Retry-After": str(max(1, ceil(wait)))}
        headers = wait_header if self._settings.retry_after else {}
        hint = (
            f"More than {window.limit} requests in {window.seconds} seconds;"
            f" the window ends in {ceil(wait)} seconds."
        )
        return Refusal("quota-exceeded", hint=hint, headers=headers)
