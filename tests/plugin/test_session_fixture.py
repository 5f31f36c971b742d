"""`leadway_mock_session`, and the environment that is set before the application is imported."""

from __future__ import annotations

import os

import pytest

from tests.plugin.conftest import Run

HEAD = "import os\nimport httpx\nimport pytest\nfrom tests.plugin.client import say, send\n\n"
OPTION = "[pytest]\nleadway_mock_environment = true\n"
BAD = (
    "    body = {'input': 'Hi', 'locationId': 'here'}\n"
    "    httpx.post(mock.execute_url, headers=mock.headers, json=body)\n"
)
APPLICATION = """
import os

import httpx

URL = os.environ["LEADWAY_BASE_URL"]
HEADERS = {"Authorization": f"Bearer {os.environ['LEADWAY_TOKEN']}", "Version": "2021-07-28"}


def ask(message):
    body = {"message": message, "locationId": os.environ["LEADWAY_LOCATION_ID"]}
    path = "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute"
    return httpx.post(URL + path, headers=HEADERS, json=body).json()["response"]
"""


def test_tests_share_one_namespace_until_one_resets_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "tokens = set()\n\n"
        "@pytest.fixture(scope='module')\n"
        "def session(leadway_mock_session):\n"
        "    assert os.environ.items() >= leadway_mock_session.environment.items()\n"
        "    return send(leadway_mock_session, 'Hi').json()['executionId']\n\n"
        "def test_1(leadway_mock_session, session):\n"
        "    send(leadway_mock_session, 'Ho', executionId=session)\n"
        "    tokens.add(leadway_mock_session.token)\n"
        "    leadway_mock_session.assert_turns(2)\n\n"
        "def test_2(leadway_mock_session, session):\n"
        "    tokens.add(leadway_mock_session.token)\n"
        "    leadway_mock_session.assert_turns(2)\n"
        "    leadway_mock_session.reset()\n"
        "    leadway_mock_session.assert_turns()\n\n"
        "@pytest.mark.leadway_mock(dialogue='user: hi\\nagent: ho')\n"
        "def test_3(leadway_mock_session):\n"
        "    tokens.add(leadway_mock_session.token)\n"
        "    assert say(leadway_mock_session, 'hi') == ['ho']\n"
        "    assert len(tokens) == 1\n\n"
        "@pytest.mark.leadway_mock(settings={'unknown_session': '400'})\n"
        "def test_4(leadway_mock_session):\n"
        "    leadway_mock_session.assert_turns()\n"
        "    assert send(leadway_mock_session, 'Hi', executionId='x').status_code == 400\n\n"
        "def test_5(leadway_mock_session):\n"
        "    assert say(leadway_mock_session, 'hi') != ['ho']\n"
        "    assert send(leadway_mock_session, 'Hi', executionId='x').status_code == 404\n\n"
        "def test_6(leadway_mock, leadway_mock_session):\n"
        "    assert leadway_mock.token != leadway_mock_session.token\n"
        "    assert os.environ['LEADWAY_TOKEN'] == leadway_mock.token\n"
    )
    result = run()
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["Conformance failed: *"])


@pytest.mark.parametrize("scope", ["session", "module", "class"])
def test_wider_fixtures_can_use_it(pytester: pytest.Pytester, run: Run, scope: str) -> None:
    pytester.makepyfile(
        HEAD + f"@pytest.fixture(scope={scope!r})\n"
        "def address(leadway_mock_session):\n    return leadway_mock_session.url\n\n"
        "def test_it(address):\n    assert httpx.get(address + '/__mock/health').is_success\n"
    )
    run().assert_outcomes(passed=1)


def test_each_test_is_judged_by_its_own_requests(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "@pytest.fixture(scope='session')\ndef mock(leadway_mock_session):\n"
        "    leadway_mock_session.dialogue('user: hi\\nagent: ho\\nuser: bye\\nagent: bye')\n"
        "    return leadway_mock_session\n\n"
        f"def test_1(mock):\n{BAD}\n"
        "def test_2(mock):\n    assert say(mock, 'hi') == ['ho']\n\n"
        "def test_3(mock):\n    say(mock, 'unscripted')\n\n"
        f"@pytest.mark.leadway_mock(allow='contract')\ndef test_4(mock):\n{BAD}\n"
        "@pytest.mark.leadway_mock(faults={'status': 500})\ndef test_5(mock):\n    pass\n"
    )
    result = run()
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines_random(
        ["FAILED *::test_1 *", "FAILED *::test_3 *", "FAILED *::test_5 *"]
    )
    result.stdout.no_fnmatch_line("*ERROR*")


def test_environment_is_restored_after_the_session(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        "import os\n\nbefore = dict(os.environ)\n\n"
        "def pytest_unconfigure():\n"
        "    print('changed:', {key for key in {*before, *os.environ}"
        " if before.get(key) != os.environ.get(key)} - {'PYTEST_VERSION', 'PYTEST_CURRENT_TEST'})\n"
    )
    pytester.makepyfile("def test_it(leadway_mock_session):\n    pass\n")
    run("-s").stdout.fnmatch_lines(["changed: set()*"])


@pytest.mark.parametrize("fixture", ["leadway_mock", "leadway_mock_session"])
def test_application_that_reads_the_environment_at_import(
    pytester: pytest.Pytester, run: Run, fixture: str
) -> None:
    pytester.makeini(OPTION)
    pytester.makepyfile(application=APPLICATION)
    pytester.makeconftest("import application\n")
    pytester.makepyfile(
        "import pytest\nfrom application import ask\n\n"
        "pytestmark = pytest.mark.leadway_mock(dialogue='user: hi\\nagent: ho')\n\n"
        "@pytest.mark.parametrize('number', range(2))\n"
        f"def test_it({fixture}, number):\n"
        "    assert ask('hi') == 'ho'\n"
        f"    {fixture}.assert_turns(1)\n\n"
        f"def test_unscripted({fixture}):\n    ask('hi')\n    ask('what')\n\n"
        f"def test_unused({fixture}):\n    pass\n"
    )
    pytester.syspathinsert()
    result = run(subprocess=True)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*message: what*"])
    result.stdout.no_fnmatch_line("*ERROR*")


def test_early_environment_with_xdist(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini(OPTION)
    pytester.makepyfile(application=APPLICATION)
    pytester.makeconftest("import application\n")
    pytester.makepyfile(
        "import pytest\nfrom application import ask\n\n"
        "@pytest.mark.parametrize('number', range(12))\n"
        "def test_it(leadway_mock, number):\n"
        "    assert ask(f'Hi {number}').startswith('Turn 1.')\n"
        "    leadway_mock.assert_said(f'Hi {number}')\n\n"
        "@pytest.mark.parametrize('number', range(4))\n"
        "def test_session(leadway_mock_session, number):\n"
        "    assert ask(f'Ho {number}').startswith('Turn 1.')\n"
        "    leadway_mock_session.assert_said(f'Ho {number}')\n"
    )
    pytester.syspathinsert()
    result = run("-p", "xdist", "-n", "2", subprocess=True)
    result.assert_outcomes(passed=16)
    result.stdout.fnmatch_lines(["Conformance passed: no finding in 16 requests."])


def test_early_environment_is_restored(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADWAY_TOKEN", "the developer's own")
    pytester.makeini(OPTION)
    pytester.makepyfile(
        "import os\n\ndef test_it():\n    assert 'pit-' in os.environ['LEADWAY_TOKEN']\n"
    )
    names = ("LEADWAY_TOKEN", "LEADWAY_BASE_URL", "NO_PROXY", "no_proxy")
    before = [os.environ.get(name) for name in names]
    run().assert_outcomes(passed=1)
    assert [os.environ.get(name) for name in names] == before


def test_settings_of_the_suite_apply_to_the_early_mock(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini(OPTION)
    pytester.makeconftest(
        "import pytest\n\n@pytest.fixture(scope='session')\n"
        "def leadway_mock_settings():\n    return {'unknown_session': '400'}\n"
    )
    pytester.makepyfile(
        HEAD + "def test_it(leadway_mock):\n"
        "    assert send(leadway_mock, 'Hi', executionId='x').status_code == 400\n\n"
        "@pytest.mark.leadway_mock(settings={'unknown_session': '404'})\n"
        "def test_marker(leadway_mock):\n"
        "    assert send(leadway_mock, 'Hi', executionId='x').status_code == 404\n"
    )
    run().assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("settings", "mark", "text"),
    [
        ("{}", "any_token=True", "*any_token needs the fixture leadway_mock*"),
        ("{}", "alow='unused'", "*has no argument alow*"),
        ("{}", "dialogue='user: hi'", "*"),
        ("{'agents_file': 'x.yaml'}", "", "*agents_file cannot change while the mock runs*"),
        ("{'prot': 1}", "", "*prot is not a setting*"),
    ],
)
def test_invalid_options_are_errors_without_traceback(
    pytester: pytest.Pytester, run: Run, settings: str, mark: str, text: str
) -> None:
    pytester.makeini(OPTION)
    pytester.makeconftest(
        "import pytest\n\n@pytest.fixture(scope='session')\n"
        f"def leadway_mock_settings():\n    return {settings}\n"
    )
    pytester.makepyfile(
        HEAD + f"@pytest.mark.leadway_mock({mark})\ndef test_it(leadway_mock_session):\n    pass\n"
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([text])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_unused_session_fixture_costs_nothing(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it():\n    pass\n")
    run("--fixtures").stdout.fnmatch_lines(["leadway_mock_session [[]session scope[]]*"])
