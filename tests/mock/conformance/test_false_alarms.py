"""A careful caller earns nothing, whatever happens; one who errs once earns one finding."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mock.conformance.cases import WRONG, Habit
from tests.mock.conformance.client import Person
from tests.mock.conformance.correct_client import STEPS, Careful, Step

steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 11)), max_size=15)
wrong = st.sampled_from([(finding, each) for finding, habits in WRONG.items() for each in habits])


def test_every_step_is_known() -> None:
    assert len(STEPS) == 12
    assert {"meets", "talks_side_by_side"} <= set(STEPS)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_a_careful_client_earns_nothing(steps: list[Step]) -> None:
    with Person() as person:
        caller = Careful(person)
        for step in steps:
            caller.does(step)
        caller.finishes()
        assert person.report.findings == ()


@settings(max_examples=60, deadline=None)
@given(before=steps, wrong=wrong, after=steps)
def test_one_who_errs_once_earns_exactly_that_finding(
    before: list[Step], wrong: tuple[str, Habit], after: list[Step]
) -> None:
    finding, habit = wrong
    with Person() as person:
        caller = Careful(person)
        for step in before:
            caller.does(step)
        habit(person)
        person.calms_down()
        for step in after:
            caller.does(step)
        caller.finishes()
        assert person.report.ids == (finding,)
