"""The profile of a turn knows its steps."""

from __future__ import annotations

from bench.measuring.profile import OTHER, STEPS, profile
from bench.report import tables


def test_a_profile_meets_the_steps_of_a_turn_and_no_others() -> None:
    met = profile(0.5)
    assert {"the journal", "keeping the turn", "reading the body"} <= set(met)
    assert set(met) <= {*STEPS.values(), OTHER}


def test_the_largest_share_is_told_first() -> None:
    told = tables.profile({"small": 1, "large": 3}).splitlines()
    assert told[2:] == ["| large | 75% |", "| small | 25% |"]
