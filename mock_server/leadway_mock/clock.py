"""Where the emulator takes the time from."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time in seconds since the Unix epoch."""

    def now(self) -> float:
        """Return the current time."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Return the machine's time, in seconds since the Unix epoch."""
        return time.time()


class SetClock:
    """Another clock, moved or stopped."""

    def __init__(self, clock: Clock, *, offset: float = 0.0, frozen: float | None = None) -> None:
        """Take `clock` and move it by `offset` seconds, or stop it at the time `frozen`."""
        self._clock = clock
        self._offset = offset
        self._frozen = frozen

    def now(self) -> float:
        """Return the time as it was set, in seconds since the Unix epoch."""
        return self._clock.now() + self._offset if self._frozen is None else self._frozen


class ManualClock:
    """A clock that stands still until it is moved: expiry and quotas without waiting."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start

    def now(self) -> float:
        """Return the time it was set to."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock by `seconds`."""
        self._now += seconds
