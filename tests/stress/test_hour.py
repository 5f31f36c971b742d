"""Journal and sessions at their bounds, for a share of the hour that `make bench-pressure` has."""

from __future__ import annotations

import pytest

from bench.pressure.hour import Guests, Hour, hour
from bench.pressure.page import GROWTH_BOUND


@pytest.fixture(scope="module")
def passed() -> Hour:
    return hour(requests=4_000, sessions=300)


@pytest.mark.xdist_group("hour")
def test_no_answer_is_wrong_and_no_turn_is_lost(passed: Hour) -> None:
    assert (passed.wrong, passed.lost) == (0, 0)


@pytest.mark.xdist_group("hour")
def test_all_stays_at_its_bound(passed: Hour) -> None:
    sessions, entries, counters = passed.kept
    assert (sessions, entries) == (300, 1_000)
    assert counters < 10


@pytest.mark.xdist_group("hour")
def test_memory_does_not_grow(passed: Hour) -> None:
    assert passed.memories[0], "this system tells no process's memory"
    assert passed.growth < GROWTH_BOUND


def test_a_turn_that_was_lost_would_be_noticed() -> None:
    guests = Guests(requests=200, sessions=100)
    emulator, forgetful = guests.emulator, set()
    for number in range(100):
        guests.ask(number)
    for session in list(guests.told)[:3]:
        emulator.sessions.delete(session)
        forgetful.add(session)
    assert guests.look_back().lost == len(forgetful)
