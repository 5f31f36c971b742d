"""Where the emulator takes the time from."""

from __future__ import annotations

import time
from datetime import UTC, datetime
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


LATEST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
"""How far a clock can be moved: it runs on from there, and tells times that can be written."""


class ClockError(ValueError):
    """A clock cannot be moved to that time; the text says which times there are."""


class MovableClock:
    """Another clock, moved or stopped.

    `frozen_at`, `set_to`, `advanced` and `resumed` return what makes the clock that is wanted: the
    keyword arguments of another `SetClock` over the same clock. They raise `ClockError`.
    """

    def __init__(self, clock: Clock, *, offset: float = 0.0, frozen: float | None = None) -> None:
        """Take `clock` and move it by `offset` seconds, or stop it at the time `frozen`."""
        self._clock = clock
        self._offset = offset
        self._frozen = frozen

    def now(self) -> float:
        """Return the time as it was set, in seconds since the Unix epoch."""
        return self._clock.now() + self._offset if self._frozen is None else self._frozen

    @property
    def offset(self) -> float:
        """How many seconds it is ahead of the clock that it was made from."""
        return self.now() - self._clock.now()

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None

    def frozen_at(self, time: float | None = None) -> dict[str, float]:
        """Stop at `time`, now by default."""
        return {"frozen": _possible(self.now() if time is None else time)}

    def set_to(self, time: float) -> dict[str, float]:
        """Tell `time`; a stopped clock stays stopped, a running one runs on from there."""
        return self.frozen_at(time) if self.frozen else self._running_from(time)

    def advanced(self, seconds: float) -> dict[str, float]:
        """Tell a time `seconds` later than now."""
        return self.set_to(self.now() + seconds)

    def resumed(self) -> dict[str, float]:
        """Run on from the time that it tells now."""
        return self._running_from(self.now())

    def _running_from(self, time: float) -> dict[str, float]:
        return {"offset": _possible(time) - self._clock.now()}


def _possible(time: float) -> float:
    if not 0 <= time <= LATEST:
        raise ClockError("The clock tells times from 1970-01-01 to 9000-01-01; this is another.")
    return time


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
