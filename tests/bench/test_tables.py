"""Statistics of the benches, and pages with their last run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.tables import Spread, quantile, ratios, spread, write_last_run


def test_a_spread_has_median_minimum_and_maximum() -> None:
    assert spread([3, 1, 2, 10]) == Spread(2.5, 1, 10)


def test_ratios_are_formed_within_a_round() -> None:
    """The machine was twice as fast in the second round, which changes no ratio."""
    assert ratios([100, 200, 100], [50, 100, 40]) == Spread(2.0, 2.0, 2.5)


def test_different_numbers_of_rounds_raise() -> None:
    with pytest.raises(ValueError, match="argument"):
        ratios([1, 2], [1])


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1), (0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100)]
)
def test_quantiles_of_a_hundred(share: float, value: int) -> None:
    assert quantile(range(1, 101), share) == value


@given(st.lists(st.integers(), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_not_exceeded_by_its_share(values: list[int], share: float) -> None:
    found = quantile(sorted(values), share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values)


def test_a_report_replaces_the_last_one(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n## Last run\n\nOld.\n")
    write_last_run(page, "New.")
    assert page.read_text() == "# Page\n\n## Last run\n\nNew.\n"
    page.write_text("# Page\n\n## Speed\n\nOld.\n")
    write_last_run(page, "New.", "Speed")
    assert page.read_text() == "# Page\n\n## Speed\n\nNew.\n"
    with pytest.raises(ValueError, match="has no line '## Last run'"):
        write_last_run(page, "New.")
