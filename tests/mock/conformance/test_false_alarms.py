"""A correct client has no findings; one with a single error has one finding."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mock.conformance.cases import ERRORS, Case
from tests.mock.conformance.client import EvaluatedClient
from tests.mock.conformance.correct_client import STEPS, CorrectClient, Step

steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 11)), max_size=15)
wrong = st.sampled_from([(finding, each) for finding, cases in ERRORS.items() for each in cases])


def test_every_step_is_known() -> None:
    assert len(STEPS) == 12
    assert {"meets", "talks_side_by_side"} <= set(STEPS)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_a_correct_client_has_no_findings(steps: list[Step]) -> None:
    with EvaluatedClient() as client:
        correct = CorrectClient(client)
        for step in steps:
            correct.does(step)
        correct.finishes()
        assert client.report.findings == ()


@settings(max_examples=60, deadline=None)
@given(before=steps, wrong=wrong, after=steps)
def test_a_client_with_one_error_has_exactly_its_finding(
    before: list[Step], wrong: tuple[str, Case], after: list[Step]
) -> None:
    finding, case = wrong
    with EvaluatedClient() as client:
        correct = CorrectClient(client)
        for step in before:
            correct.does(step)
        case(client)
        client.remove_faults()
        for step in after:
            correct.does(step)
        correct.finishes()
        assert client.report.ids == (finding,)
