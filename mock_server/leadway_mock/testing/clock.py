"""Clock of one test."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from leadway_mock.state.clock import ClockError, MovableClock
from leadway_mock.state.namespaces import Namespace
from leadway_mock.testing.arguments import ArgumentError, check_type, checks_arguments

Move = Callable[[MovableClock], MovableClock]

MAX_DURATION_CHARS: Final = 30
DURATION: Final = re.compile(r"([0-9.]+) ?(ms|s|m|h|d)")
UNIT_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
EXAMPLE_TIME: Final = "2026-11-22T09:00:00Z"


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

    @checks_arguments
    def freeze(self, at: datetime | str | None = None) -> None:
        """Stop the clock, now or at `at`, with a time zone, as in `2026-11-22T09:00:00Z`."""
        time = None if at is None else _timestamp("freeze", at)
        self._apply("freeze", lambda clock: clock.freeze(time))

    @checks_arguments
    def advance(self, by: float | timedelta | str) -> None:
        """Move the clock forward by seconds, a timedelta, or a text such as `5m` or `2h`.

        A frozen clock stays frozen. Raises `ValueError` for a negative value; use `set` for an
        earlier time.
        """
        seconds = _seconds(by)
        if seconds < 0:
            raise ArgumentError(f"advance() must be 0 or more, not {seconds:g} s; set() moves back")
        self._apply("advance", lambda clock: clock.advance(seconds))

    @checks_arguments
    def set(self, at: datetime | str) -> None:
        """Set the time to `at`, which has a time zone."""
        time = _timestamp("set", at)
        self._apply("set", lambda clock: clock.move_to(time))

    @checks_arguments
    def resume(self) -> None:
        """Let a frozen clock run again from its time."""
        self._move(MovableClock.resume)

    @checks_arguments
    def reset(self) -> None:
        """Follow the machine's clock again."""
        self._move(MovableClock.reset)

    def _apply(self, name: str, move: Move) -> None:
        try:
            self._move(move)
        except ClockError as error:
            raise ArgumentError(f"{name}(): the new time {error}") from None


def _seconds(by: float | timedelta | str) -> float:
    if isinstance(by, timedelta):
        return by.total_seconds()
    expected = "a number of seconds, a timedelta, or a text such as '5m'"
    check_type("advance()", by, int | float | str, expected)
    if not isinstance(by, str):
        return by
    duration = DURATION.fullmatch(by.strip()) if len(by) <= MAX_DURATION_CHARS else None
    try:
        return float(duration[1]) * UNIT_SECONDS[duration[2]] if duration else float(by)
    except ValueError:
        hint = "units are ms, s, m, h and d"
        raise ArgumentError(f"advance() must be {expected}, not {by[:80]!r}; {hint}.") from None


def _timestamp(name: str, at: datetime | str) -> float:
    check_type(f"{name}()", at, datetime | str, f"a datetime, or a text such as '{EXAMPLE_TIME}'")
    try:
        time = datetime.fromisoformat(at) if isinstance(at, str) else at
    except ValueError:
        text = f"{name}() must be a time such as '{EXAMPLE_TIME}', not {at[:80]!r}."  # type: ignore[index]  # only a text gets here
        raise ArgumentError(text) from None
    if time.tzinfo is None:
        raise ArgumentError(f"{name}(): {time} has no time zone; add one, such as datetime.UTC")
    return time.timestamp()
