"""The fixtures: isolation, environment, options, clean-up, and the summary of the run."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Run

HEAD = "import os\nimport threading\nimport httpx\nimport pytest\n"
HEAD += "from tests.plugin.client import BOOKING, say, send\n\n"


def test_each_test_has_its_own_namespace(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "tokens, urls, gone = set(), set(), []\n\n"
        "@pytest.mark.parametrize('turn', range(3))\n"
        "def test_it(leadway_mock, turn):\n"
        "    tokens.add(leadway_mock.token)\n"
        "    urls.add(leadway_mock.url)\n"
        "    assert len(tokens) == turn + 1\n"
        "    assert len(urls) == 1\n"
        "    assert leadway_mock.sessions == []\n"
        "    assert len(leadway_mock.journal) == 0\n"
        "    for session in gone:\n"
        "        assert send(leadway_mock, 'Hi', executionId=session).status_code == 404\n"
        "    leadway_mock.settings(session_idle_seconds=turn)\n"
        "    leadway_mock.clock.freeze()\n"
        "    leadway_mock.dialogue(f'user: hi\\nagent: {turn}')\n"
        "    assert say(leadway_mock, 'hi') == [str(turn)]\n"
        "    gone.append(leadway_mock.sessions[0].execution_id)\n"
        "    leadway_mock.assert_turns(1)\n"
    )
    run().assert_outcomes(passed=3)


def test_late_requests_of_a_finished_test_are_ignored(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "before = []\n\n"
        "def test_one(leadway_mock):\n    before.append(leadway_mock)\n"
        "    before.append(leadway_mock.headers)\n\n"
        "def test_other(leadway_mock):\n"
        "    body = {'message': 'Hi', 'locationId': 'here'}\n"
        "    httpx.post(leadway_mock.execute_url, headers=before[1], json=body)\n"
        "    assert len(leadway_mock.journal) == 0\n"
    )
    run().assert_outcomes(passed=2)


def test_environment_is_set_and_restored(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADWAY_TOKEN", "the developer's own")
    monkeypatch.delenv("LEADWAY_BASE_URL", raising=False)
    pytester.makepyfile(
        HEAD + "from leadway import Leadway\n\n"
        "def test_it(leadway_mock):\n"
        "    assert os.environ.items() >= leadway_mock.environment.items()\n"
        "    assert set(leadway_mock.environment) == {'LEADWAY_BASE_URL', 'LEADWAY_TOKEN',\n"
        "        'LEADWAY_LOCATION_ID', 'LEADWAY_API_VERSION', 'NO_PROXY', 'no_proxy'}\n"
        "    with Leadway.from_env() as leadway:\n"
        "        assert leadway.agent(leadway_mock.agent_id).execute('Hi').text\n"
        "    leadway_mock.assert_said('Hi')\n\n"
        "def test_after():\n"
        "    assert os.environ['LEADWAY_TOKEN'] == \"the developer's own\"\n"
        "    assert 'LEADWAY_BASE_URL' not in os.environ\n"
    )
    run().assert_outcomes(passed=2)


def test_no_thread_is_left_behind(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = error")
    pytester.makepyfile(HEAD + "def test_it(leadway_mock):\n    say(leadway_mock, 'Hi')\n")
    pytester.makeconftest(
        "import threading\n\ndef pytest_unconfigure():\n"
        "    print('left behind:', [t.name for t in threading.enumerate()"
        " if t.name.startswith('leadway')])\n"
    )
    result = run("-s", subprocess=True)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["left behind: []*"])


def test_without_a_socket(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        "import socket, pytest\n\n"
        "@pytest.fixture(autouse=True)\n"
        "def no_sockets(monkeypatch):\n"
        "    def fail(*_, **__):\n        raise OSError('no sockets here')\n"
        "    monkeypatch.setattr(socket.socket, 'bind', fail)\n"
        "    monkeypatch.setattr(socket.socket, 'connect', fail)\n"
    )
    pytester.makepyfile(
        HEAD + "@pytest.mark.leadway_mock(dialogue=BOOKING)\n"
        "def test_it(leadway_mock_wsgi):\n"
        "    mock = leadway_mock_wsgi\n"
        "    transport = httpx.WSGITransport(app=mock.wsgi_app)\n"
        "    body = {'locationId': mock.location_id}\n"
        "    with httpx.Client(transport=transport, headers=mock.headers) as client:\n"
        "        first = client.post(mock.execute_url, json=body | {'message': 'haircut'}).json()\n"
        "        body['executionId'] = first['executionId']\n"
        "        last = client.post(mock.execute_url, json=body | {'message': 'Monday'}).json()\n"
        "    assert last['response'] == 'Monday it is.'\n"
        "    with pytest.raises(ValueError, match='runs without one'):\n"
        "        mock.fault(transport='HANG')\n"
    )
    run().assert_outcomes(passed=1)


def test_suite_overrides_the_settings(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makefile(
        ".yaml",
        agents="agents: [{id: frontdesk, name: Desk, replies: [{response: Hello.}]}]\n",
    )
    pytester.makeconftest(
        "import pathlib, pytest\n\n"
        "@pytest.fixture(scope='session')\ndef leadway_mock_settings():\n"
        "    path = pathlib.Path(__file__).with_name('agents.yaml')\n"
        "    return {'agents_file': str(path), 'seed': 1}\n"
    )
    pytester.makepyfile(
        HEAD + "def test_it(leadway_mock):\n"
        "    leadway_mock.agent_id = 'frontdesk'\n"
        "    assert say(leadway_mock, 'Hi') == ['Hello.']\n"
    )
    run().assert_outcomes(passed=1)


def test_dialogue_paths_are_relative_to_the_test_file(pytester: pytest.Pytester, run: Run) -> None:
    folder = pytester.mkdir("suite")
    (folder / "booking.txt").write_text("user: haircut\nagent: Which day?\n")
    (folder / "test_it.py").write_text(
        HEAD + "@pytest.mark.leadway_mock(dialogue='booking.txt')\n"
        "def test_it(leadway_mock):\n    assert say(leadway_mock, 'haircut') == ['Which day?']\n"
    )
    run().assert_outcomes(passed=1)


def test_marker_alone_activates_the_fixture(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "@pytest.fixture\ndef address():\n    return os.environ['LEADWAY_BASE_URL']\n\n"
        "@pytest.mark.leadway_mock(allow='unused', dialogue=BOOKING)\n"
        "def test_it(address):\n    assert httpx.get(address + '/__mock/health').is_success\n\n"
        "@pytest.mark.leadway_mock(dialogue=BOOKING)\ndef test_other():\n    pass\n"
    )
    run().assert_outcomes(passed=1, failed=1)


def test_marker_on_a_class_applies_to_its_tests(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "@pytest.mark.leadway_mock\nclass TestIt:\n"
        "    def test_it(self):\n        assert 'pit-12345678-' in os.environ['LEADWAY_TOKEN']\n\n"
        "def test_other():\n    assert 'LEADWAY_TOKEN' not in os.environ\n"
    )
    run().assert_outcomes(passed=2)


def test_any_token_counts_every_token(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "@pytest.mark.leadway_mock(any_token=True, dialogue='user: hi\\nagent: ho')\n"
        "@pytest.mark.parametrize('number', range(2))\n"
        "def test_it(leadway_mock, number):\n"
        "    leadway_mock.token = f'pit-12345678-0000-4000-8000-00000000000{number}'\n"
        "    assert say(leadway_mock, 'hi') == ['ho']\n"
        "    leadway_mock.assert_turns(1)\n"
    )
    run().assert_outcomes(passed=2)


def test_run_ends_with_conformance_and_coverage(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        HEAD + "def test_good(leadway_mock):\n    say(leadway_mock, 'Hi', 'And then?')\n\n"
        "def test_bad(leadway_mock):\n    say(leadway_mock, 'Hi')\n"
        "    say(leadway_mock, 'And then?')\n    say(leadway_mock, 'And now?')\n"
    )
    result = run()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*= leadway_mock =*",
            "Conformance failed: 1 error in 5 requests.",
            "execution-id-dropped (error)",
            "*test_bad: *",
            "executeAgent: 1 of * outcomes of the contract hit (-v lists them)",
        ]
    )
    detailed = run("-v")
    detailed.stdout.fnmatch_lines(["    hit:    200 reply (5)", "    missed: *"])
    run("-q").stdout.no_fnmatch_line("*= leadway_mock =*")


def test_run_without_the_fixture_has_no_summary(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it():\n    pass\n")
    result = run()
    result.stdout.no_fnmatch_line("*leadway_mock*")


def test_run_without_the_fixture_imports_nothing(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        "import sys\n\ndef test_it():\n"
        "    ours = {name for name in sys.modules if name.startswith('leadway')}\n"
        "    assert ours == {'leadway_mock', 'leadway_mock.pytest_plugin'}\n"
        "    assert not {'flask', 'jsonschema', 'yaml', 'uvicorn'} & set(sys.modules)\n"
    )
    run(subprocess=True).assert_outcomes(passed=1)


def test_marker_is_registered(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        "import pytest\n\n@pytest.mark.leadway_mock(strict=False)\ndef test_it():\n    pass\n"
    )
    run("--strict-markers").assert_outcomes(passed=1)
    run("--markers").stdout.fnmatch_lines(["@pytest.mark.leadway_mock(dialogue=*"])
