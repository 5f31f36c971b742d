"""The commands, in a terminal and in scripts."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from leadway import MOCK_TOKEN, Settings, errors
from leadway._calls import Failure, HTTPResponse
from leadway.commands import chat, command_line, doctor, execute
from leadway.commands.command_line import EXIT_CODES, exit_code
from leadway_command import EXIT_BROKEN_PIPE, EXIT_INTERRUPTED, EXIT_IO_ERROR
from leadway_command.output import sanitize
from leadway_mock.agents.builtin import ECHO_ID, MANAGED_ID
from leadway_mock.agents.registry import OTHER_LOCATION_TOKEN, UNKNOWN_TOKEN, UNSCOPED_TOKEN
from tests.sdk.conftest import LOCATION
from tests.sdk.hostile_server import HostileServer, reset, response, send_and_close, send_bytes
from tests.sdk.samples import error_response

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOKEN", "LOCATION_ID", "BASE_URL", "API_VERSION", "TIMEOUT"):
        monkeypatch.delenv(f"LEADWAY_{name}", raising=False)


@pytest.fixture
def type_lines(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that sets the lines of standard input."""

    def set_lines(*lines: str, terminal: bool = False) -> None:
        source = io.StringIO("".join(f"{line}\n" for line in lines))
        source.isatty = lambda: terminal  # type: ignore[method-assign]
        monkeypatch.setattr(sys, "stdin", source)

    return set_lines


def test_execute_prints_the_reply(url: str, capsys: Captured) -> None:
    assert execute.main([ECHO_ID, "Hello", "--mock-url", url, "--var", "name=John"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Turn 1. You said: Hello\n")
    assert '"name": "John"' in out


def test_execute_resumes_a_session(url: str, capsys: Captured) -> None:
    execute.main([ECHO_ID, "Hello", "--mock-url", url, "--json"])
    session = json.loads(capsys.readouterr().out)["executionId"]
    assert execute.main([ECHO_ID, "Again", "--mock-url", url, "--session", session, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["response"] == "Turn 2. You said: Again"


def test_execute_reads_the_message_from_a_pipe(
    url: str, capsys: Captured, type_lines: Callable[..., None]
) -> None:
    type_lines("Hello")
    assert execute.main([ECHO_ID, "-", "--mock-url", url]) == 0
    assert "You said: Hello" in capsys.readouterr().out


def test_a_closed_pipe_prints_no_traceback(url: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "leadway", "execute", ECHO_ID, "Hi", "--mock-url", url]
    ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=30, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.parametrize(("main", "arguments"), [(execute.main, ["-"]), (chat.main, [])])
def test_undecodable_input_is_an_error(
    url: str,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    main: Callable[[list[str]], int],
    arguments: list[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\n"), "utf-8"))
    assert main([ECHO_ID, *arguments, "--mock-url", url]) == 4
    assert "Standard input must be utf-8 text." in capsys.readouterr().err


def test_closed_streams_are_tolerated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert chat.main([ECHO_ID, "--mock-url", url]) == 0
    monkeypatch.setattr(sys, "stdout", None)
    assert execute.main([ECHO_ID, "Hi", "--mock-url", url]) == 0


def test_execute_prints_an_error_as_text_or_json(url: str, capsys: Captured) -> None:
    call = ["inactiveagent00000000000", "Hello", "--mock-url", url]
    assert execute.main(call) == 4
    printed = capsys.readouterr()
    assert (printed.out, "Agent is not active" in printed.err) == ("", True)
    assert execute.main([*call, "--json"]) == 4
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["type"] == "InactiveAgentError"
    assert (error["status"], error["retrySafe"], error["attempts"]) == (400, False, 1)


def test_execute_names_missing_settings(capsys: Captured) -> None:
    assert execute.main([ECHO_ID, "Hello"]) == 2
    assert re.search("LEADWAY_TOKEN.*LEADWAY_LOCATION_ID", capsys.readouterr().err)


@pytest.mark.parametrize("arguments", [[], [ECHO_ID], [ECHO_ID, "Hi", "--var", "novalue"]])
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        execute.main(arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize("address", ["localhost:4010", "http://mock", "[::1]:4010/", ":4010"])
@pytest.mark.parametrize("command", [chat, execute])
def test_address_is_no_agent(capsys: Captured, command: Any, address: str) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["--mock", address, *["Hi"] * (command is execute)])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert f"argument AGENT: must be the id of an agent, not '{address}'; for a mock" in error
    assert "write --mock-url http://" in error


def test_doctor_names_the_option_for_an_address(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        doctor.main(["--mock", "localhost:4010"])
    assert "a mock's URL after --mock-url" in capsys.readouterr().err


def test_every_error_has_its_exit_code_which_help_lists(capsys: Captured) -> None:
    assert exit_code(errors.TokenHostMismatchError("No")) == 2
    assert exit_code(errors.WrongLocationError("No")) == 3
    assert exit_code(errors.SessionNotFoundError("No")) == 4
    assert exit_code(errors.UpstreamTimeoutError("No")) == 6
    assert exit_code(errors.RequestTimeoutError("No")) == 7
    with pytest.raises(SystemExit):
        execute.main(["--help"])
    text = capsys.readouterr().out
    early = {EXIT_BROKEN_PIPE, EXIT_INTERRUPTED, EXIT_IO_ERROR}
    assert all(f" {code} " in text for code in early | {code for _, code in EXIT_CODES})


def test_chat_over_a_pipe_prints_the_replies(
    url: str, capsys: Captured, type_lines: Callable[..., None]
) -> None:
    type_lines("One", "", "Two", "/quit", "Three")
    assert chat.main([ECHO_ID, "--mock-url", url]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "agent> Turn 1. You said: One",
        "agent> Turn 2. You said: Two",
    ]


def test_chat_over_a_pipe_ends_with_the_first_error(
    url: str, capsys: Captured, type_lines: Callable[..., None]
) -> None:
    type_lines("One", "Two")
    assert chat.main(["inactiveagent00000000000", "--mock-url", url]) == 4
    assert capsys.readouterr().err.count("Agent is not active") == 1


def test_chat_at_a_terminal(url: str, capsys: Captured, type_lines: Callable[..., None]) -> None:
    type_lines(
        "One",
        "/id",
        "/vars name=John",
        "/image https://example.com/a.png",
        "Two",
        "/vars name=",
        "/vars nonsense",
        "/history",
        "/raw",
        "/new",
        "Three",
        "/help",
        "/what",
        terminal=True,
    )
    assert chat.main([ECHO_ID, "--mock-url", url]) == 0
    printed = capsys.readouterr()
    assert printed.out.count("You said: Two\n") == 2
    for part in (
        '{"name": "John"}',
        "1 image(s)",
        "       Attachments: ",
        '"success": true',
        "Turn 1. You said: Three",
        "/quit ",
        "Unknown command",
    ):
        assert part in printed.out, part
    assert re.search(r"^you> [a-z0-9]{24}$", printed.out, re.MULTILINE)
    assert "must be NAME=VALUE, not 'nonsense'" in printed.err


def test_an_interactive_chat_continues_after_an_error_and_reports_the_goal(
    url: str, capsys: Captured, type_lines: Callable[..., None]
) -> None:
    type_lines("One", "Two", "Three", terminal=True)
    assert chat.main(["goalonturn3agent00000000", "--mock-url", url]) == 0
    assert "reached its goal" in capsys.readouterr().out
    type_lines("One", "Two", terminal=True)
    assert chat.main(["inactiveagent00000000000", "--mock-url", url]) == 0
    assert capsys.readouterr().err.count("Agent is not active") == 2


def test_control_sequences_do_not_reach_the_terminal() -> None:
    assert (
        sanitize("a\x1b[2Jb\x07\r\u202e\nc\td", sys.stdout) == "a\ufffd[2Jb\ufffd\ufffd\ufffd\nc\td"
    )
    assert sanitize("\ud800", sys.stdout) in {"\ufffd", "?"}


def set_environment(monkeypatch: pytest.MonkeyPatch, url: str, token: str = MOCK_TOKEN) -> None:
    for name, value in {"TOKEN": token, "LOCATION_ID": LOCATION, "BASE_URL": url}.items():
        monkeypatch.setenv(f"LEADWAY_{name}", value)


def states(out: str) -> dict[str, str]:
    rows = (line.split(None, 2) for line in out.splitlines())
    return {what: sign for sign, what, _ in rows}


def test_doctor_passes_all_checks(
    url: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, url)
    assert doctor.main([]) == 0
    found = states(capsys.readouterr().out)
    assert found == dict.fromkeys(
        ["settings", "network", "clock", "token", "version", "scope", "location"], "ok"
    )


@pytest.mark.parametrize(
    ("token", "flags", "found"),
    [
        (UNKNOWN_TOKEN, [], ["BAD", "?", "?", "?"]),
        (MOCK_TOKEN, ["--api-version", "1999-01-01"], ["ok", "BAD", "?", "?"]),
        (UNSCOPED_TOKEN, [], ["ok", "ok", "BAD", "?"]),
        (OTHER_LOCATION_TOKEN, [], ["ok", "ok", "ok", "BAD"]),
    ],
)
def test_doctor_distinguishes_the_four_checks(
    url: str, monkeypatch: pytest.MonkeyPatch, token: str, flags: list[str], found: list[str]
) -> None:
    set_environment(monkeypatch, url, token)
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert doctor.main(flags) == 1
    checks = ["token", "version", "scope", "location"]
    assert [states(printed.getvalue())[check] for check in checks] == found


def test_doctor_sends_an_empty_message(hostile_server: HostileServer, capsys: Captured) -> None:
    hostile_server.respond_with(
        send_bytes(response(422, b'{"message": ["message should not be empty"]}'))
    )
    assert doctor.main(["--mock-url", hostile_server.url]) == 0
    (request,) = hostile_server.received
    assert doctor.PROBE_AGENT_ID.encode() in request
    assert json.loads(request.partition(b"\r\n\r\n")[2])["message"] == ""
    assert "the response has no Date" in capsys.readouterr().out


def test_doctor_reports_missing_settings(capsys: Captured) -> None:
    assert doctor.main([]) == 2
    assert "BAD settings" in capsys.readouterr().err


NOW = 1_800_000_000.0


def examine(outcome: HTTPResponse | Failure, **options: Any) -> dict[str, tuple[bool | None, str]]:
    given = {"token": MOCK_TOKEN, "location_id": LOCATION, "base_url": "http://127.0.0.1:4010"}
    settings = Settings.create(**given | options)
    found = doctor.examine(settings, outcome, NOW)
    return {each.what: (each.passed, each.detail) for each in found}


def test_doctor_reports_a_wrong_clock() -> None:
    early = "Fri, 15 Jan 2027 07:50:00 GMT"
    assert examine(error_response(422, date=early))["clock"] == (
        False,
        "600 s ahead: OAuth tokens will seem expired; set the clock by NTP",
    )
    assert examine(error_response(422, date="nonsense"))["clock"][0]


@pytest.mark.parametrize(
    ("outcome", "what", "printed"),
    [
        (
            Failure(errors.ConnectionFailedError, "Gone"),
            "network",
            "the service is running.",
        ),
        (error_response(401, "Invalid JWT"), "token", "or refresh the OAuth token."),
        (
            error_response(403, "Something else"),
            "network",
            "Check token, version, scope and location.",
        ),
    ],
)
def test_doctor_does_not_recommend_itself(
    outcome: HTTPResponse | Failure, what: str, printed: str
) -> None:
    found = examine(outcome)[what]
    assert found[1].endswith(printed)
    assert "leadway doctor" not in found[1]


def test_doctor_reports_an_expired_token() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9." + "eyJleHAiOjE3OTk5OTk5MDB9.c2lnbmF0dXJl"
    found = examine(error_response(401, "Invalid JWT"), token=token, send_token_anywhere=True)
    assert found["token"] == (False, "the OAuth token expired 100 s ago: refresh it")


@pytest.mark.parametrize(
    "outcome",
    [
        Failure(errors.ConnectionFailedError, "No connection"),
        HTTPResponse(403, b"<html>"),
        HTTPResponse(200, b"<html>"),
        error_response(403, "Something else"),
        error_response(404, "Cannot POST /x"),
        error_response(502),
        HTTPResponse(200, b'{"response": "a", "executionId": "b"}'),
    ],
)
def test_doctor_reports_unknown_checks_as_unknown(outcome: HTTPResponse | Failure) -> None:
    found = examine(outcome)
    assert found["network"][0] is False
    assert [found[what][0] for what in ("token", "version", "scope", "location")] == [None] * 4


MOCK_LINES = [
    (execute.main, "--mock AGENT Hello", "Turn 1. You said: Hello\n"),
    (execute.main, "AGENT --mock Hello", "Turn 1. You said: Hello\n"),
    (execute.main, "AGENT Hello --mock", "Turn 1. You said: Hello\n"),
    (execute.main, "--mock-url URL AGENT Hello", "Turn 1. You said: Hello\n"),
    (execute.main, "--mock-url=URL AGENT Hello", "Turn 1. You said: Hello\n"),
    (execute.main, "--mock --json AGENT Hello", '"Turn 1. You said: Hello"'),
    (execute.main, "--mock -- AGENT --mock", "Turn 1. You said: --mock\n"),
    (chat.main, "--mock AGENT", "agent> Turn 1. You said: Hello\n"),
    (chat.main, "--mock-url URL AGENT", "agent> Turn 1. You said: Hello\n"),
    (doctor.main, "--mock --timeout 5", "ok  location"),
]


@pytest.mark.parametrize("case", MOCK_LINES, ids=lambda case: case[1])
def test_mock_and_mock_url_in_any_position(
    case: tuple[Callable[[list[str]], int], str, str],
    url: str,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    type_lines: Callable[..., None],
) -> None:
    main, line, printed = case
    type_lines("Hello")
    monkeypatch.setattr(command_line, "MOCK_URL", url)
    address = url.replace("http", "HTTP")
    words = {"AGENT": ECHO_ID, "URL": address, "--mock-url=URL": f"--mock-url={address}"}
    assert main([words.get(each, each) for each in line.split(" ")]) == 0
    assert printed in capsys.readouterr().out


@pytest.mark.parametrize(
    ("main", "line", "shown"),
    [
        (execute.main, "--mock-url localhost:4010 AGENT Hello", "'localhost:4010'"),
        (execute.main, "AGENT Hello --mock-url 4010", "'4010'"),
        (execute.main, "AGENT Hello --mock-url ", "''"),
        (execute.main, "--mock-url= AGENT Hello", "''"),
        (chat.main, "AGENT --mock-url localhost", "'localhost'"),
        (doctor.main, "--mock-url localhost", "'localhost'"),
    ],
)
def test_an_invalid_mock_url_is_reported(
    capsys: Captured, main: Callable[[list[str]], int], line: str, shown: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([ECHO_ID if word == "AGENT" else word for word in line.split(" ")])
    assert ended.value.code == 2
    expected = f"--mock-url: must be a URL such as http://127.0.0.1:4010, not {shown}\n"
    assert capsys.readouterr().err.endswith(expected)


def test_the_hint_of_the_mock_is_printed(url: str, capsys: Captured) -> None:
    assert execute.main(["nope", "Hi", "--mock-url", url]) == 4
    printed = capsys.readouterr().err
    assert ECHO_ID in printed
    assert printed.count("\n") == 1
    execute.main(["nope", "Hi", "--mock-url", url, "--json"])
    assert ECHO_ID in json.loads(capsys.readouterr().out)["error"]["hint"]


@pytest.mark.parametrize("terminal", [False, True])
def test_a_chat_prints_the_hint_of_the_response(
    url: str, capsys: Captured, type_lines: Callable[..., None], *, terminal: bool
) -> None:
    type_lines("Hi", terminal=terminal)
    assert chat.main(["nope", "--mock-url", url]) == (0 if terminal else 4)
    printed = capsys.readouterr().err
    assert ECHO_ID in printed
    assert errors.AgentNotFoundError.hint not in printed


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (401, "Invalid token", errors.InvalidTokenError),
        (401, "Version header is missing", errors.VersionHeaderError),
        (401, "The token lacks a scope", errors.MissingScopeError),
        (403, "The token has no access to this location", errors.WrongLocationError),
        (404, "Cannot POST /x", errors.RouteNotFoundError),
        (500, "Broken", errors.ServerError),
    ],
)
def test_doctor_prints_the_hint_of_the_response(
    hostile_server: HostileServer,
    capsys: Captured,
    status: int,
    message: str,
    kind: type[errors.LeadwayError],
) -> None:
    body = json.dumps({"message": message}).encode()
    hint = "A hint of the mock."
    hostile_server.respond_with(send_bytes(response(status, body, X_Mock_Hint=hint)))
    assert doctor.main(["--mock-url", hostile_server.url]) == 1
    printed = capsys.readouterr().out
    assert printed.count(f"{message}. (HTTP {status}) {hint}\n") == 1
    assert kind.hint not in printed


def test_an_expired_session_has_one_hint(mock_with: Callable[..., str], capsys: Captured) -> None:
    url = mock_with(session_idle_seconds=0.001)
    execute.main([ECHO_ID, "Hi", "--mock-url", url, "--json"])
    session = json.loads(capsys.readouterr().out)["executionId"]
    time.sleep(0.05)
    assert execute.main([ECHO_ID, "Hi", "--mock-url", url, "--session", session]) == 4
    printed = capsys.readouterr().err
    assert "It was idle for more than 0.001 seconds." in printed
    assert "A session expires after 30 minutes" not in printed


@pytest.mark.parametrize(
    ("main", "arguments"),
    [(execute.main, [ECHO_ID, "Hi"]), (chat.main, [ECHO_ID]), (doctor.main, [])],
)
def test_without_a_mock_the_command_that_starts_it_is_named(
    capsys: Captured,
    type_lines: Callable[..., None],
    main: Callable[[list[str]], int],
    arguments: list[str],
) -> None:
    type_lines("Hi")
    assert main([*arguments, "--mock-url", "http://127.0.0.1:9", "--timeout", "5"]) in {1, 7}
    printed = "".join(capsys.readouterr())
    assert "No connection to http://127.0.0.1:9: " in printed
    assert "`leadway mock` starts a mock" in printed


def test_https_to_a_mock_is_explained(url: str, capsys: Captured) -> None:
    assert execute.main([ECHO_ID, "Hi", "--mock-url", url.replace("http:", "https:")]) == 7
    printed = capsys.readouterr().err
    assert "The server does not use TLS here: write http://" in printed


BROKEN = [send_and_close(b"SSH-2.0-OpenSSH_9.2\r\n"), reset, send_bytes(response(502, b"<html>"))]


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_doctor_does_not_say_that_an_agent_received_the_probe(
    number: int, hostile_server: HostileServer, capsys: Captured
) -> None:
    hostile_server.respond_with(BROKEN[number])
    assert doctor.main(["--mock-url", hostile_server.url]) == 1
    printed = capsys.readouterr().out
    assert "BAD network" in printed
    assert "may have received" not in printed
    assert "Check the URL, the port, and the proxies" in printed


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("AGENT Hi --timout 5", "did you mean `--timeout`?"),
        ("AGENT Hi --sesion=x", "did you mean `--session`?"),
        ("AGENT Hi -t 5", "did you mean `--timeout`?"),
        ("AGENT hi there", "several words in quotes, and a mock's URL after --mock-url"),
        ("AGENT Hi --zzzzzzz", "unrecognized arguments: --zzzzzzz"),
    ],
)
def test_an_unknown_argument_is_corrected(line: str, fix: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        execute.main(line.split())
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"{fix}\n")


def test_the_chat_says_with_whom_it_talks(
    url: str, capsys: Captured, type_lines: Callable[..., None]
) -> None:
    type_lines("/image not-a-url", "One", "/history", terminal=True)
    assert chat.main([ECHO_ID, "--mock-url", url, "--var", "a=b"]) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith(f"Agent {ECHO_ID} at {url}\n")
    assert "An image must be a URL such as https://" in printed.err
    lines = printed.out.splitlines()
    assert sum(line.startswith("       Input variables") for line in lines) == 2, lines


def test_json_output_is_json(hostile_server: HostileServer, capsys: Captured) -> None:
    for number in (b"NaN", b"Infinity", b"-1e999"):
        body = b'{"response": "a", "executionId": "b", "x": %b}' % number
        hostile_server.respond_with(send_bytes(response(200, body)))
        assert execute.main([ECHO_ID, "Hi", "--mock-url", hostile_server.url, "--json"]) == 6
        printed = capsys.readouterr().out
        assert json.loads(printed, parse_constant=pytest.fail)["error"]["status"] == 200


FORGED = "No\nleadway execute: all is well \x1b[2J"


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_server_forges_no_line_of_an_error(
    status: int, hostile_server: HostileServer, capsys: Captured
) -> None:
    body = json.dumps({"message": FORGED, "traceId": FORGED, "response": 1}).encode()
    hostile_server.respond_with(send_bytes(response(status, body)))
    execute.main([ECHO_ID, "Hi", "--mock-url", hostile_server.url])
    doctor.main(["--mock-url", hostile_server.url])
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert not re.search(r"(?m)^leadway execute: all", printed.out + printed.err)
    assert "\x1b" not in printed.out + printed.err


def test_execute_calls_a_managed_agent_once_for_a_key(url: str, capsys: Captured) -> None:
    command = [MANAGED_ID, "Hello", "--managed", "--mock-url", url, "--var", "plan=basic"]
    command += ["--contact", "ann", "--idempotency-key", "the key of this test", "--json"]
    assert execute.main(command) == execute.main(command) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    assert first["finalText"].splitlines() == [
        "Turn 1. You said: Hello",
        'Input variables: {"plan": "basic"}',
        "Contact: ann",
    ]
    command[1] = "Another message"
    assert execute.main(command) == 4
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["type"] == "IdempotencyKeyReusedError"
    assert error["idempotencyKey"] == "the key of this test"


@pytest.mark.parametrize(
    ("flags", "fix"),
    [
        (["--managed", "--agent-version", "v1"], "no --agent-version"),
        (["--idempotency-key", "k"], "needs --managed"),
    ],
)
def test_options_of_the_other_kind_of_agent_are_errors(
    flags: list[str], fix: str, capsys: Captured
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute.main([MANAGED_ID, "Hello", "--mock", *flags])
    assert ended.value.code == 2
    assert fix in capsys.readouterr().err


def test_chat_with_a_managed_agent(
    url: str, capsys: Captured, type_lines: Callable[..., None]
) -> None:
    type_lines("/id", "One", "Two", "/id", "/image http://x.example/a.png", "/raw", "/new", "Three")
    assert chat.main([MANAGED_ID, "--managed", "--mock-url", url]) == 0
    out = capsys.readouterr().out
    session = re.search(r'"sessionId": "(\w+)"', out)
    assert session
    assert out.startswith("No session yet.\nagent> Turn 1. You said: One\n")
    assert f"agent> Turn 2. You said: Two\n{session[1]}\nManaged agents take no images.\n" in out
    assert out.endswith("agent> Turn 1. You said: Three\n")


def test_chat_names_the_tools_that_a_managed_agent_used(
    mock_with: Callable[..., str],
    capsys: Captured,
    type_lines: Callable[..., None],
    tmp_path: Path,
) -> None:
    file = tmp_path / "search.yaml"
    file.write_text(
        "name: search\nturns:\n- user: find\n"
        "  agent: {response: Found it., toolsFired: [web_search]}\n"
    )
    type_lines("find")
    assert chat.main([MANAGED_ID, "--managed", "--mock-url", mock_with(dialogues=str(file))]) == 0
    assert capsys.readouterr().out == "agent> Found it.\n       (Tools used: web_search.)\n"


def test_a_chat_is_recorded_as_a_dialogue(
    url: str, tmp_path: Path, capsys: Captured, type_lines: Callable[..., None]
) -> None:
    file = tmp_path / "talk.yaml"
    arguments = [ECHO_ID, "--mock-url", url, "--record", str(file)]
    type_lines("Hello", "I am ada@example.com")
    assert chat.main(arguments) == 0
    assert "agent> Turn 2." in capsys.readouterr().out
    text = file.read_text("utf-8")
    assert '- user: ="Hello"\n    agent: ' in text
    assert "ada@" not in text
    assert chat.main(arguments) == 2
    assert f"--record: {file}: exists" in capsys.readouterr().err


def test_a_chat_that_fails_is_recorded_to_its_end(
    url: str, tmp_path: Path, capsys: Captured, type_lines: Callable[..., None]
) -> None:
    file = tmp_path / "talk.yaml"
    type_lines("Hello")
    agent = "inactiveagent00000000000"
    assert chat.main([agent, "--mock-url", url, "--record", str(file)]) == 4
    assert "Agent is not active" in capsys.readouterr().err
    assert "rule: agent-inactive" in file.read_text("utf-8")


def test_recording_needs_the_mock(
    monkeypatch: pytest.MonkeyPatch, url: str, capsys: Captured
) -> None:
    monkeypatch.setattr(chat, "entry_points", lambda **_: [])
    assert chat.main([ECHO_ID, "--mock-url", url, "--record", "talk.yaml"]) == 2
    assert "--record needs the recorder of the mock." in capsys.readouterr().err
