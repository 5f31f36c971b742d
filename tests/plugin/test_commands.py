"""`leadway mock exec` and `leadway mock env`, as shells and other test runners use them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadway_mock.testing import Mock

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


@pytest.fixture
def default_signals() -> Iterator[None]:
    """Have no signal ignored: `nohup` ignores SIGHUP, and the background of a script SIGINT."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


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


def test_exec_warns_about_a_public_host(tmp_path: Path) -> None:
    done = execute("--host", "0.0.0.0", "--", "true", cwd=tmp_path)  # noqa: S104 - that is the test
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("Listening on 0.0.0.0, so everybody on its networks can ")


def test_exit_code_of_the_command_has_precedence(tmp_path: Path, booking: Path) -> None:
    done = execute(
        "--strict", "--dialogues", str(booking), "--", "sh", "-c", "exit 7", cwd=tmp_path
    )
    assert done.returncode == 7
    assert "unused: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["npm", "test"], 2, "npm test: no such flag; the command comes after --"),
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
    assert done.stdout.splitlines()[0] == f"export LEADWAY_BASE_URL={mock_url(port)}"


def mock_url(port: str) -> str:
    return f"http://127.0.0.1:{port}"


def test_env_prints_nothing_without_a_mock(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = str(closed.getsockname()[1])
    done = run(*LEADWAY, "env", "--port", port, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"no mock responds at http://127.0.0.1:{port}" in done.stderr
