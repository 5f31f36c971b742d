"""The commands, as a terminal and a script meet them."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import pytest

from leadway import MADE_UP, Settings, errors
from leadway.commands import chat, doctor, execute, options
from leadway.commands.exits import CODES, exit_code
from leadway.commands.terminal import plain
from leadway.outcomes import Answer, Failure
from leadway_mock.agents import ECHO_ID, OTHER_LOCATION_TOKEN, UNKNOWN_TOKEN, UNSCOPED_TOKEN
from tests.sdk.conftest import LOCATION
from tests.sdk.hostile import Hostile, answer, say
from tests.sdk.outcomes import refused

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOKEN", "LOCATION_ID", "BASE_URL", "API_VERSION", "TIMEOUT"):
        monkeypatch.delenv(f"LEADWAY_{name}", raising=False)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Type lines, at a terminal or into a pipe."""

    def type_(*lines: str, terminal: bool = False) -> None:
        source = io.StringIO("".join(f"{line}\n" for line in lines))
        source.isatty = lambda: terminal  # type: ignore[method-assign]
        monkeypatch.setattr(sys, "stdin", source)

    return type_


def test_execute_prints_what_the_agent_says(url: str, capsys: Captured) -> None:
    assert execute.main([ECHO_ID, "Hello", "--mock", url, "--var", "name=John"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Turn 1. You said: Hello\n")
    assert '"name": "John"' in out


def test_execute_goes_on_with_a_session(url: str, capsys: Captured) -> None:
    execute.main([ECHO_ID, "Hello", "--mock", url, "--json"])
    session = json.loads(capsys.readouterr().out)["executionId"]
    assert execute.main([ECHO_ID, "Again", "--mock", url, "--session", session, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["response"] == "Turn 2. You said: Again"


def test_execute_reads_the_message_from_a_pipe(
    url: str, capsys: Captured, typed: Callable[..., None]
) -> None:
    typed("Hello")
    assert execute.main([ECHO_ID, "-", "--mock", url]) == 0
    assert "You said: Hello" in capsys.readouterr().out


def test_nobody_to_hear_the_answer_is_no_traceback(url: str) -> None:
    heard_by, written_to = os.pipe()
    os.close(heard_by)
    command = [sys.executable, "-m", "leadway", "execute", ECHO_ID, "Hi", "--mock", url]
    ended = subprocess.run(
        command, stdout=written_to, stderr=subprocess.PIPE, timeout=30, check=False
    )
    os.close(written_to)
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.parametrize(("main", "arguments"), [(execute.main, ["-"]), (chat.main, [])])
def test_what_is_no_text_is_told(
    url: str,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    main: Callable[[list[str]], int],
    arguments: list[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\n"), "utf-8"))
    assert main([ECHO_ID, *arguments, "--mock", url]) == 4
    assert "Standard input is no text in utf-8." in capsys.readouterr().err


def test_streams_that_are_closed_are_borne(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert chat.main([ECHO_ID, "--mock", url]) == 0
    monkeypatch.setattr(sys, "stdout", None)
    assert execute.main([ECHO_ID, "Hi", "--mock", url]) == 0


def test_execute_tells_an_error_to_people_and_to_programs(url: str, capsys: Captured) -> None:
    call = ["inactiveagent00000000000", "Hello", "--mock", url]
    assert execute.main(call) == 4
    told = capsys.readouterr()
    assert (told.out, "Agent is not active" in told.err) == ("", True)
    assert execute.main([*call, "--json"]) == 4
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["type"] == "InactiveAgentError"
    assert (error["status"], error["retrySafe"], error["attempts"]) == (400, False, 1)


def test_execute_names_what_is_missing(capsys: Captured) -> None:
    assert execute.main([ECHO_ID, "Hello"]) == 2
    assert re.search("LEADWAY_TOKEN.*LEADWAY_LOCATION_ID", capsys.readouterr().err)


@pytest.mark.parametrize("arguments", [[], [ECHO_ID], [ECHO_ID, "Hi", "--var", "novalue"]])
def test_wrong_usage_is_told(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        execute.main(arguments)
    assert ended.value.code == 2


def test_every_error_has_its_exit_code_and_help_says_so(capsys: Captured) -> None:
    assert exit_code(errors.MisdirectedTokenError("No")) == 2
    assert exit_code(errors.WrongLocationError("No")) == 3
    assert exit_code(errors.SessionExpiredError("No")) == 4
    assert exit_code(errors.UpstreamTimeoutError("No")) == 6
    assert exit_code(errors.TimedOutError("No")) == 7
    with pytest.raises(SystemExit):
        execute.main(["--help"])
    text = capsys.readouterr().out
    assert all(f" {code} " in text for _, code in CODES)


def test_chat_over_a_pipe_prints_what_the_agent_says(
    url: str, capsys: Captured, typed: Callable[..., None]
) -> None:
    typed("One", "", "Two", "/quit", "Three")
    assert chat.main([ECHO_ID, "--mock", url]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "agent> Turn 1. You said: One",
        "agent> Turn 2. You said: Two",
    ]


def test_chat_over_a_pipe_ends_with_the_first_error(
    url: str, capsys: Captured, typed: Callable[..., None]
) -> None:
    typed("One", "Two")
    assert chat.main(["inactiveagent00000000000", "--mock", url]) == 4
    assert capsys.readouterr().err.count("Agent is not active") == 1


def test_chat_at_a_terminal(url: str, capsys: Captured, typed: Callable[..., None]) -> None:
    typed(
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
    assert chat.main([ECHO_ID, "--mock", url]) == 0
    told = capsys.readouterr()
    assert told.out.count("You said: Two\n") == 2
    for part in (
        '{"name": "John"}',
        "1 picture(s)",
        "       Attachments: ",
        '"success": true',
        "Turn 1. You said: Three",
        "/quit ",
        "no such command",
    ):
        assert part in told.out, part
    assert re.search(r"^you> [a-z0-9]{24}$", told.out, re.MULTILINE)
    assert "'nonsense' is not NAME=VALUE" in told.err


def test_chat_goes_on_after_an_error_and_tells_of_the_goal(
    url: str, capsys: Captured, typed: Callable[..., None]
) -> None:
    typed("One", "Two", "Three", terminal=True)
    assert chat.main(["goalonturn3agent00000000", "--mock", url]) == 0
    assert "reached its goal" in capsys.readouterr().out
    typed("One", "Two", terminal=True)
    assert chat.main(["inactiveagent00000000000", "--mock", url]) == 0
    assert capsys.readouterr().err.count("Agent is not active") == 2


def test_control_sequences_of_strangers_do_not_reach_the_terminal() -> None:
    assert plain("a\x1b[2Jb\x07\r\u202e\nc\td") == "a\ufffd[2Jb\ufffd\ufffd\ufffd\nc\td"
    assert plain("\ud800") in {"\ufffd", "?"}


def environment(monkeypatch: pytest.MonkeyPatch, url: str, token: str = MADE_UP) -> None:
    for name, value in {"TOKEN": token, "LOCATION_ID": LOCATION, "BASE_URL": url}.items():
        monkeypatch.setenv(f"LEADWAY_{name}", value)


def states(out: str) -> dict[str, str]:
    rows = (line.split(None, 2) for line in out.splitlines())
    return {what: sign for sign, what, _ in rows}


def test_doctor_finds_nothing_where_nothing_is_wrong(
    url: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(monkeypatch, url)
    assert doctor.main([]) == 0
    found = states(capsys.readouterr().out)
    assert found == dict.fromkeys(
        ["settings", "network", "clock", "token", "version", "scope", "location"], "ok"
    )


@pytest.mark.parametrize(
    ("token", "flags", "found"),
    [
        (UNKNOWN_TOKEN, [], ["BAD", "?", "?", "?"]),
        (MADE_UP, ["--api-version", "1999-01-01"], ["ok", "BAD", "?", "?"]),
        (UNSCOPED_TOKEN, [], ["ok", "ok", "BAD", "?"]),
        (OTHER_LOCATION_TOKEN, [], ["ok", "ok", "ok", "BAD"]),
    ],
)
def test_doctor_tells_the_four_gates_apart(
    url: str, monkeypatch: pytest.MonkeyPatch, token: str, flags: list[str], found: list[str]
) -> None:
    environment(monkeypatch, url, token)
    told = io.StringIO()
    with redirect_stdout(told):
        assert doctor.main(flags) == 1
    gates = ["token", "version", "scope", "location"]
    assert [states(told.getvalue())[gate] for gate in gates] == found


def test_doctor_is_heard_by_no_agent(hostile_server: Hostile, capsys: Captured) -> None:
    hostile_server.will(say(answer(422, b'{"message": ["message should not be empty"]}')))
    assert doctor.main(["--mock", hostile_server.url]) == 0
    (request,) = hostile_server.heard
    assert doctor.NOBODY.encode() in request
    assert json.loads(request.partition(b"\r\n\r\n")[2])["message"] == ""
    assert "did not say what time" in capsys.readouterr().out


def test_doctor_says_what_is_wrong_with_settings(capsys: Captured) -> None:
    assert doctor.main([]) == 2
    assert "BAD settings" in capsys.readouterr().err


NOW = 1_800_000_000.0


def examined(outcome: Answer | Failure, **options: Any) -> dict[str, tuple[bool | None, str]]:
    given = {"token": MADE_UP, "location_id": LOCATION, "base_url": "http://127.0.0.1:4010"}
    settings = Settings.made(**given | options)
    found = doctor.examine(settings, outcome, NOW)
    return {each.what: (each.well, each.told) for each in found}


def test_doctor_knows_a_clock_that_is_wrong() -> None:
    early = "Fri, 15 Jan 2027 07:50:00 GMT"
    assert examined(refused(422, date=early))["clock"] == (
        False,
        "600 s ahead: OAuth tokens will seem expired; set the clock by NTP",
    )
    assert examined(refused(422, date="nonsense"))["clock"][0]


@pytest.mark.parametrize(
    ("outcome", "what", "told"),
    [
        (Failure(errors.ConnectionFailedError, "Gone"), "network", "that the service runs."),
        (refused(401, "Invalid JWT"), "token", "or refresh the OAuth token."),
        (refused(403, "Something else"), "network", "Something else. (HTTP 403)."),
    ],
)
def test_doctor_sends_nobody_to_the_doctor(outcome: Answer | Failure, what: str, told: str) -> None:
    found = examined(outcome)[what]
    assert found[1].endswith(told)
    assert "leadway doctor" not in found[1]


def test_doctor_reads_when_a_token_has_expired() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9." + "eyJleHAiOjE3OTk5OTk5MDB9.c2lnbmF0dXJl"
    found = examined(refused(401, "Invalid JWT"), token=token, send_token_anywhere=True)
    assert found["token"] == (False, "the OAuth token has expired 100 s ago: refresh it")


@pytest.mark.parametrize(
    "outcome",
    [
        Failure(errors.ConnectionFailedError, "No connection"),
        Answer(403, b"<html>"),
        Answer(200, b"<html>"),
        refused(403, "Something else"),
        refused(404, "Cannot POST /x"),
        refused(502),
        Answer(200, b'{"response": "a", "executionId": "b"}'),
    ],
)
def test_doctor_knows_no_more_than_it_can(outcome: Answer | Failure) -> None:
    found = examined(outcome)
    assert found["network"][0] is False
    assert [found[what][0] for what in ("token", "version", "scope", "location")] == [None] * 4


MOCK_FIRST = [
    (execute.main, "--mock AGENT Hello", "Turn 1. You said: Hello\n"),
    (execute.main, "AGENT --mock Hello", "Turn 1. You said: Hello\n"),
    (execute.main, "AGENT Hello --mock", "Turn 1. You said: Hello\n"),
    (execute.main, "--mock URL AGENT Hello", "Turn 1. You said: Hello\n"),
    (execute.main, "--mock=URL AGENT Hello", "Turn 1. You said: Hello\n"),
    (execute.main, "--mock --json AGENT Hello", '"Turn 1. You said: Hello"'),
    (execute.main, "--mock -- AGENT --mock", "Turn 1. You said: --mock\n"),
    (chat.main, "--mock AGENT", "agent> Turn 1. You said: Hello\n"),
    (chat.main, "--mock URL AGENT", "agent> Turn 1. You said: Hello\n"),
    (doctor.main, "--mock --timeout 5", "ok  location"),
]


@pytest.mark.parametrize("case", MOCK_FIRST, ids=lambda case: case[1])
def test_mock_takes_a_url_and_nothing_else(
    case: tuple[Callable[[list[str]], int], str, str],
    url: str,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    typed: Callable[..., None],
) -> None:
    main, line, told = case
    typed("Hello")
    monkeypatch.setattr(options, "MOCK_URL", url)
    address = url.replace("http", "HTTP")
    words = {"AGENT": ECHO_ID, "URL": address, "--mock=URL": f"--mock={address}"}
    assert main([words.get(each, each) for each in line.split(" ")]) == 0
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("main", "line", "shown"),
    [
        (execute.main, "--mock localhost:4010 AGENT Hello", "'localhost:4010'"),
        (execute.main, "AGENT Hello --mock 4010", "'4010'"),
        (execute.main, "AGENT Hello --mock ", "''"),
        (execute.main, "--mock AGENT", f"'{ECHO_ID}'"),
        (execute.main, "--mock=AGENT Hello you", "'AGENT'"),
        (execute.main, "--mock= AGENT Hello", "''"),
        (chat.main, "AGENT --mock localhost", "'localhost'"),
        (doctor.main, "--mock localhost", "'localhost'"),
        (doctor.main, "--mock ", "''"),
    ],
)
def test_what_is_no_url_behind_mock_is_told(
    capsys: Captured, main: Callable[[list[str]], int], line: str, shown: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([ECHO_ID if word == "AGENT" else word for word in line.split(" ")])
    assert ended.value.code == 2
    said = f"{shown}: a URL begins with http:// or https://, such as http://127.0.0.1:4010\n"
    assert capsys.readouterr().err.endswith(said)


def test_wrong_usage_that_has_nothing_to_do_with_it_says_nothing_of_it(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        execute.main(["--mock"])
    assert "a URL begins" not in capsys.readouterr().err
