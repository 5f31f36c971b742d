"""Unexpected interactions: what fails a test, with which text, and what allows it."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Run

HEAD = """
import httpx
import pytest
from tests.plugin.client import BOOKING, say, send

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
WRONG_TOKEN = """
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
    "wrong token",
)
EACH = [
    (UNSCRIPTED, "unscripted", ["*turn 1 of 'dialogue-01'*", "*message: Something else*"]),
    (ENDED, "unscripted", ["*is in 'dialogue-01', after turn 2.", "*has ended: begin a new *"]),
    (UNUSED, "unused", ["*turn 2 of 'dialogue-01', dialogue-01:3: user: /(?P<day>*"]),
    (UNUSED_FAULT, "unused", ["*fault 'fault-1' (500)*"]),
    (MALFORMED, "contract", ["*422 body-invalid*", "*'input'; did you mean 'message'?*"]),
    (WITHOUT_VERSION, "contract", ["*401 version-missing*"]),
    (WITHOUT_TOKEN, "contract", ["*401 token-invalid*"]),
    (WRONG_PATH, "contract", ["*404 route-unknown*"]),
    (WRONG_TOKEN, "wrong-token", ["*Send LEADWAY_TOKEN, which is pit-12345678-*"]),
]


@pytest.mark.parametrize(("test", "kind", "words"), EACH, ids=NAMES)
def test_unexpected_interaction_fails_the_test_in_its_call_phase(
    pytester: pytest.Pytester, run: Run, test: str, kind: str, words: list[str]
) -> None:
    pytester.makepyfile(HEAD + test)
    result = run()
    result.assert_outcomes(failed=1)
    lines = [f"*Unexpected interactions with the mock: *{kind}*", f"{kind}: *", *words]
    result.stdout.fnmatch_lines([*lines, f"*allow={{*{kind}*", "FAILED *::test_it*"])
    result.stdout.no_fnmatch_line("*ERROR*")


@pytest.mark.parametrize(("test", "kind"), [(test, kind) for test, kind, _ in EACH], ids=NAMES)
def test_each_kind_can_be_allowed(
    pytester: pytest.Pytester, run: Run, test: str, kind: str
) -> None:
    mark = f"@pytest.mark.leadway_mock(allow={{{kind!r}}})"
    pytester.makepyfile(HEAD + mark + test)
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize("test", [test for test, *_ in EACH], ids=NAMES)
def test_strict_false_allows_everything(pytester: pytest.Pytester, run: Run, test: str) -> None:
    pytester.makepyfile(HEAD + "@pytest.mark.leadway_mock(strict=False)" + test)
    run().assert_outcomes(passed=1)


def test_ini_option_allows_a_kind(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nleadway_mock_allow = unused unscripted")
    pytester.makepyfile(HEAD + UNUSED)
    run().assert_outcomes(passed=1)


def test_class_and_module_markers_allow_a_kind(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD
        + "pytestmark = pytest.mark.leadway_mock(dialogue=BOOKING)\n"
        + "@pytest.mark.leadway_mock(allow='unused')\n"
        + "class TestIt:\n    def test_it(self, leadway_mock):\n"
        + "        assert say(leadway_mock, 'haircut') == ['Which day?']\n"
    )
    run().assert_outcomes(passed=1)


def test_running_test_can_allow_a_kind(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HEAD + UNUSED + "    leadway_mock.allow('unused')\n")
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("alow='unused'", "*has no argument alow. Its keyword arguments are dialogue, faults, *"),
        ("BOOKING", "*takes no positional arguments. Its keyword arguments are dialogue, *"),
        ("allow='unsed'", "*allow must be one of unscripted, contract, *, not unsed.*"),
        ("settings={'prot': 1}", "*prot is not a setting; *"),
        ("settings={'quota_day': 0}", "quota_day must be at least 1, not 0."),
        ("settings={'port': 1}", "*port cannot change while the mock runs*"),
        ("faults={'status': 600}", "*`status` is out of range*"),
        ("dialogue='user: hi\\nagnet: ho'", "*agnet*agent*"),
    ],
)
def test_invalid_marker_is_an_error_without_traceback(
    pytester: pytest.Pytester, run: Run, mark: str, text: str
) -> None:
    pytester.makepyfile(
        HEAD + f"@pytest.mark.leadway_mock({mark})\ndef test_it(leadway_mock):\n    pass"
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([text])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("dialogue('usr: hi\\nagent: ho')", "*`usr:` is not a speaker*"),
        ("fault(stat=500)", "*/stat: unknown field*status*"),
        ("fault({'status': 200})", "*`status` is out of range*"),
        ("settings(profil='observed')", "*profil is not a setting*"),
    ],
)
def test_invalid_call_is_shown_at_the_line_of_the_test(
    pytester: pytest.Pytester, run: Run, call: str, text: str
) -> None:
    pytester.makepyfile(HEAD + f"def test_it(leadway_mock):\n    leadway_mock.{call}\n")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f">*leadway_mock.{call[:5]}*", text])
    result.stdout.no_fnmatch_line("*mock.py*")


def test_swallowed_error_fails_the_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "def test_it(leadway_mock):\n    try:\n"
        "        httpx.post(leadway_mock.execute_url, headers=leadway_mock.headers, json={})"
        ".raise_for_status()\n"
        "    except Exception:\n        pass\n"
    )
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*400 location-missing*"])


def test_unrelated_failure_is_annotated(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HEAD + UNSCRIPTED + "    assert 1 == 2\n")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*assert 1 == 2*", "*Unexpected interactions*", "*message: Something else*"]
    )
    result.stdout.no_fnmatch_line("*allow=*")


def test_failure_without_unexpected_interactions_is_not_annotated(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(HEAD + "def test_it(leadway_mock):\n    assert 1 == 2\n")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*Unexpected interactions*")


@pytest.mark.parametrize(
    ("ending", "outcome"), [("pytest.skip('later')", "skipped"), ("pytest.xfail('so')", "xfailed")]
)
def test_skipped_test_is_not_verified(
    pytester: pytest.Pytester, run: Run, ending: str, outcome: str
) -> None:
    pytester.makepyfile(HEAD + UNUSED + f"    {ending}\n")
    run().assert_outcomes(**{outcome: 1})


def test_expected_failure_stays_expected(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(HEAD + "@pytest.mark.xfail(strict=True)" + UNUSED)
    run().assert_outcomes(xfailed=1)


def test_errors_of_valid_requests_are_expected(
    pytester: pytest.Pytester,
    run: Run,
) -> None:
    pytester.makepyfile(
        HEAD + "def test_it(leadway_mock):\n"
        "    leadway_mock.fault(rule='body-invalid')\n"
        "    assert send(leadway_mock, 'Hi').status_code == 422\n"
        "    assert send(leadway_mock, 'Hi', executionId='gone').status_code == 404\n"
        "    leadway_mock.agent_id = 'inactiveagent00000000000'\n"
        "    assert send(leadway_mock, 'Hi').status_code == 400\n"
        "    unknown = {'Authorization': 'Bearer pit-00000000-0000-4000-8000-000000000401'}\n"
        "    headers = leadway_mock.headers | unknown\n"
        "    assert httpx.post(leadway_mock.execute_url, headers=headers).status_code == 401\n"
    )
    run().assert_outcomes(passed=1)


def test_unittest_test_is_verified(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "import unittest\n\n"
        "class Test(unittest.TestCase):\n"
        "    @pytest.fixture(autouse=True)\n"
        "    def mocked(self, leadway_mock):\n        self.mock = leadway_mock\n"
        "    def test_it(self):\n        self.mock.fault(status=500)\n"
    )
    run().assert_outcomes(failed=1)
