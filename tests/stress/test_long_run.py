"""Journal and sessions at their limits for an hour of the mock's clock."""

from __future__ import annotations

import pytest

from tests.stress.long_run import LongRun, Report, long_run

MAX_GROWTH = 10_000_000
"""Bytes by which memory may grow after the warm-up."""


@pytest.fixture(scope="module")
def report() -> Report:
    return long_run(requests=4_000, max_sessions=300)


@pytest.mark.xdist_group("long run")
def test_no_response_is_wrong_and_no_turn_is_lost(report: Report) -> None:
    assert (report.wrong, report.lost) == (0, 0)


@pytest.mark.xdist_group("long run")
def test_every_store_stays_at_its_limit(report: Report) -> None:
    assert (report.sessions, report.entries) == (300, 1_000)
    assert report.counters < 10


@pytest.mark.xdist_group("long run")
def test_memory_does_not_grow(report: Report) -> None:
    if not report.memory[0]:
        pytest.skip("this system has no /proc")
    assert report.growth < MAX_GROWTH


def test_a_lost_turn_would_be_noticed() -> None:
    run = LongRun(requests=200, max_sessions=100)
    for number in range(100):
        run.send(number)
    deleted = list(run.turns)[:3]
    for session in deleted:
        run.emulator.sessions.delete(session)
    assert run.compare().lost == len(deleted)
