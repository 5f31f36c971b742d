"""What fails a test by itself, in which phase, with which words, and what lets it pass."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Run

HEAD = """
import httpx
import pytest
from tests.plugin.talking import BOOKING, ask, say

"""
UNSCRIPTED = """
def test_it(leadway_mock):
    leadway_mock.dialogue(BOOKING)
    say(leadway_mock, "A haircut, please", "On Tuesday")
    say(leadway_mock, "Something else")
"""
UNUSED = """
def test_it(leadway_mock):
    leadway_mock.dialogue(BOOKING)
    say(leadway_mock, "A haircut, please")
"""
UNUSED_FAULT = """
def test_it(leadway_mock):
    leadway_mock.fault(status=500)
"""
MALFORMED = """
def test_it(leadway_mock):
    httpx.post(
        leadway_mock.execute_url,
        headers=leadway_mock.headers,
        json={"input": "Hi", "locationId": "here"},
    )
"""
WITHOUT_VERSION = """
def test_it(leadway_mock):
    del (headers := dict(leadway_mock.headers))["Version"]
    httpx.post(leadway_mock.execute_url, headers=headers, json={})
"""
WITHOUT_TOKEN = """
def test_it(leadway_mock):
    httpx.post(leadway_mock.execute_url, json={"message": "Hi", "locationId": "here"})
"""
WRONG_PATH = """
def test_it(leadway_mock):
    httpx.post(leadway_mock.url + "/agent-studio/agents", headers=leadway_mock.headers)
"""
ENDED = """
def test_it(leadway_mock):
    leadway_mock.dialogue(BOOKING)
    say(leadway_mock, "A haircut, please", "On Tuesday", "Thanks")
"""
STRAY = """
def test_it(leadway_mock):
    httpx.post(
        leadway_mock.execute_url,
        headers={"Authorization": "Bearer pit-12345678-1234-4234-8234-123456789abd"}
        | {"Version": "2021-07-28"},
        json={"message": "Hi", "locationId": "here"},
    )
"""

NAMES = (
    "unscripted message",
    "message after the end",
    "unused turn",
    "unused fault",
    "malformed body",
    "missing version",
    "missing token",
    "wrong path",
    "other token",
)
EACH = [
    (UNSCRIPTED, "unscripted", ["*turn 1 of 'dialogue-01'*", "*message: Something else*"]),
    (ENDED, "unscripted", ["*is in 'dialogue-01', after turn 2.", "*has ended: begin a new *"]),
    (UNUSED, "unused", ["*turn 2 of 'dialogue-01', dialogue-01:3: user: /(?P<day>*"]),
    (UNUSED_FAULT, "unused", ["*fault 'fault-1' (500)*"]),
    (MALFORMED, "contract", ["*422 body-invalid*", "*'input' was sent; 'message' is meant.*"]),
    (WITHOUT_VERSION, "contract", ["*401 version-missing*"]),
    (WITHOUT_TOKEN, "contract", ["*401 token-invalid*"]),
    (WRONG_PATH, "contract", ["*404 route-unknown*"]),
    (STRAY, "stray", ["*Send LEADWAY_TOKEN, which is pit-12345678-*"]),
]


@pytest.mark.parametrize(("test", "kind", "words"), EACH, ids=NAMES)
def test_it_fails_the_test_in_its_call(
    pytester: pytest.Pytester, run: Run, test: str, kind: str, words: list[str]
) -> None:
    pytester.makepyfile(HEAD + test)
    result = run()
    result.assert_outcomes(failed=1)
    told = ["*The conversation did not go as scripted.*", f"{kind}: *", *words]
    result.stdout.fnmatch_lines([*told, f"*allow={{*{kind}*", "FAILED *::test_it*"])
    result.stdout.no_fnmatch_line("*ERROR*")


@pytest.mark.parametrize(("test", "kind"), [(test, kind) for test, kind, _ in EACH], ids=NAMES)
def test_each_can_be_allowed(pytester: pytest.Pytester, run: Run, test: str, kind: str) -> None:
    mark = f"@pytest.mark.leadway_mock(allow={{{kind!r}}})"
    pytester.makepyfile(HEAD + mark + test)
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize("test", [test for test, *_ in EACH], ids=NAMES)
def test_none_is_told_where_strictness_is_off(
    pytester: pytest.Pytester, run: Run, test: str
) -> None:
    pytester.makepyfile(HEAD + "@pytest.mark.leadway_mock(strict=False)" + test)
    run().assert_outcomes(passed=1)


def test_a_whole_suite_can_allow_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nleadway_mock_allow = unused unscripted")
    pytester.makepyfile(HEAD + UNUSED)
    run().assert_outcomes(passed=1)


def test_a_class_and_a_module_can_allow_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD
        + "pytestmark = pytest.mark.leadway_mock(dialogue=BOOKING)\n"
        + "@pytest.mark.leadway_mock(allow='unused')\n"
        + "class TestIt:\n    def test_it(self, leadway_mock):\n"
        + "        assert say(leadway_mock, 'haircut') == ['Which day?']\n"
    )
    run().assert_outcomes(passed=1)


def test_a_test_can_allow_it_while_it_runs(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HEAD + UNUSED + "    leadway_mock.allow('unused')\n")
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("alow='unused'", "*has no alow; it has dialogue, faults, *"),
        ("BOOKING", "*takes everything by name; it has dialogue, faults, *"),
        ("allow='unsed'", "*Nothing is called unsed. There are unscripted, contract, *"),
        ("settings={'prot': 1}", "*prot is not a setting; *"),
        ("settings={'quota_day': 0}", "quota_day must be at least 1, not 0."),
        ("settings={'port': 1}", "*port cannot change while the mock runs*"),
        ("faults={'status': 600}", "*600 is out of range*"),
        ("dialogue='user: hi\\nagnet: ho'", "*agnet*agent*"),
    ],
)
def test_a_mark_that_is_wrong_is_told(
    pytester: pytest.Pytester, run: Run, mark: str, told: str
) -> None:
    pytester.makepyfile(
        HEAD + f"@pytest.mark.leadway_mock({mark})\ndef test_it(leadway_mock):\n    pass"
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([told])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")  # Words, and not a trace of ours.


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("dialogue('usr: hi\\nagent: ho')", "*`usr:` is nobody here*"),
        ("fault(stat=500)", "*/stat: no fault has this*status*"),
        ("fault({'status': 200})", "*200 is out of range*"),
        ("settings(profil='observed')", "*profil is not a setting*"),
    ],
)
def test_a_mistake_of_a_test_is_shown_where_it_is_made(
    pytester: pytest.Pytester, run: Run, call: str, told: str
) -> None:
    pytester.makepyfile(HEAD + f"def test_it(leadway_mock):\n    leadway_mock.{call}\n")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f">*leadway_mock.{call[:5]}*", told])
    result.stdout.no_fnmatch_line("*scripting.py*")


def test_a_swallowed_error_fails_all_the_same(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "def test_it(leadway_mock):\n    try:\n"
        "        httpx.post(leadway_mock.execute_url, headers=leadway_mock.headers, json={})"
        ".raise_for_status()\n"
        "    except Exception:\n        pass\n"
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*400 location-missing*"])


def test_an_unrelated_failure_is_explained(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HEAD + UNSCRIPTED + "    assert 1 == 2\n")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*assert 1 == 2*", "*did not go as scripted*", "*message: Something else*"]
    )
    result.stdout.no_fnmatch_line("*allow=*")


def test_a_failure_that_the_mock_cannot_explain_is_let_be(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(HEAD + "def test_it(leadway_mock):\n    assert 1 == 2\n")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*did not go as scripted*")


@pytest.mark.parametrize(
    ("ending", "outcome"), [("pytest.skip('later')", "skipped"), ("pytest.xfail('so')", "xfailed")]
)
def test_what_is_skipped_is_not_judged(
    pytester: pytest.Pytester, run: Run, ending: str, outcome: str
) -> None:
    pytester.makepyfile(HEAD + UNUSED + f"    {ending}\n")
    run().assert_outcomes(**{outcome: 1})


def test_an_expected_failure_is_one(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HEAD + "@pytest.mark.xfail(strict=True)" + UNUSED)
    run().assert_outcomes(xfailed=1)


def test_refusals_that_the_contract_has_are_for_the_test_to_judge(
    pytester: pytest.Pytester,
    run: Run,
) -> None:
    pytester.makepyfile(
        HEAD + "def test_it(leadway_mock):\n"
        "    leadway_mock.fault(rule='body-invalid')\n"
        "    assert ask(leadway_mock, 'Hi').status_code == 422\n"
        "    assert ask(leadway_mock, 'Hi', executionId='gone').status_code == 404\n"
        "    leadway_mock.agent_id = 'inactiveagent00000000000'\n"
        "    assert ask(leadway_mock, 'Hi').status_code == 400\n"
        "    unknown = {'Authorization': 'Bearer pit-00000000-0000-4000-8000-000000000401'}\n"
        "    headers = leadway_mock.headers | unknown\n"
        "    assert httpx.post(leadway_mock.execute_url, headers=headers).status_code == 401\n"
    )
    run().assert_outcomes(passed=1)


def test_a_test_of_unittest_is_held_to_it_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "import unittest\n\n"
        "class Test(unittest.TestCase):\n"
        "    @pytest.fixture(autouse=True)\n"
        "    def mocked(self, leadway_mock):\n        self.mock = leadway_mock\n"
        "    def test_it(self):\n        self.mock.fault(status=500)\n"
    )
    run().assert_outcomes(failed=1)
