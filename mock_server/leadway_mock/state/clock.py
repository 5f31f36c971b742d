"""Clocks: the system's, one that can be moved or stopped, and one for tests."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Source of the time."""

    def now(self) -> float:
        """Return the current time in seconds since the Unix epoch."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> float:
        """Return the machine's time in seconds since the Unix epoch."""
        return time.time()


LATEST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
"""Latest time to which a clock can be moved; it runs on from there within ISO 8601's years."""


class ClockError(ValueError):
    """A clock cannot be moved to that time; the text names the limits."""


class MovableClock:
    """A clock that is moved or stopped against another one. Immutable.

    `freeze`, `move_to`, `advance` and `resume` return a new clock over the same one, and raise
    `ClockError` if the time is out of range.
    """

    def __init__(self, clock: Clock, *, offset: float = 0.0, frozen: float | None = None) -> None:
        """Move `clock` by `offset` seconds, or stop it at the time `frozen`."""
        self._clock = clock
        self._offset = offset
        self._frozen = frozen

    def now(self) -> float:
        """Return the time in seconds since the Unix epoch."""
        return self._clock.now() + self._offset if self._frozen is None else self._frozen

    @property
    def offset(self) -> float:
        """By how many seconds it is ahead of the underlying clock."""
        return self.now() - self._clock.now()

    @property
    def is_frozen(self) -> bool:
        """Whether it is stopped."""
        return self._frozen is not None

    def freeze(self, time: float | None = None) -> MovableClock:
        """Return a clock that is stopped at `time`, by default now."""
        frozen = _check_range(self.now() if time is None else time)
        return MovableClock(self._clock, frozen=frozen)

    def move_to(self, time: float) -> MovableClock:
        """Return a clock at `time`: stopped there if this one is stopped, else running."""
        return self.freeze(time) if self.is_frozen else self._running_from(time)

    def advance(self, seconds: float) -> MovableClock:
        """Return a clock that is `seconds` ahead of this one."""
        return self.move_to(self.now() + seconds)

    def resume(self) -> MovableClock:
        """Return a clock that runs from the time of this one."""
        return self._running_from(self.now())

    def reset(self) -> MovableClock:
        """Return a clock with the time of the underlying one."""
        return MovableClock(self._clock)

    def to_json(self) -> dict[str, float]:
        """Return the keyword arguments of the constructor; empty if it was never moved."""
        if self._frozen is not None:
            return {"frozen": self._frozen}
        return {"offset": self._offset} if self._offset else {}

    def _running_from(self, time: float) -> MovableClock:
        return MovableClock(self._clock, offset=_check_range(time) - self._clock.now())


def _check_range(time: float) -> float:
    if not 0 <= time <= LATEST:
        raise ClockError("must be a time from 1970-01-01 to 9000-01-01")
    return time


class ManualClock:
    """A clock that changes only when it is moved: expiry and quotas without waiting."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start

    def now(self) -> float:
        """Return the time it is set to."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock by `seconds`."""
        self._now += seconds


def iso_time(seconds: float) -> str:
    """Return a time as ISO 8601 in UTC, to the millisecond."""
    utc = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"
