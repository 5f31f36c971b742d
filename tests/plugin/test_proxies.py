"""Proxies in the environment: clients reach the mock without them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from leadway_mock.testing import Mock
from leadway_mock.util.no_proxy import no_proxy_variables
from tests.plugin.conftest import Run

PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
NO_PROXIES = ("NO_PROXY", "no_proxy")
CLIENTS = {
    "httpx": "import httpx; print(httpx.get(url).status_code)",
    "requests": "import requests; print(requests.get(url).status_code)",
    "urllib": "import urllib.request; print(urllib.request.urlopen(url).status)",
    "SDK": "from leadway import Leadway\nwith Leadway.from_env() as client:\n"
    "    print(client.agent('p1q2r3s4t5u6v7w8x9y0z1a2').execute('Hi').text and 200)",
}
PROGRAM = "import os\nurl = os.environ['LEADWAY_BASE_URL'] + '/__mock/health'\n"
COMMANDS = {
    **{name: [sys.executable, "-c", PROGRAM + text] for name, text in CLIENTS.items()},
    "curl": [
        *["sh", "-c"],
        'curl -s -o /dev/null -w "%{http_code}" "$LEADWAY_BASE_URL/__mock/health"',
    ],
    "wget": ["sh", "-c", 'wget -q -O /dev/null "$LEADWAY_BASE_URL/__mock/health" && echo 200'],
    "node": [
        *["node", "-e"],
        'fetch(process.env.LEADWAY_BASE_URL + "/__mock/health").then(r => console.log(r.status))',
    ],
    "localhost": [
        *["sh", "-c"],
        'curl -s -o /dev/null -w "%{http_code}" "http://localhost:${LEADWAY_BASE_URL##*:}/__mock/health"',
    ],
}


@pytest.fixture
def proxy() -> str:
    """A proxy that nobody answers for: connections are refused."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.fixture(params=["", "NO_PROXY", "no_proxy"])
def proxies(proxy: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which every request goes to a proxy that fails, but for another host."""
    for name in PROXIES:
        monkeypatch.setenv(name, proxy)
    for name in NO_PROXIES:
        monkeypatch.delenv(name, raising=False)
    if request.param:
        monkeypatch.setenv(request.param, "intern.example")


def require(command: str) -> None:
    if command in {"curl", "wget", "node"} and shutil.which(command) is None:
        pytest.skip(f"{command} is not installed")


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize("client", CLIENTS)
def test_fixture_reaches_the_mock(pytester: pytest.Pytester, run: Run, client: str) -> None:
    lines = PROGRAM + CLIENTS[client]
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    pytester.makepyfile(
        "import os\n\nbefore = dict(os.environ)\n\n"
        f"def test_it(leadway_mock):\n{body}"
        "    for name in ('NO_PROXY', 'no_proxy'):\n"
        "        assert os.environ[name].endswith('127.0.0.1,localhost')\n\n"
        "def test_after():\n"
        "    changed = {'PYTEST_CURRENT_TEST'}\n"
        "    present = dict(os.environ)\n"
        "    assert {each for each in {*before, *present} if before.get(each) != present.get(each)}"
        " == changed\n"
    )
    run("-p", "no:randomly").assert_outcomes(passed=2)


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize("proxies", ["NO_PROXY"], indirect=True)
@pytest.mark.parametrize("client", COMMANDS)
def test_command_reaches_the_mock(client: str, tmp_path: Path) -> None:
    require(client)
    leadway = [sys.executable, "-m", "leadway", "mock"]
    done = subprocess.run(
        [*leadway, "exec", "--", *COMMANDS[client]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "200"), done.stderr


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize("proxies", ["no_proxy"], indirect=True)
def test_shell_reaches_the_mock(tmp_path: Path) -> None:
    with Mock(any_token=True) as mock:
        port = mock.url.rpartition(":")[2]
        script = f'eval "$("$0" -m leadway mock env --port {port})"; "$0" -c "$1"'
        program = PROGRAM + CLIENTS["httpx"]
        done = subprocess.run(
            ["/bin/sh", "-euc", script, sys.executable, program],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


@pytest.mark.parametrize(
    ("environment", "upper", "lower"),
    [
        ({}, "127.0.0.1,localhost", "127.0.0.1,localhost"),
        ({"NO_PROXY": "a.example"}, *["a.example,127.0.0.1,localhost"] * 2),
        ({"no_proxy": "a.example"}, *["a.example,127.0.0.1,localhost"] * 2),
        (
            {"NO_PROXY": "a.example", "no_proxy": "b.example, localhost"},
            "a.example,127.0.0.1,localhost",
            "b.example,localhost,127.0.0.1",
        ),
        ({"NO_PROXY": "*"}, "*", "*"),
        ({"NO_PROXY": " , "}, *["127.0.0.1,localhost"] * 2),
    ],
)
def test_variables_are_merged(environment: dict[str, str], upper: str, lower: str) -> None:
    variables = no_proxy_variables("http://127.0.0.1:4010", environment)
    assert variables == {"NO_PROXY": upper, "no_proxy": lower}
    assert no_proxy_variables("http://127.0.0.1:4010", variables) == variables


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("http://[::1]:1", "::1,127.0.0.1,localhost"),
        ("http://mock:1", "mock,127.0.0.1,localhost"),
    ],
)
def test_host_of_the_mock_is_added(url: str, value: str) -> None:
    assert no_proxy_variables(url, {})["NO_PROXY"] == value


def test_environment_is_not_changed_by_reading_it() -> None:
    before = dict(os.environ)
    with Mock() as mock:
        assert mock.environment["NO_PROXY"].endswith("localhost")
        assert dict(os.environ) == before
