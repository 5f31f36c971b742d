"""Commands on a running mock: what they send, print and return."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.cli import control_client, views
from leadway_mock.cli.control_client import CommandError, find_target
from leadway_mock.cli.controls import parse_duration
from leadway_mock.cli.main import main
from leadway_mock.control_api import load_control_contract
from leadway_mock.testing import Mock
from tests.mock.client import CURRENT

LEADWAY = [sys.executable, "-m", "leadway_mock"]
OTHER_TOKEN = "pit-12345678-0000-4000-8000-000000000001"
HOSTILE = "\x1b[31mred\x07 \u202egnirts\x00\ud800 <b>&\nsecond line"
SLOW_MODULES = {
    "asyncio",
    "flask",
    "httpx",
    "jsonschema",
    "leadway",
    "orjson",
    "regex",
    "uvicorn",
    "yaml",
}


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """A mock that the commands find by the environment."""
    for name in [each for each in os.environ if each.startswith("LEADWAY_")]:
        monkeypatch.delenv(name)
    with Mock(any_token=True, strict=False) as mock:
        monkeypatch.setenv("LEADWAY_MOCK_URL", mock.url)
        yield mock


def say(mock: Mock, message: str, **fields: object) -> dict[str, Any]:
    client = mock.host.app.test_client()
    body = {"message": message, "locationId": mock.location_id} | fields
    content: dict[str, Any] = client.post(CURRENT, json=body, headers=mock.headers).get_json()
    return content


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command that succeeds; return the JSON that it prints on one line."""

    def run(*arguments: str) -> Any:
        assert main(arguments) == 0, capsys.readouterr().err
        printed = capsys.readouterr()
        assert printed.err == ""
        assert printed.out.count("\n") == 1
        return json.loads(printed.out)

    return run


@pytest.fixture
def fail(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run a command that fails; return its exit code and its error."""

    def run(*arguments: str) -> tuple[int, str]:
        try:
            code = main(arguments)
        except SystemExit as error:
            code = int(str(error.code))
        printed = capsys.readouterr()
        assert printed.out == ""
        assert "Traceback" not in printed.err
        return code, printed.err

    return run


def test_a_fault_is_injected_with_its_fields(mock: Mock, run: Callable[..., Any]) -> None:
    armed = run("fault", "status=500", "times=2", "id=7")
    assert (armed["id"], armed["times"], armed["status"]) == ("7", 2, 500)
    assert [say(mock, "Hi").get("statusCode") for _ in range(3)] == [500, 500, None]
    assert [each["hits"] for each in run("fault")["faults"]] == [2]


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        (["latency=200ms"], {"latency": {"fixed": 0.2}}),
        (["transport=HANG", "times=until-disarmed"], {"transport": "HANG"}),
        (["status=200", 'body={"a": [1]}', 'headers={"X-A": "1"}'], {"body": {"a": [1]}}),
        (["status=200", "body=Hello, world"], {"body": "Hello, world"}),
        (['mergePatch={"response": null}'], {"mergePatch": {"response": None}}),
        (["status=429", "retryAfter=2", "agentId=a=b"], {"agentId": "a=b", "retryAfter": 2}),
    ],
)
@pytest.mark.usefixtures("mock")
def test_fields_of_a_fault_are_json_or_text(
    run: Callable[..., Any], words: list[str], fields: dict[str, object]
) -> None:
    armed = run("fault", *words)
    assert {name: armed[name] for name in fields} == fields


@pytest.mark.usefixtures("mock")
def test_faults_are_removed_one_by_one_or_all(run: Callable[..., Any]) -> None:
    for name in ("a", "b", "c"):
        run("fault", "status=500", f"id={name}")
    assert run("fault", "--disarm", "b") == {"disarmed": 1}
    assert run("fault", "--disarm") == {"disarmed": 2}
    assert run("fault") == {"faults": []}


def test_the_clock_moves_so_that_sessions_expire(mock: Mock, run: Callable[..., Any]) -> None:
    say(mock, "Hi")
    assert not run("sessions")["sessions"][0]["expired"]
    assert run("advance", "31m")["offset"] == pytest.approx(1860, abs=1)
    assert run("sessions", "--expired")["sessions"][0]["turns"] == 1
    assert run("sessions", "--live") == {"sessions": [], "count": 1}
    run("reset", "clock")
    assert len(run("sessions", "--live")["sessions"]) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1.5", 1.5), ("31m", 1860), ("1h30m", 5400), ("200ms", 0.2), ("2D", 172_800)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text, "DURATION") == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "m", "31 minutes", "-5m", "1e3s", "nan", "9" * 100 + "m"])
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(CommandError, match=r"^DURATION must be a duration such as 31m, "):
        parse_duration(text, "DURATION")


def test_a_reset_takes_parts(mock: Mock, run: Callable[..., Any]) -> None:
    say(mock, "Hi")
    assert run("reset", "sessions") == {"reset": ["sessions"]}
    assert run("sessions")["count"] == 0
    assert run("journal")["count"] == 1
    assert run("reset") == {"reset": ["all"]}
    assert run("journal")["count"] == 0


def test_the_journal_is_selected_and_limited(mock: Mock, run: Callable[..., Any]) -> None:
    for message in ("One", "Two", "Three"):
        say(mock, message)
    say(mock, "Four", input="x")
    assert [each["number"] for each in run("journal", "--limit", "2")["entries"]] == [3, 4]
    [entry] = run("journal", "status=4xx", "rule=body-invalid")["entries"]
    assert entry["number"] == 4
    assert len(run("journal", "status=[200, 404]", "turn=1")["entries"]) == 3


def test_entries_are_selected_by_what_the_control_api_takes() -> None:
    schema = load_control_contract().document["components"]["schemas"]["Match"]
    assert list(schema["properties"]) == list(views.MATCH_FIELDS)
    for name, field in schema["properties"].items():
        takes_text = field.get("type") == ["string", "array"]
        assert views.MATCH_FIELDS[name] == ({"type": "string"} if takes_text else {}), name


def test_lines_of_the_journal_say_what_happened(
    mock: Mock, capsys: pytest.CaptureFixture[str]
) -> None:
    say(mock, HOSTILE.replace("\ud800", ""))
    say(mock, "Hi", input="x")
    assert main(["journal", "--lines"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf" +1  [\d:]{{8}}  POST {CURRENT} -> 200 \S+, turn 1 of \w+", first)
    assert " -> 422 body-invalid - " in second


@pytest.mark.usefixtures("default_signals")
def test_new_requests_are_followed(mock: Mock) -> None:
    say(mock, "Old")
    command = [*LEADWAY, "journal", "--follow", "--lines"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "turn 1" in process.stdout.readline()
            say(mock, "New")
            assert process.stdout.readline().startswith("   2  ")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=10) == 130
        finally:
            process.kill()


def test_following_ends_with_the_mock(mock: Mock, fail: Callable[..., tuple[int, str]]) -> None:
    url = mock.url
    threading.Timer(0.3, mock.host.close).start()
    code, error = fail("journal", "--follow", "--url", url)
    assert (code, "no mock responds" in error) == (1, True)


def test_a_conversation_is_json_elsewhere(mock: Mock, run: Callable[..., Any]) -> None:
    first = say(mock, "Hi")
    say(mock, "Bye", executionId=first["executionId"])
    shown = run("show", first["executionId"][:6])
    assert shown["executionId"] == first["executionId"]
    assert [each["message"] for each in shown["transcript"]] == ["Hi", "Bye"]


def test_a_conversation_of_many_turns_is_whole(
    mock: Mock, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_client, "PAGE", 2)
    session = say(mock, "1")["executionId"]
    for number in range(2, 6):
        say(mock, str(number), executionId=session)
        say(mock, "Another session")
    assert [each["message"] for each in run("show", session)["transcript"]] == list("12345")
    assert len(run("sessions")["sessions"]) == 5


def test_a_conversation_is_text_for_people(mock: Mock, capsys: pytest.CaptureFixture[str]) -> None:
    session = say(mock, HOSTILE.replace("\ud800", ""), contactId="c1")["executionId"]
    assert main(["show", "--text", session]) == 0
    head, about, _, user, second, agent, *_ = capsys.readouterr().out.splitlines()
    assert head == f"Session {session}"
    assert about.endswith("contact c1: 1 turn, live")
    assert re.fullmatch(r"  1  [\d:]{8}  User   \\x1b\[31mred\\x07 \\u202egnirts\\x00 <b>&", user)
    assert second == " " * 22 + "second line"
    assert agent.split() == ["Agent", "Turn", "1.", "You", "said:", *agent.split()[5:]]


def test_an_expired_conversation_is_named_so(
    mock: Mock, capsys: pytest.CaptureFixture[str]
) -> None:
    session = say(mock, "one")["executionId"]
    say(mock, "two", executionId=session)
    mock.clock.advance("2h")
    assert main(["show", "--text", session]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(": 2 turns, expired")


def test_agents_are_seeded_and_exported(
    tmp_path: Path,
    run: Callable[..., Any],
    mock: Mock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "agents.yaml"
    file.write_text(f"agents:\n- {{id: frontdesk, name: Ñandú, location: {mock.location_id}}}\n")
    assert [each["id"] for each in run("seed", str(file))["agents"]] == ["frontdesk"]
    assert main(["export"]) == 0
    exported = capsys.readouterr().out
    assert "id: frontdesk" in exported
    run("reset", "agents")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(exported.encode())))
    assert [each["name"] for each in run("seed", "-")["agents"]] == ["Ñandú"]


def test_wait_returns_once_a_mock_responds(mock: Mock, run: Callable[..., Any]) -> None:
    assert run("wait")["url"] == mock.url


def test_wait_starts_before_the_mock(tmp_path: Path) -> None:
    port = free_port()
    waits = [*LEADWAY, "wait", "--url", f"127.0.0.1:{port}", "--timeout", "20s"]
    with (
        subprocess.Popen(waits, stdout=subprocess.PIPE, cwd=tmp_path) as waiting,
        subprocess.Popen(
            [*LEADWAY, "--port", str(port), "--quiet"], stdout=subprocess.DEVNULL, cwd=tmp_path
        ) as serving,
    ):
        try:
            assert waiting.wait(timeout=30) == 0
        finally:
            serving.kill()


def test_a_namespace_is_selected_by_its_token(
    mock: Mock, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Authorization": f"Bearer {OTHER_TOKEN}"}
    mock.host.app.test_client().put("/__mock/namespace", json={}, headers=headers)
    run("fault", "status=500", "--token", OTHER_TOKEN)
    assert run("fault") == {"faults": []}
    monkeypatch.setenv("LEADWAY_TOKEN", OTHER_TOKEN)
    assert len(run("fault")["faults"]) == 1


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port: int = closed.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        ("fault stauts=500", 2, "a fault has no field 'stauts'; did you mean `status`?"),
        ("fault status", 2, "'status' must be NAME=VALUE"),
        ("fault status=500 status=501", 2, "status is given twice"),
        ("fault status=9999", 2, "/status: "),
        ("fault status=500 transport=HANG", 2, "exclude each other"),
        ("fault transport=HAGN", 2, "/transport: "),
        ("fault --disarm nobody", 1, "no fault 'nobody'"),
        ("fault --disarm x status=500", 2, "leave the fields out"),
        ("advance soon", 2, "DURATION must be a duration such as 31m"),
        ("advance 99999d", 2, "seconds"),
        ("advance", 2, "the following arguments are required: DURATION"),
        ("reset session", 2, "sessions"),
        ("journal satus=4xx", 2, "did you mean `status`?"),
        ("journal status=999", 2, "status"),
        ("journal --limit 0", 2, "--limit must be a whole number from 1 to 1000, not '0'"),
        ("journal --folow", 2, "did you mean `--follow`?"),
        ("show nobody", 1, "The namespace has no session 'nobody'."),
        ("show --json --text x", 2, "exclude each other"),
        ("seed /nowhere/agents.yaml", 2, "/nowhere/agents.yaml cannot be read: No such file"),
        ("wait --timeout never", 2, "--timeout must be a duration"),
        ("sessions --url ftp://127.0.0.1", 2, "'ftp://127.0.0.1' must be the base URL of a mock"),
        (
            "sessions --url http://127.0.0.1:1/__mock",
            2,
            "must be the base URL of a mock, such as http",
        ),
        ("sessions --url http://127.0.0.1:99999", 2, "is no URL: Port out of range"),
        ("sessions --url https://services.leadconnectorhq.com", 2, "is the real service"),
        ("sessions --token a\u00f1", 2, "--token must be printable ASCII"),
    ],
)
@pytest.mark.usefixtures("mock")
def test_errors_say_what_to_do(
    fail: Callable[..., tuple[int, str]], line: str, code: int, text: str
) -> None:
    found, error = fail(*line.split())
    assert text in error
    assert found == code
    assert f"leadway mock {line.split(maxsplit=1)[0]}: " in error


def test_an_agents_file_with_an_error_is_named(
    tmp_path: Path, fail: Callable[..., tuple[int, str]], mock: Mock
) -> None:
    assert mock.url
    file = tmp_path / "agents.yaml"
    file.write_text("agents:\n- {id: a, nmae: A}\n")
    code, error = fail("seed", str(file))
    assert (code, f"{file}: " in error, "nmae" in error) == (2, True, True)


def test_no_mock_is_an_error_with_a_hint(fail: Callable[..., tuple[int, str]]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    for line in (["sessions"], ["wait", "--timeout", "200ms"]):
        code, error = fail(*line, "--url", url)
        assert code == 1
        assert f"no mock responds at {url}. Start one with `leadway mock`, or name another" in error
    assert "wait: after 0.2 s, no mock" in error


def test_another_program_is_no_mock(fail: Callable[..., tuple[int, str]]) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        code, error = fail("sessions", "--url", f"http://127.0.0.1:{server.server_port}")
        thread.join()
    assert (code, "another program responds at" in error) == (1, True)


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [("http://127.0.0.1:1", True), ("http://[::1]:1", True), ("http://mock:4010", False)],
)
def test_a_token_of_the_environment_is_sent_to_this_machine_only(
    url: str, *, is_sent: bool
) -> None:
    target = find_target(Namespace(url=url, token=None), {"LEADWAY_TOKEN": OTHER_TOKEN})
    assert bool(target.token) is is_sent
    assert find_target(Namespace(url=url, token="a"), {}).token == "a"


def in_terminal(*arguments: str, **variables: str) -> str:
    """Return what a command prints in a terminal."""
    leader, follower = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "TERM"}}
    process = subprocess.Popen(
        [*LEADWAY, *arguments],
        stdout=follower,
        env=environment | {"TERM": "xterm"} | variables,
    )
    os.close(follower)
    printed = b""
    try:
        while select.select([leader], [], [], 20)[0]:
            try:
                chunk = os.read(leader, 65_536)
            except OSError:  # The end of a terminal, on Linux.
                break
            if not chunk:
                break
            printed += chunk
    finally:
        os.close(leader)
        assert process.wait(timeout=20) == 0
    return printed.decode()


def test_json_in_a_terminal_is_indented_and_coloured(mock: Mock) -> None:
    session = say(mock, HOSTILE.replace("\ud800", ""))["executionId"]
    coloured = in_terminal("show", "--json", session)
    assert '\r\n  \x1b[34m"executionId"\x1b[0m: \x1b[32m"' in coloured
    assert "\\u001b[31mred\\u0007 \\u202egnirts\\u0000" in coloured
    plain = in_terminal("show", "--json", session, NO_COLOR="1")
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    assert json.loads(plain)["transcript"][0]["message"] == HOSTILE.replace("\ud800", "")


def test_a_conversation_in_a_terminal_is_readable(mock: Mock) -> None:
    session = say(mock, "I need a haircut")["executionId"]
    printed = in_terminal("show", session, NO_COLOR="1")
    assert re.search(r"^  1  [\d:]{8}  User   I need a haircut\r$", printed, re.MULTILINE)
    assert "\x1b[1mSession " in in_terminal("show", session)


@pytest.mark.usefixtures("mock")
@pytest.mark.parametrize("command", ["fault", "journal", "wait"])
def test_commands_start_fast(command: str) -> None:
    """They import nothing that takes long; a time would depend on the machine."""
    code = f"from leadway_mock.cli.main import main; main([{command!r}]); "
    code += "import sys; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    modules = {name.partition(".")[0] for name in done.stderr.split()}
    assert not modules & SLOW_MODULES
