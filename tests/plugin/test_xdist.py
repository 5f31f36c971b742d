"""pytest-xdist: tests in several processes are isolated, and the summary covers all of them."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Run

TESTS = """
import pytest
from tests.plugin.client import BOOKING, say

@pytest.mark.parametrize("number", range(12))
@pytest.mark.leadway_mock(dialogue=BOOKING)
def test_good(leadway_mock, number):
    for _ in range(3):
        assert say(leadway_mock, f"haircut {number}", "Monday")[1] == "Monday it is."
    leadway_mock.assert_turns(2, 2, 2)
    leadway_mock.assert_requests(6, body="")
    assert {each.messages[0] for each in leadway_mock.sessions} == {f"haircut {number}"}

@pytest.mark.leadway_mock(dialogue=BOOKING)
def test_unscripted(leadway_mock):
    say(leadway_mock, "haircut", "Monday", "Thanks")

@pytest.mark.leadway_mock(dialogue=BOOKING)
def test_unused(leadway_mock):
    say(leadway_mock, "haircut")
"""


def test_each_process_has_a_mock_and_each_test_a_namespace(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(TESTS)
    result = run("-p", "xdist", "-n", "2", subprocess=True)
    result.assert_outcomes(passed=12, failed=2)
    result.stdout.fnmatch_lines_random(
        ["unscripted: *", "unused: *", "FAILED *::test_unscripted*", "FAILED *::test_unused*"]
    )
    result.stdout.fnmatch_lines(
        ["*= leadway_mock =*", "The caller is well-behaved: no finding in 76 requests."]
    )
    result.stdout.no_fnmatch_line("*ERROR*")
