"""Client-side rate limiter."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from leadway._arguments import check_type, checks_arguments
from leadway.errors import SettingsError

DOCUMENTED_LIMITS: Final = ((100, 10.0), (300, 60.0))
"""Requests and seconds: the vendor's limits for an app and location, and for a sub-account."""


@checks_arguments
class RateLimiter:
    """Sliding-window rate limiter: delays requests so that no limit is exceeded.

    Thread-safe. Share one among all clients, threads and tasks of a process that use the same
    location.

    Args:
        limits: pairs of a number of requests and the seconds in which at most that many are sent.
        clock: monotonic clock, in seconds.

    Raises:
        SettingsError: there is no limit, one is not a pair of numbers above zero, or the clock is
            no function.
    """

    def __init__(
        self,
        limits: Sequence[tuple[int, float]] = DOCUMENTED_LIMITS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        try:
            is_valid = bool(limits) and all(number >= 1 and time > 0 for number, time in limits)
        except (TypeError, ValueError):
            is_valid = False
        if not is_valid:
            raise SettingsError(f"`limits` must be pairs of numbers above 0, not {limits!r}.")
        check_type("clock", clock, Callable, "a function", SettingsError)
        self.limits: tuple[tuple[int, float], ...] = tuple(limits)
        self._clock = clock
        self._reserved: deque[float] = deque(maxlen=max(number for number, _ in limits))
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Reserve the next free time for a request; return the seconds until then."""
        with self._lock:
            now = self._clock()
            start = max(now, *map(self._available_at, self.limits))
            self._reserved.append(start)
            return start - now

    def _available_at(self, limit: tuple[int, float]) -> float:
        number, seconds = limit
        return self._reserved[-number] + seconds if len(self._reserved) >= number else -math.inf
