"""What a command says is in its own words; what Python reads stays Python."""

from __future__ import annotations

import copy
import io
import json
import pickle
import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import fields

import pytest

from leadway import MADE_UP, LeadwayError, Settings, SettingsError, errors
from leadway.commands import chat, doctor, execute
from leadway.commands.options import add_message_options, parser
from leadway.wording import setting, typed, worded
from leadway_mock.agents import ECHO_ID
from tests.sdk.hostile import Hostile, answer, say
from tests.sdk.test_errors import EVERY
from tests.sdk.test_settings import REAL

Captured = pytest.CaptureFixture[str]

PYTHON = re.compile(r"\b[a-z]+_[a-z_]+\b|\w\(|=True|`(?!leadway )\w+`")
"""Names with underscores, calls, keyword arguments, code: whatever nobody types at a prompt."""

NEVER_TYPED = {errors.ClosedError, errors.ConversationBusyError}
"""A command closes its client last, and waits for each answer: it cannot meet these."""

TYPED = [kind for kind in EVERY if kind not in NEVER_TYPED]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in fields(Settings):
        monkeypatch.delenv(f"LEADWAY_{each.name.upper()}", raising=False)


@pytest.fixture(autouse=True)
def piped(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    source = io.StringIO("Hello\n")
    monkeypatch.setattr(sys, "stdin", source)
    return source


@pytest.mark.parametrize("kind", TYPED, ids=lambda kind: kind.__name__)
def test_no_cure_speaks_python_on_the_command_line(kind: type[LeadwayError]) -> None:
    told = kind("It broke", status=500, trace_id="abc").on_command_line()
    assert told.startswith("It broke. (HTTP 500, trace id abc)")
    assert not PYTHON.search(told)


def test_python_still_reads_python() -> None:
    assert str(errors.SessionExpiredError("No")).endswith(
        "conversation(..., restart_expired=True)."
    )
    assert str(errors.TimedOutError("No")).endswith("raise `timeout`.")
    assert "Check base_url, " in str(errors.ConnectionFailedError("No"))
    with pytest.raises(SettingsError, match=r"^timeout is a number above 0"):
        Settings.made(token=MADE_UP, location_id="here", timeout=0)


def test_every_flag_and_variable_that_is_named_is_there() -> None:
    made: ArgumentParser = parser("execute", "")
    add_message_options(made)
    flags = set(re.findall(r"--[a-z-]+", made.format_help()))
    variables = {f"LEADWAY_{each.name.upper()}" for each in fields(Settings)}
    names = ("api_version", "base_url", "connect_timeout", "max_answer_bytes", "timeout")
    said = " ".join(
        [*(typed(kind.cure) for kind in EVERY), *(typed(setting(n, "")) for n in names)]
    )
    assert set(re.findall(r"--[a-z-]+", said)) <= flags
    assert set(re.findall(r"LEADWAY_\w+", said)) <= variables


def test_both_wordings_survive_pickle_and_copy() -> None:
    error = SettingsError(setting("timeout", "is wrong."))
    twins = [pickle.loads(pickle.dumps(error, protocol)) for protocol in range(6)]  # noqa: S301 - our own
    for twin in (*twins, copy.copy(error), copy.deepcopy(error)):
        assert str(twin) == "timeout is wrong."
        assert twin.on_command_line() == "--timeout (or LEADWAY_TIMEOUT) is wrong."


def test_a_text_with_one_wording_is_the_same_for_both() -> None:
    assert typed("Hello") == "Hello"
    assert typed(worded("here", "there")) == "there"


BASE_URL = r"--base-url \(or --mock, or LEADWAY_BASE_URL\)"
COMMANDS: dict[str, tuple[Callable[[list[str]], int], list[str]]] = {
    "execute": (execute.main, ["AGENT", "Hello"]),
    "chat": (chat.main, ["AGENT"]),
    "doctor": (doctor.main, []),
}


def ended(command: str, *flags: str, agent: str = ECHO_ID) -> int:
    main, words = COMMANDS[command]
    return main([*(agent if word == "AGENT" else word for word in words), *flags])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", r"LEADWAY_TOKEN, .*; LEADWAY_LOCATION_ID \(or --location-id\), .* with --mock\."),
        ("--mock http://localhost/x", f"{BASE_URL} is scheme and host alone"),
        (f"LEADWAY_TOKEN={MADE_UP} --location-id x --base-url localhost", f"{BASE_URL} is an addr"),
        ("--mock http://me:too@localhost", f"{BASE_URL} has a user name or password"),
        ("--mock --timeout 0", r"--timeout \(or LEADWAY_TIMEOUT\) is a number above 0"),
        ("--mock --api-version é", r"--api-version \(or LEADWAY_API_VERSION\) is a word"),
        ("LEADWAY_CONNECT_TIMEOUT=0 --mock", "LEADWAY_CONNECT_TIMEOUT is a number above 0"),
        ("LEADWAY_MAX_ANSWER_BYTES=0 --mock", "LEADWAY_MAX_ANSWER_BYTES is a number above 0"),
        (f"LEADWAY_TOKEN={MADE_UP} --location-id x", r"give --mock, .* --send-token-anywhere\."),
        (f"LEADWAY_TOKEN={REAL} --location-id x --base-url http://localhost", "--send-token-any"),
    ],
)
def test_what_is_wrong_with_a_setting_names_its_flag_or_variable(
    command: str, line: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    flags = line.split()
    while flags and flags[0].startswith("LEADWAY_"):
        monkeypatch.setenv(*flags.pop(0).split("="))
    assert ended(command, *flags) == 2
    said = capsys.readouterr().err
    assert re.search(told, said)
    assert not PYTHON.search(said)


PAGE = b"<html>Blocked</html>"
REFUSALS = [
    (answer(200, PAGE), f"look at the address in {BASE_URL}"),
    (answer(403, PAGE), f"look at {BASE_URL}, and at what lies"),
    (answer(404, PAGE), f"{BASE_URL} is scheme and host alone"),
    (answer(401, b'{"message": "version header was not found."}'), "--api-version and LEADWAY_API"),
    (answer(404, b'{"message": "executionId not found"}'), "leave --session out .* or type /new"),
    (answer(404, b'{"message": "Agent not found"}'), r"\(--location-id or LEADWAY_LOCATION_ID\)"),
    (answer(404, b'{"message": "Version not found"}'), "Leave --agent-version out"),
    (answer(429, b'{"message": "No"}', Retry_After="99"), "wait, and send fewer"),
    (answer(500, b'{"message": "No"}'), "Unless it is a 503 that asks to wait"),
]


@pytest.mark.parametrize(("came", "told"), REFUSALS)
@pytest.mark.parametrize("command", ["execute", "chat"])
def test_a_refusal_ends_with_what_helps_at_the_prompt(
    command: str, came: bytes, told: str, hostile_server: Hostile, capsys: Captured
) -> None:
    hostile_server.will(say(came))
    assert ended(command, "--mock", hostile_server.url) > 2
    said = capsys.readouterr().err
    assert re.search(told, said)
    assert not PYTHON.search(said)


def test_so_it_does_where_somebody_types(
    hostile_server: Hostile, piped: io.StringIO, capsys: Captured
) -> None:
    piped.isatty = lambda: True  # type: ignore[method-assign]
    hostile_server.will(say(answer(404, b'{"message": "Version not found"}')))
    assert ended("chat", "--mock", hostile_server.url) == 0
    assert "Leave --agent-version out" in capsys.readouterr().err


def test_the_doctor_says_so_of_the_network(hostile_server: Hostile, capsys: Captured) -> None:
    hostile_server.will(say(answer(403, PAGE)))
    assert ended("doctor", "--mock", hostile_server.url) == 1
    assert re.search(f"BAD network .* look at {BASE_URL}", capsys.readouterr().out)


def test_so_do_errors_as_json(capsys: Captured) -> None:
    assert ended("execute", "--mock", "--timeout", "0", "--json") == 2
    message = json.loads(capsys.readouterr().out)["error"]["message"]
    assert message == "--timeout (or LEADWAY_TIMEOUT) is a number above 0, and not 0.0."


@pytest.mark.parametrize("command", ["execute", "chat"])
def test_an_agents_id_with_a_slash_is_no_matter_of_addresses(
    command: str, hostile_server: Hostile, capsys: Captured
) -> None:
    hostile_server.will(say(answer(404, PAGE)))
    assert ended(command, "--mock", hostile_server.url, agent="foo/bar") == 4
    said = capsys.readouterr().err
    assert "'foo/bar' is no agent's id: it has a '/' in it." in said
    assert "base" not in said
    assert hostile_server.heard == []
