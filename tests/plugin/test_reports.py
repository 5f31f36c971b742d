"""The report of unexpected interactions has a line for each fact."""

from __future__ import annotations

from typing import Any

import pytest

from leadway_mock.dialogues import UNSCRIPTED_RULE
from leadway_mock.testing.expectations import find_unexpected


def report_lines(**entry: Any) -> list[str]:
    whole: Any = {"number": 3, "response": {"rule": UNSCRIPTED_RULE}} | entry
    (unexpected,) = find_unexpected([whole])
    return unexpected.text.split("\n")


@pytest.mark.parametrize(
    ("position", "number", "fact"),
    [
        ({"sessionTurn": 2, "name": "talk", "after": 1}, "2", "is in 'talk', after turn 1."),
        ({"sessionTurn": 2, "name": "talk"}, "2", "is in 'talk', at its start."),
        ({"sessionTurn": 2}, "2", "has not started any dialogue."),
        ({}, "?", "has not started any dialogue."),
    ],
)
def test_an_unscripted_message_has_its_place(
    position: dict[str, Any], number: str, fact: str
) -> None:
    first, second, *rest = report_lines(executionId="abc", dialogue=position)
    assert first == f"request 3: message {number} of session abc"
    assert second == f"  The session {fact}"
    assert len(rest) == 1


def test_a_message_without_a_session_says_so() -> None:
    assert report_lines()[0] == "request 3: message ? of session (not started)"


def test_a_violation_has_its_request_and_each_property_with_its_hint() -> None:
    request = {"method": "POST", "path": "/x"}
    violations = [{"pointer": "/input", "message": "should not exist", "hint": "did you mean"}]
    rule = {"status": 422, "rule": "body-invalid", "hint": "", "violations": violations}
    assert report_lines(request=request, response=rule) == [
        "request 3: POST /x -> 422 body-invalid",
        "  /input: should not exist",
        "      did you mean",
    ]
