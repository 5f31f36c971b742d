"""Latency: distributions and limits."""

from __future__ import annotations

import math
import statistics

import pytest

from leadway_mock.faults import FaultError, Latency, fixed, lognormal, uniform
from leadway_mock.state.ids import Ids


def drawn(latency: Latency, count: int = 2000) -> list[float]:
    ids = Ids(seed=1)
    return [latency.seconds(ids.fraction("latency", number)) for number in range(count)]


def test_a_fixed_delay_is_always_the_same() -> None:
    assert set(drawn(fixed(0.2), 10)) == {0.2}


def test_a_uniform_delay_lies_anywhere_between() -> None:
    delays = drawn(uniform(1, 3))
    assert 1 < min(delays) < 1.01
    assert 2.99 < max(delays) < 3
    assert statistics.mean(delays) == pytest.approx(2, abs=0.05)


def test_a_lognormal_delay_has_its_median_and_a_long_tail() -> None:
    delays = drawn(lognormal(0.3, 0.5))
    assert statistics.median(delays) == pytest.approx(0.3, rel=0.05)
    logarithms = list(map(math.log, delays))
    assert statistics.stdev(logarithms) == pytest.approx(0.5, rel=0.05)
    assert statistics.quantiles(delays, n=100)[98] > 0.9


def test_no_delay_is_endless() -> None:
    assert lognormal(600, 5).seconds(1 - 2**-49) == 600
    assert lognormal(0, 5).seconds(0.5) == 0


@pytest.mark.parametrize("seconds", [-1, math.nan, math.inf, 600.001])
def test_a_delay_out_of_range_is_an_error(seconds: float) -> None:
    for make in (fixed, lambda each: uniform(0, each), lambda each: lognormal(each, 1)):
        with pytest.raises(FaultError, match="seconds is out of range"):
            make(seconds)


def test_without_a_seed_no_two_draws_are_the_same() -> None:
    ids = Ids()
    fractions = {ids.fraction("latency", 1) for _ in range(100)}
    assert len(fractions) == 100
    assert all(0 < fraction < 1 for fraction in fractions)
