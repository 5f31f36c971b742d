from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway import RateLimiter, SettingsError

LIMITS = st.lists(st.tuples(st.integers(1, 5), st.floats(0.1, 20)), min_size=1, max_size=3)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def is_within_limit(times: list[float], number: int, seconds: float) -> bool:
    """Return whether each window of `seconds` has at most `number` of the times."""
    pairs = zip(times, times[number:], strict=False)
    return all(later - earlier >= seconds - 1e-6 for earlier, later in pairs)


@given(LIMITS, st.lists(st.floats(0, 5), max_size=40))
def test_no_window_of_time_exceeds_a_limit(
    limits: list[tuple[int, float]], gaps: list[float]
) -> None:
    clock = Clock()
    rate_limiter = RateLimiter(limits, clock=clock)
    times = []
    for gap in gaps:
        clock.now += gap
        times.append(round(clock.now + rate_limiter.reserve(), 9))
    assert times == sorted(times)
    assert all(is_within_limit(times, number, seconds) for number, seconds in limits)


def test_slow_requests_are_not_delayed() -> None:
    clock = Clock()
    rate_limiter = RateLimiter([(1, 10.0)], clock=clock)
    assert rate_limiter.reserve() == 0
    clock.now = 10.0
    assert rate_limiter.reserve() == 0


def test_threads_share_a_limiter() -> None:
    rate_limiter = RateLimiter([(10, 60.0)], clock=lambda: 0.0)
    with ThreadPoolExecutor(8) as threads:
        times = sorted(threads.map(lambda _: rate_limiter.reserve(), range(40)))
    assert times == [60.0 * (index // 10) for index in range(40)]


def test_the_documented_limits_are_the_default() -> None:
    rate_limiter = RateLimiter(clock=lambda: 0.0)
    times = [rate_limiter.reserve() for _ in range(301)]
    assert (times[99], times[100], times[299], times[300]) == (0.0, 10.0, 20.0, 60.0)


@pytest.mark.parametrize("limits", [[], [(0, 1.0)], [(1, 0.0)], [(3, -1.0)]])
def test_invalid_limits_are_rejected(limits: list[tuple[int, float]]) -> None:
    with pytest.raises(SettingsError):
        RateLimiter(limits)
