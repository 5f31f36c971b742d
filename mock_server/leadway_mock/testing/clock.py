"""Clock of one test, and the decorator for methods that check their arguments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from leadway_mock.state.clock import MovableClock
from leadway_mock.state.namespaces import Namespace

Move = Callable[[MovableClock], MovableClock]
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def hide_traceback_here(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Drop the traceback of every `ValueError` that `method` raises.

    Its message says what is wrong with the arguments. Other errors are bugs of the mock and keep
    the traceback.
    """

    @wraps(method)
    def call(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> Result:
        __tracebackhide__ = True
        try:
            return method(*arguments, **keywords)
        except ValueError as error:
            raise error.with_traceback(None) from None

    return call


class MockClock:
    """Reads and moves the clock of a test: sessions expire and quotas refill without waiting."""

    def __init__(self, move: Callable[[Move], Namespace]) -> None:
        """Take the function that applies a move to a namespace and returns the namespace."""
        self._move = move

    def __repr__(self) -> str:
        try:
            clock = self._move(lambda clock: clock).clock
        except RuntimeError:
            return "<MockClock, not running>"
        state = "frozen" if clock.is_frozen else f"{clock.offset:+.0f} s"
        return f"<MockClock {self.now().isoformat(timespec='seconds')}, {state}>"

    def now(self) -> datetime:
        """Return the time of the mock, in UTC."""
        return datetime.fromtimestamp(self._move(lambda clock: clock).clock.now(), UTC)

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


def _timestamp(at: datetime | str) -> float:
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone; add one, such as datetime.UTC")
    return at.timestamp()
