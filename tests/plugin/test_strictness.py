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
    (UNUSED, "unused", ["*turn 2 of 'dialogue-01', *.py:7: user: /(?P<day>*"]),
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
    no_request = "*The mock received no request*"
    requests = no_request if test in {UNUSED_FAULT, WITHOUT_TOKEN, WRONG_TOKEN} else "*Requests*:"
    lines = [f"{kind}: *", f"*Unexpected interactions with the mock: *{kind}*", *words, requests]
    result.stdout.fnmatch_lines([*lines, f"*allow={{*{kind}*", "FAILED *::test_it*"])
    result.stdout.no_fnmatch_line("*ERROR*")


REASONS = {
    "unscripted message": "unscripted: message: Something else; turn 1 of 'dialogue-01', *",
    "message after the end": "unscripted: message 3 of a session, and 'dialogue-01' has ended",
    "unused turn": "unused: turn 2 of 'dialogue-01', * was never reached",
    "unused fault": "unused: fault 'fault-1' (500) never fired",
    "malformed body": "contract: 422 body-invalid: * did you mean 'message'? (request 1)",
    "missing version": "contract: 401 version-missing: * (request 1)",
    "missing token": "contract: 401 token-invalid: * (request 1)",
    "wrong path": "contract: 404 route-unknown: * (request 1)",
    "wrong token": "wrong-token: request 1 has another token than LEADWAY_TOKEN",
}


@pytest.mark.parametrize(
    ("test", "reason"),
    [(test, REASONS[name]) for name, (test, *_) in zip(NAMES, EACH, strict=True)],
    ids=NAMES,
)
def test_summary_line_is_the_first_complaint(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, test: str, reason: str
) -> None:
    monkeypatch.setenv("CI", "true")  # pytest then prints whole lines.
    pytester.makepyfile(HEAD + test)
    pattern = reason.replace("[", "[[]").replace("?", "[?]")
    run().stdout.fnmatch_lines([f"FAILED *::test_it - Failed: {pattern}*"])


def test_summary_line_counts_the_others_and_is_short(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makepyfile(
        HEAD + "def test_it(leadway_mock):\n    leadway_mock.dialogue(BOOKING)\n"
        "    say(leadway_mock, 'x\\n' * 2000)\n"
    )
    result = run()
    (line,) = [each for each in result.outlines if each.startswith("FAILED")]
    assert line.endswith("(and 2 more)")
    assert len(line) < 450


ASSERTIONS = {
    "assert_said('Ho')": "expected the messages 'Ho', found 'Hi'",
    "assert_turns(2)": "Turns of the conversations: 1; expected: 2.",
    "assert_requests(2, status=200)": "1 requests with status=200; expected: 2.",
    "wait_for(2, timeout=0)": "1 of 2 requests within 0 seconds.",
    "assert_conformant()": "execution-id-invented: *",
}


@pytest.mark.parametrize("call", ASSERTIONS)
def test_assertions_begin_with_their_reason(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setenv("CI", "true")
    bad = "    send(leadway_mock, 'Hi', executionId='made-up')\n" * call.startswith("assert_c")
    pytester.makepyfile(
        HEAD + "def test_it(leadway_mock):\n    say(leadway_mock, 'Hi')\n"
        f"{bad}    leadway_mock.{call}\n"
    )
    run().stdout.fnmatch_lines([f"FAILED *::test_it - AssertionError: {ASSERTIONS[call]}*"])


PLACES = {
    "literal": (
        (
            'def test_it(leadway_mock):\n    leadway_mock.dialogue("""\n'
            "        user: hi\n        agent: ho\n\n        user: bye\n"
            '        agent: bye\n    """)\n'
        ),
        [9, 12],
    ),
    "backslash": (
        (
            'def test_it(leadway_mock):\n    leadway_mock.dialogue("""\\\n'
            'user: hi\nagent: ho\nuser: bye\nagent: bye\n""")\n'
        ),
        [9, 11],
    ),
    "one line": (
        (
            "def test_it(leadway_mock):\n    x = 1\n"
            "    leadway_mock.dialogue('user: hi\\nagent: ho\\nuser: bye\\nagent: bye')\n"
        ),
        [9, 9],
    ),
    "constant": (
        (
            'TEXT = """user: hi\nagent: ho\nuser: bye\nagent: bye"""\n\n'
            "def test_it(leadway_mock):\n    leadway_mock.dialogue(TEXT)\n"
        ),
        [7, 9],
    ),
    "marker": (
        (
            '@pytest.mark.leadway_mock(dialogue="""\nuser: hi\nagent: ho\nuser: bye\n'
            'agent: bye""")\n'
            "def test_it():\n    pass\n"
        ),
        [8, 10],
    ),
    "YAML": (
        (
            'def test_it(leadway_mock):\n    leadway_mock.dialogue("""\n        turns:\n'
            "          - user: hi\n            agent: ho\n          - user: bye\n"
            '            agent: bye\n    """)\n'
        ),
        [10, 12],
    ),
    "built": (
        (
            "from leadway_mock.dialogues import dialogue\n\ndef test_it(leadway_mock):\n"
            "    built = dialogue('x').user('hi').agent('ho').user('bye').agent('bye')\n"
            "    leadway_mock.dialogue(built)\n"
        ),
        [10, 10],
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_dialogue_in_the_source_is_named_by_file_and_line(
    pytester: pytest.Pytester, run: Run, name: str
) -> None:
    source, lines = PLACES[name]
    pytester.makepyfile(test_places=f"{HEAD.strip()}\n\n\n\n{source}")
    found = [
        int(each.split("test_places.py:")[1].split(":")[0])
        for each in run().outlines
        if each.startswith("  turn ")
    ]
    assert found == lines


def test_invalid_dialogue_in_the_source_is_named_by_file_and_line(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(
        test_places="def test_it(leadway_mock):\n"
        '    leadway_mock.dialogue("""\n        user: hi\n        agnet: ho\n    """)\n'
    )
    run().stdout.fnmatch_lines(["*test_places.py:4:9: `agnet:` is not a speaker*"])


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
        (
            "alow='unused'",
            "*has no argument alow; did you mean 'allow'? Its keyword arguments are dialogue, *",
        ),
        ("BOOKING", "*takes no positional arguments. Its keyword arguments are dialogue, *"),
        ("allow='unsed'", "*allow must be one of *, not unsed; did you mean 'unused'?*"),
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
        ("fault(stat=500)", "*fault() has no argument 'stat'; did you mean 'status'?*"),
        ("fault({'status': 600})", "*`status` is out of range*"),
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
