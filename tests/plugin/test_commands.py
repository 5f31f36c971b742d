"""`leadway mock exec` and `leadway mock env`, as shells and other test runners use them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadway_mock.testing import Mock
from tests.mock.client import LOCATION, TOKEN

LEADWAY = [sys.executable, "-m", "leadway", "mock"]
SAY = """
import json, os, sys, urllib.request
url = os.environ["LEADWAY_BASE_URL"] + "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute"
body = {"message": sys.argv[1], "locationId": os.environ["LEADWAY_LOCATION_ID"]}
headers = {
    "Authorization": "Bearer " + os.environ["LEADWAY_TOKEN"],
    "Version": os.environ["LEADWAY_API_VERSION"],
    "Content-Type": "application/json",
}
request = urllib.request.Request(url, json.dumps(body).encode(), headers)
print(json.load(urllib.request.urlopen(request, timeout=20))["response"])
"""

NAMESPACES = """
import json, os, sys, urllib.error, urllib.request
url = os.environ["LEADWAY_BASE_URL"]
token = os.environ["LEADWAY_TOKEN"]

def call(method, path, body=None, token=token):
    headers = {"Authorization": "Bearer " + token, "Version": os.environ["LEADWAY_API_VERSION"]}
    headers["Content-Type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    try:
        request = urllib.request.Request(url + path, data, headers, method=method)
        return json.load(urllib.request.urlopen(request, timeout=20))
    except urllib.error.HTTPError as error:
        error.close()

def say(message, token=token, field="message"):
    body = {field: message, "locationId": os.environ["LEADWAY_LOCATION_ID"]}
    call("POST", "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute", body, token)

def other(number):
    return f"pit-12345678-0000-4000-8000-00000000000{number}"

"""
FAULT = '{"status": 500}'
OPEN_OWN = "call('PUT', '/__mock/namespace')\n"
OPEN_OTHER = "call('PUT', '/__mock/namespace', token=other(1))\n"
BAD = "say('Hi', other(1), 'input')\n"
CLOSE = "call('DELETE', '/__mock/namespace', token=other(1))\n"
SCRIPT = {"text": "user: hi\nagent: ho\nuser: bye\nagent: bye"}
IN_NAMESPACES = {
    "left open": (OPEN_OTHER + BAD, "contract"),
    "own token": (OPEN_OWN + "say('Hi', field='input')", "contract"),
    "closed": (OPEN_OTHER + BAD + CLOSE, "contract"),
    "opened again": (OPEN_OTHER + BAD + CLOSE + OPEN_OTHER, "contract"),
    "reset": (OPEN_OTHER + BAD + "call('POST', '/__mock/reset', token=other(1))", "contract"),
    "journal reset": (
        OPEN_OTHER + BAD + "call('POST', '/__mock/reset', {'scope': ['journal']}, other(1))",
        "contract",
    ),
    "restored": (
        OPEN_OTHER
        + "saved = call('GET', '/__mock/snapshot', token=other(1))\n"
        + BAD
        + "call('PUT', '/__mock/snapshot', saved, other(1))",
        "contract",
    ),
    "shared one reset": ("say('Hi', field='input')\ncall('POST', '/__mock/reset')", "contract"),
    "fault": (OPEN_OTHER + f"call('POST', '/__mock/faults', {FAULT}, other(1))", "unused"),
    "fault, closed": (
        OPEN_OTHER + f"call('POST', '/__mock/faults', {FAULT}, other(1))\n" + CLOSE,
        "unused",
    ),
    "dialogue": (
        OPEN_OTHER + f"call('PUT', '/__mock/dialogues/x', {SCRIPT}, other(1))\nsay('hi', other(1))",
        "unused",
    ),
    "dialogue, closed": (
        OPEN_OTHER + f"call('PUT', '/__mock/dialogues/x', {SCRIPT}, other(1))\n" + CLOSE,
        "unused",
    ),
    "unscripted": (
        OPEN_OTHER + f"call('PUT', '/__mock/dialogues/x', {SCRIPT}, other(1))\n"
        "say('hi', other(1))\nsay('what', other(1))",
        "unscripted",
    ),
}
"""Programs that do something unexpected in a namespace, and the kind of it."""


def run(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LEADWAY_")}
    return subprocess.run(
        command,
        cwd=cwd,
        env=clean | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def execute(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(*LEADWAY, "exec", *arguments, cwd=cwd, **variables)


def say(message: str) -> list[str]:
    return ["--", sys.executable, "-c", SAY, message]


@pytest.fixture
def booking(tmp_path: Path) -> Path:
    path = tmp_path / "booking.txt"
    path.write_text("user: haircut\nagent: Which day?\n")
    return path


def test_command_finds_the_mock_and_only_its_output_is_printed(
    tmp_path: Path, booking: Path
) -> None:
    done = execute("--dialogues", str(booking), *say("A haircut"), cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Which day?\n", "")


@pytest.mark.parametrize(
    ("command", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 128 + signal.SIGTERM)]
)
def test_exit_code_is_passed_on(tmp_path: Path, command: str, code: int) -> None:
    assert execute("--", "sh", "-c", command, cwd=tmp_path).returncode == code


@pytest.mark.usefixtures("default_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_passed_on(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "ready"
    script = f"trap 'exit 9' TERM INT HUP; touch '{ready}'; while :; do sleep 0.05; done"
    command = [*LEADWAY, "exec", "--", "sh", "-c", script]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        try:
            assert process.wait(timeout=20) == 9
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("message", "flags", "code"),
    [
        ("A haircut", ["--strict"], 0),
        ("Something else", [], 0),
        ("Something else", ["--strict"], 1),
        ("Something else", ["--strict", "--allow", "unscripted"], 1),
        ("Something else", ["--strict", "--allow", "unscripted", "--allow", "unused"], 0),
    ],
)
def test_strict_fails_on_unexpected_interactions(
    tmp_path: Path, booking: Path, message: str, flags: list[str], code: int
) -> None:
    done = execute(*flags, "--dialogues", str(booking), *say(message), cwd=tmp_path)
    assert done.returncode == code
    assert ("Unexpected interactions with the mock: " in done.stderr) == (code == 1)
    if code:
        assert "turn 1 of 'booking', " in done.stderr
        assert "To allow this: --allow " in done.stderr


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", IN_NAMESPACES)
def test_every_namespace_is_judged(tmp_path: Path, name: str, *, strict: bool) -> None:
    script, kind = IN_NAMESPACES[name]
    flags = ["--strict"] if strict else []
    program = f"{NAMESPACES}{script}"
    done = execute(*flags, "--", sys.executable, "-c", program, cwd=tmp_path)
    assert "Traceback" not in done.stderr
    assert done.returncode == (1 if strict else 0), done.stderr
    assert (f"{kind}: " in done.stderr) == strict
    if strict and "shared" not in name:
        assert re.search(r"in namespace [0-9a-f]{12}", done.stderr), done.stderr


def test_namespaces_that_are_as_scripted_pass(tmp_path: Path, booking: Path) -> None:
    program = NAMESPACES + (
        "for number in range(3):\n"
        "    call('PUT', '/__mock/namespace', token=other(number))\n"
        "say('A haircut', other(1))\n" + CLOSE + "say('Another haircut', other(2))\n"
    )
    flags = ["--strict", "--dialogues", str(booking)]
    done = execute(*flags, "--", sys.executable, "-c", program, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_turn_of_a_file_that_no_namespace_uses_is_reported_once(
    tmp_path: Path, booking: Path
) -> None:
    program = NAMESPACES + OPEN_OTHER + OPEN_OWN
    flags = ["--strict", "--dialogues", str(booking)]
    done = execute(*flags, "--", sys.executable, "-c", program, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("turn 1 of 'booking', booking.txt:1: user") == 1  # Beside the summary.
    assert "this test" not in done.stderr


@pytest.mark.usefixtures("default_signals")
def test_interrupted_command_is_judged(tmp_path: Path) -> None:
    program = NAMESPACES + OPEN_OTHER + BAD + "os.kill(os.getpid(), 2)"
    done = execute("--strict", "--", sys.executable, "-c", program, cwd=tmp_path)
    assert done.returncode == 128 + signal.SIGINT
    assert "in namespace " in done.stderr


def test_exec_takes_a_free_port_above_the_reserved_ones(tmp_path: Path) -> None:
    done = execute("--", "sh", "-c", 'echo "$LEADWAY_BASE_URL"', cwd=tmp_path)
    assert int(done.stdout.rpartition(":")[2]) > 1_024


def test_exec_warns_about_a_public_host(tmp_path: Path) -> None:
    done = execute("--host", "0.0.0.0", "--", "true", cwd=tmp_path)  # noqa: S104 - that is the test
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("Listening on 0.0.0.0, so every client on its networks can ")


def test_exit_code_of_the_command_has_precedence(tmp_path: Path, booking: Path) -> None:
    done = execute(
        "--strict", "--dialogues", str(booking), "--", "sh", "-c", "exit 7", cwd=tmp_path
    )
    assert done.returncode == 7
    assert "unused: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["npm", "test"], 2, "unrecognized arguments: npm test; the command comes after `--`"),
        (["--"], 2, "leadway mock exec -- npm test"),
        (["--", "no-such-command"], 127, "there is no command 'no-such-command'"),
        (["--", "/"], 126, "/: "),
        (["--profile", "x", "--", "true"], 2, "one of documented, observed"),
        (["--dialogues", "nowhere.txt", "--", "true"], 2, "nowhere.txt"),
        (["--allow", "x", "--", "true"], 2, "invalid choice"),
    ],
)
def test_usage_errors(tmp_path: Path, arguments: list[str], code: int, text: str) -> None:
    done = execute(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_port_in_use_is_an_error(tmp_path: Path) -> None:
    with Mock() as mock:
        port = mock.url.rpartition(":")[2]
        done = execute("--port", port, "--", "echo", "never", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"leadway mock exec: Cannot listen on 127.0.0.1:{port}: ")
    assert done.stderr.count("\n") == 1


def test_shell_evaluates_the_environment_of_a_running_mock(tmp_path: Path) -> None:
    with Mock(any_token=True) as mock:
        port = mock.url.rpartition(":")[2]
        script = f'eval "$("$0" -m leadway mock env --port {port})"; "$0" -c "$1" Hello'
        done = run("sh", "-euc", script, sys.executable, SAY, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, "Turn 1. You said: Hello\n"), done.stderr
        mock.assert_said("Hello")


def test_port_can_come_from_the_environment(tmp_path: Path) -> None:
    with Mock() as mock:
        port = mock.url.rpartition(":")[2]
        done = run(*LEADWAY, "env", cwd=tmp_path, LEADWAY_MOCK_PORT=port)
    exported = dict(line.removeprefix("export ").split("=", 1) for line in done.stdout.splitlines())
    assert exported["LEADWAY_BASE_URL"] == mock_url(port)
    assert (exported["LEADWAY_TOKEN"], exported["LEADWAY_LOCATION_ID"]) == (TOKEN, LOCATION)


def mock_url(port: str) -> str:
    return f"http://127.0.0.1:{port}"


def test_env_prints_nothing_without_a_mock(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = str(closed.getsockname()[1])
    done = run(*LEADWAY, "env", "--port", port, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"no mock responds at http://127.0.0.1:{port}" in done.stderr
