"""`leadway mock` as a process: output, errors, shutdown."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leadway_mock.cli.main import COMMANDS, main
from tests.mock.client import CURRENT, LOCATION, TOKEN

COMMAND = [sys.executable, "-m", "leadway", "mock"]


@contextmanager
def mock(*flags: str, cwd: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the mock on a free port; yield the process and its URL."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LEADWAY_")}
    with (
        (cwd / "log").open("w") as log,
        subprocess.Popen(
            [*COMMAND, "--port", "0", *flags],
            cwd=cwd,
            env=clean,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:"), (cwd / "log").read_text()
            yield process, line.removeprefix("listening on ").strip()
        finally:
            process.kill()


def execute(url: str, **fields: object) -> dict[str, object]:
    body = json.dumps({"message": "hi", "locationId": LOCATION} | fields).encode()
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Version": "2021-07-28",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(url + CURRENT, body, headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        content: dict[str, object] = json.load(response)
    return content


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_responds_once_it_is_listening_and_stops_cleanly(
    tmp_path: Path, number: signal.Signals
) -> None:
    with mock(cwd=tmp_path) as (process, url):
        assert execute(url)["success"] is True
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
        assert process.stdout is not None
        text = process.stdout.read()
    assert "Try it:" in text
    assert url in text
    err = (tmp_path / "log").read_text()
    assert f"POST {CURRENT} -> 200 reply, turn 1 of" in err
    assert TOKEN not in err
    assert [file.name for file in tmp_path.iterdir()] == ["log"]


def test_flags_reach_the_emulator(tmp_path: Path) -> None:
    agents = tmp_path / "agents.yaml"
    agents.write_text(
        "agents:\n  - id: frontdesk\n    name: Front desk\n"
        "    replies:\n      - response: Good morning.\n"
    )
    flags = (
        "--agents-file",
        str(agents),
        "--store",
        f"sqlite:///{tmp_path}/mock.db",
        "--seed",
        "1",
    )
    seen: list[dict[str, object]] = []
    for _ in range(2):
        with mock(*flags, cwd=tmp_path) as (process, url):
            with urllib.request.urlopen(f"{url}/__mock/health", timeout=10) as response:
                assert "frontdesk" in {agent["id"] for agent in json.load(response)["agents"]}
            execution_id = seen[0]["executionId"] if seen else ""
            seen.append(execute(url, executionId=execution_id))
            process.terminate()
            assert process.wait(timeout=20) == 0
    assert [str(response["response"])[:6] for response in seen] == ["Turn 1", "Turn 2"]


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with mock(cwd=tmp_path) as (process, url):
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
            slow.sendall(b"half")
            execute(url)  # The earlier connection is accepted once this one has its response.
            process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=1)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=5) == -signal.SIGINT


@pytest.mark.parametrize("more", [[], ["--quiet"], ["--quiet", "--workers", "2"]])
def test_a_mock_that_others_can_call_warns_once_on_standard_error(
    tmp_path: Path, more: list[str]
) -> None:
    with mock("--host", "0.0.0.0", *more, cwd=tmp_path) as (process, _):  # noqa: S104 - the test
        process.terminate()
        assert process.wait(timeout=20) == 0
    text = (tmp_path / "log").read_text()
    assert text.startswith("Listening on 0.0.0.0, so every client on its networks can ")
    assert text.count("\n") == text.count("--allow-host") == 1


def error_text(capsys: pytest.CaptureFixture[str], *flags: str) -> str:
    assert main(list(flags)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("leadway mock: ")
    assert "Traceback" not in captured.err
    return captured.err


def test_a_port_in_use_is_reported_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        text = error_text(capsys, "--port", port)
    assert port in text
    assert "--port 0" in text


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--store", "mysql://x"], "'mysql://x' names no store"),
        (["--store", "sqlite:////nowhere/at/all.db"], "cannot open the store /nowhere/at/all.db"),
        (["--agents-file", "/nowhere/agents.yaml"], "/nowhere/agents.yaml"),
        (["--profile", "x"], "must be one of documented, observed, not 'x'"),
        (["--host", "no.such.host.invalid"], "no.such.host.invalid"),
        (["--allow-host", "*"], "not '*'; there are no wildcards: repeat it for each name."),
        (["--allow-host", "*.example.test"], "there are no wildcards"),
        (["--allow-host", ".example.test"], "there are no wildcards"),
        (["--allow-host", "http://mock:4010/x"], "did you mean 'mock:4010'?"),
        (["--allow-host", "a,b c"], "not 'b c'; write a name such as mock."),
        (["--allow-host", "10.0.0"], "must be a host name or an address, not '10.0.0'"),
    ],
)
def test_invalid_settings_are_reported_in_one_line(
    capsys: pytest.CaptureFixture[str], flags: list[str], text: str
) -> None:
    assert text in error_text(capsys, "--port", "0", *flags)


def test_a_misspelt_variable_is_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADWAY_MOCK_SEEED", "1")
    assert "LEADWAY_MOCK_SEEED is not a setting" in error_text(capsys)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("--prot 1", "unrecognized arguments: --prot 1; did you mean `--port`?"),
        ("-p 1", "did you mean `--port`?"),
        ("--dialogs=x", "did you mean `--dialogues`?"),
        ("--port 0 extra", "there are only flags"),
        ("chek x", "unknown command 'chek'; did you mean `leadway mock check`?"),
        ("launch", "`leadway mock` without a command serves the mock"),
        ("check --strcit x", "did you mean `--strict`?"),
        ("env --prot 1", "did you mean `--port`?"),
        ("exec --prot 1 -- true", "did you mean `--port`?"),
        ("exec npm test", "the command comes after `--`"),
        ("exec --strict --allow unusd -- true", "did you mean `unused`?"),
        ("exec --allow unused -- true", "--allow needs --strict"),
    ],
)
def test_misspelt_commands_and_flags_are_corrected(
    capsys: pytest.CaptureFixture[str], line: str, text: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        sys.exit(main(line.split()))
    printed = capsys.readouterr().err
    assert text in printed
    assert printed.count("\n") <= 3  # The usage is no list of flags.


def test_the_usage_line_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    text = capsys.readouterr().out
    words = f"{{{','.join(COMMANDS)}}}"
    assert text.startswith(f"usage: leadway mock [FLAG ...]\n       leadway mock {words} ")
    for name, purpose in COMMANDS.items():
        assert f"  {name:8} {purpose}" in text


def test_help_names_every_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for flag in (
        "--port",
        "--agents-file",
        "--store",
        "--seed",
        "--profile",
        "--no-send-retry-after",
        "--profile {documented,observed}",
        "--seed N",
    ):
        assert flag in text


def test_invalid_dialogues_are_reported_and_nothing_is_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "talk.txt"
    file.write_text("user: a\n")

    assert main(["--dialogues", str(file)]) == 2
    assert capsys.readouterr().err == (
        f"leadway mock: {file}:1:1: this turn has no reply — add an `agent` after it\n"
    )


def test_dialogues_are_played_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("user: hi\nagent: Hello from {{executionId}}\n")

    with mock("--dialogues", "talk.txt", "--seed", "1", cwd=tmp_path) as (_, url):
        response = execute(url)
    assert response["response"] == f"Hello from {response['executionId']}"
