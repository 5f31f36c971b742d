"""The clock of one test: expiry and quotas without waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from leadway_mock.state.clock import MovableClock
from leadway_mock.state.namespace import Namespace
from leadway_mock.testing.tracebacks import hide_traceback_here

Move = Callable[[MovableClock], MovableClock]


class MockClock:
    """Stops, moves and asks the clock that this test's sessions and quotas live by."""

    def __init__(self, move: Callable[[Move], Namespace]) -> None:
        """Take what moves the clock of a space and returns the space."""
        self._move = move

    def now(self) -> datetime:
        """Return the time that the mock believes it is, in UTC."""
        return datetime.fromtimestamp(self._move(_unchanged).clock.now(), UTC)

    @hide_traceback_here
    def freeze(self, at: datetime | str | None = None) -> None:
        """Stop the clock, at once or at `at`, with a time zone, as in `2026-11-22T09:00:00Z`."""
        time = None if at is None else _seconds(at)
        self._move(lambda clock: clock.freeze(time))

    @hide_traceback_here
    def advance(self, by: float | timedelta) -> None:
        """Move the clock forward by seconds or a timedelta; a stopped one stays stopped.

        Raises `ValueError` for a move back, which `set` is for.
        """
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        if seconds < 0:
            raise ValueError(f"{seconds:g} s is a move back; set() takes any time there is")
        self._move(lambda clock: clock.advance(seconds))

    @hide_traceback_here
    def set(self, at: datetime | str) -> None:
        """Let it be `at`, which has a time zone, from now on."""
        time = _seconds(at)
        self._move(lambda clock: clock.move_to(time))

    def resume(self) -> None:
        """Let a stopped clock run on from where it stands."""
        self._move(MovableClock.resume)

    def reset(self) -> None:
        """Follow the machine's own clock again."""
        self._move(MovableClock.reset)


def _unchanged(clock: MovableClock) -> MovableClock:
    return clock


def _seconds(at: datetime | str) -> float:
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    if at.tzinfo is None:
        raise ValueError(f"{at} does not say in which time zone; give it one, such as datetime.UTC")
    return at.timestamp()
