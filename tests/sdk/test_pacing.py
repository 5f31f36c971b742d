from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway import Pacer, SettingsError

LIMITS = st.lists(st.tuples(st.integers(1, 5), st.floats(0.1, 20)), min_size=1, max_size=3)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def is_kept(moments: list[float], number: int, seconds: float) -> bool:
    """Whether no stretch of so many seconds has more than so many moments."""
    pairs = zip(moments, moments[number:], strict=False)
    return all(later - earlier >= seconds - 1e-6 for earlier, later in pairs)


@given(LIMITS, st.lists(st.floats(0, 5), max_size=40))
def test_no_stretch_of_time_has_more_than_allowed(
    limits: list[tuple[int, float]], gaps: list[float]
) -> None:
    clock = Clock()
    pacer = Pacer(limits, clock=clock)
    moments = []
    for gap in gaps:
        clock.now += gap
        moments.append(round(clock.now + pacer.reserve(), 9))
    assert moments == sorted(moments)
    assert all(is_kept(moments, number, seconds) for number, seconds in limits)


def test_who_is_slow_never_waits() -> None:
    clock = Clock()
    pacer = Pacer([(1, 10.0)], clock=clock)
    assert pacer.reserve() == 0
    clock.now = 10.0
    assert pacer.reserve() == 0


def test_threads_share_it() -> None:
    pacer = Pacer([(10, 60.0)], clock=lambda: 0.0)
    with ThreadPoolExecutor(8) as threads:
        moments = sorted(threads.map(lambda _: pacer.reserve(), range(40)))
    assert moments == [60.0 * (index // 10) for index in range(40)]


def test_the_documented_limits_are_the_default() -> None:
    pacer = Pacer(clock=lambda: 0.0)
    moments = [pacer.reserve() for _ in range(301)]
    assert (moments[99], moments[100], moments[299], moments[300]) == (0.0, 10.0, 20.0, 60.0)


@pytest.mark.parametrize("limits", [[], [(0, 1.0)], [(1, 0.0)], [(3, -1.0)]])
def test_what_cannot_be_is_refused(limits: list[tuple[int, float]]) -> None:
    with pytest.raises(SettingsError):
        Pacer(limits)
