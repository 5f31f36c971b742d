"""The clock of one test: expiry and quotas without waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from leadway_mock.clock import SetClock
from leadway_mock.spaces import Space

Move = Callable[[SetClock], Mapping[str, float]]


class MockClock:
    """Stops, moves and asks the clock that this test's sessions and quotas live by."""

    def __init__(self, move: Callable[[Move], Space]) -> None:
        """Take what moves the clock of a space and returns the space."""
        self._move = move

    def now(self) -> datetime:
        """Return the time that the mock believes it is, in UTC."""
        return datetime.fromtimestamp(self._move(_as_it_is).clock.now(), UTC)

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock, at `at` (with a time zone) or at once."""
        time = None if at is None else _seconds(at)
        self._move(lambda clock: clock.frozen_at(time))

    def advance(self, by: float | timedelta) -> None:
        """Move the clock forward by seconds or a timedelta; a stopped one stays stopped."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        self._move(lambda clock: clock.advanced(seconds))

    def set(self, at: datetime) -> None:
        """Let it be `at`, which has a time zone, from now on."""
        time = _seconds(at)
        self._move(lambda clock: clock.set_to(time))

    def resume(self) -> None:
        """Let a stopped clock run on from where it stands."""
        self._move(lambda clock: clock.resumed())

    def reset(self) -> None:
        """Follow the machine's own clock again."""
        self._move(lambda _: {})


def _as_it_is(clock: SetClock) -> Mapping[str, float]:
    return {"frozen": clock.now()} if clock.frozen else {"offset": clock.offset}


def _seconds(at: datetime) -> float:
    if at.tzinfo is None:
        raise ValueError(f"{at} does not say in which time zone; give it one, such as datetime.UTC")
    return at.timestamp()
