"""Keeping to the service's quotas before it has to insist."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from leadway.errors import SettingsError

DOCUMENTED_LIMITS: Final = ((100, 10.0), (300, 60.0))
"""Requests and seconds: what the vendor's pages allow an app and location, and a sub-account."""


class Pacer:
    """Gives out moments to send at, so that no limit is exceeded in any stretch of time.

    Share one among all clients, threads and tasks of a process that use the same location.

    Args:
        limits: pairs of a number of requests and the seconds in which no more than these are sent.
        clock: seconds that never run backwards.

    Raises:
        SettingsError: a limit is not above zero.
    """

    def __init__(
        self,
        limits: Sequence[tuple[int, float]] = DOCUMENTED_LIMITS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not limits or min(min(limit) for limit in limits) <= 0:
            raise SettingsError(f"Each limit is requests and seconds, both above 0: {limits!r}.")
        self.limits: tuple[tuple[int, float], ...] = tuple(limits)
        self._clock = clock
        self._given: deque[float] = deque(maxlen=max(number for number, _ in limits))
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next free moment, and return the seconds until then."""
        with self._lock:
            now = self._clock()
            moment = max(now, *map(self._free_from, self.limits))
            self._given.append(moment)
            return moment - now

    def _free_from(self, limit: tuple[int, float]) -> float:
        number, seconds = limit
        return self._given[-number] + seconds if len(self._given) >= number else -math.inf
