"""Each wrong habit earns its finding and no other, and each near miss earns none."""

from __future__ import annotations

import pytest

from leadway_mock.conformance import RULES
from tests.mock.conformance.cases import NEAR, WRONG, Habit
from tests.mock.conformance.client import Person

wrong = [
    pytest.param(finding, habit, id=f"{finding}-{habit.__name__}")
    for finding, habits in WRONG.items()
    for habit in habits
]
near = [
    pytest.param(habit, id=f"{finding}-{habit.__name__}")
    for finding, habits in NEAR.items()
    for habit in habits
]


@pytest.mark.parametrize(("finding", "habit"), wrong)
def test_a_wrong_habit_earns_exactly_its_finding(
    person: Person, finding: str, habit: Habit
) -> None:
    habit(person)
    (found,) = person.report.findings
    assert found.id == finding
    numbers = {entry["number"] for entry in person.entries}
    assert all(
        set(seen.journal_entries) <= numbers and seen.journal_entries for seen in found.occurrences
    )


@pytest.mark.parametrize("habit", near)
def test_a_near_miss_earns_none(person: Person, habit: Habit) -> None:
    habit(person)
    assert person.entries
    assert person.report.findings == ()


@pytest.mark.parametrize("table", [WRONG, NEAR], ids=["wrong", "near"])
def test_every_finding_is_tested_from_both_sides(table: dict[str, list[Habit]]) -> None:
    assert set(table) == set(RULES)
