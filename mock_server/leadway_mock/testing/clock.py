"""Clock of one test: sessions expire and quotas refill without waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from leadway_mock.state.clock import MovableClock
from leadway_mock.state.namespaces import Namespace
from leadway_mock.testing.tracebacks import hide_traceback_here

Move = Callable[[MovableClock], MovableClock]


class MockClock:
    """Reads and moves the clock of this test's sessions and quotas."""

    def __init__(self, move: Callable[[Move], Namespace]) -> None:
        """Take the function that applies a move to a namespace and returns the namespace."""
        self._move = move

    def now(self) -> datetime:
        """Return the time of the mock, in UTC."""
        return datetime.fromtimestamp(self._move(_keep).clock.now(), UTC)

    @hide_traceback_here
    def freeze(self, at: datetime | str | None = None) -> None:
        """Stop the clock, now or at `at`, with a time zone, as in `2026-11-22T09:00:00Z`."""
        time = None if at is None else _timestamp(at)
        self._move(lambda clock: clock.freeze(time))

    @hide_traceback_here
    def advance(self, by: float | timedelta) -> None:
        """Move the clock forward by seconds or a timedelta; a frozen clock stays frozen.

        Raises `ValueError` for a negative value; use `set` for an earlier time.
        """
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        if seconds < 0:
            raise ValueError(f"advance() must be 0 or more, not {seconds:g} s; set() moves back")
        self._move(lambda clock: clock.advance(seconds))

    @hide_traceback_here
    def set(self, at: datetime | str) -> None:
        """Set the time to `at`, which has a time zone."""
        time = _timestamp(at)
        self._move(lambda clock: clock.move_to(time))

    def resume(self) -> None:
        """Let a frozen clock run again from its time."""
        self._move(MovableClock.resume)

    def reset(self) -> None:
        """Follow the machine's clock again."""
        self._move(MovableClock.reset)


def _keep(clock: MovableClock) -> MovableClock:
    return clock


def _timestamp(at: datetime | str) -> float:
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone; add one, such as datetime.UTC")
    return at.timestamp()
