"""Error texts of the commands name flags and variables; those of Python name arguments."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from dataclasses import fields

import pytest

from leadway import MOCK_TOKEN, LeadwayError, Settings, SettingsError, errors
from leadway.commands import chat, doctor, execute
from leadway.commands.options import add_message_options, create_parser
from leadway.commands.terminal import _FLAGS, _HINTS, error_text
from leadway_mock.agents.builtin import ECHO_ID
from tests.sdk.hostile_server import HostileServer, response, send_bytes
from tests.sdk.test_errors import ALL_ERRORS
from tests.sdk.test_settings import REAL_TOKEN

Captured = pytest.CaptureFixture[str]

PYTHON = re.compile(r"\b[a-z]+_[a-z_]+\b|\w\(|=True|`(?!leadway )\w+`")
"""Names with underscores, calls, keyword arguments, code: what nobody types at a prompt."""

NOT_RAISED = {errors.ClientClosedError, errors.ConversationBusyError}
"""A command closes its client last, and waits for each response, so it cannot raise these."""


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in fields(Settings):
        monkeypatch.delenv(f"LEADWAY_{each.name.upper()}", raising=False)


@pytest.fixture(autouse=True)
def piped_stdin(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stdin = io.StringIO("Hello\n")
    monkeypatch.setattr(sys, "stdin", stdin)
    return stdin


@pytest.mark.parametrize(
    "kind",
    [kind for kind in ALL_ERRORS if kind not in NOT_RAISED],
    ids=lambda kind: kind.__name__,
)
def test_hints_of_commands_contain_no_python(kind: type[LeadwayError]) -> None:
    text = error_text(kind("It broke", status=500, trace_id="abc"))
    assert text.startswith("It broke. (HTTP 500, trace id abc)")
    assert not PYTHON.search(text)


def test_python_texts_contain_python_names() -> None:
    assert str(errors.SessionNotFoundError("No")).endswith(
        "conversation(..., restart_expired=True)."
    )
    assert str(errors.RequestTimeoutError("No")).endswith("raise `timeout`.")
    assert "Check `base_url`, " in str(errors.ConnectionFailedError("No"))
    with pytest.raises(SettingsError, match=r"^`timeout` must be a number above 0"):
        Settings.create(token=MOCK_TOKEN, location_id="here", timeout=0)


def test_words_of_the_service_are_not_changed() -> None:
    error = errors.InvalidRequestError("`timeout` must be a number")
    assert error_text(error).startswith("`timeout` must be a number. ")


def test_every_flag_and_variable_in_a_text_exists() -> None:
    parser = create_parser("execute", "")
    add_message_options(parser)
    flags = set(re.findall(r"--[a-z-]+", parser.format_help()))
    variables = {f"LEADWAY_{each.name.upper()}" for each in fields(Settings)}
    texts = " ".join([*_FLAGS.values(), *_HINTS.values()])
    assert set(re.findall(r"--[a-z-]+", texts)) <= flags
    assert set(re.findall(r"LEADWAY_\w+", texts)) <= variables


BASE_URL = r"--base-url \(or --mock-url, or LEADWAY_BASE_URL\)"
COMMANDS: dict[str, tuple[Callable[[list[str]], int], list[str]]] = {
    "execute": (execute.main, ["AGENT", "Hello"]),
    "chat": (chat.main, ["AGENT"]),
    "doctor": (doctor.main, []),
}


def run(command: str, *flags: str, agent: str = ECHO_ID) -> int:
    main, words = COMMANDS[command]
    return main([*(agent if word == "AGENT" else word for word in words), *flags])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("", r"--mock or LEADWAY_TOKEN, .*; --location-id or LEADWAY_LOCATION_ID, "),
        ("--mock-url http://localhost/x", f"{BASE_URL} must be scheme and host only"),
        (f"LEADWAY_TOKEN={MOCK_TOKEN} --location-id x --base-url localhost", f"{BASE_URL} must"),
        ("--mock-url http://me:too@localhost", f"{BASE_URL} must not contain a user name"),
        ("--mock --timeout 0", r"--timeout \(or LEADWAY_TIMEOUT\) must be a number above 0"),
        ("--mock --api-version é", r"--api-version \(or LEADWAY_API_VERSION\) must be a word"),
        ("LEADWAY_CONNECT_TIMEOUT=0 --mock", "LEADWAY_CONNECT_TIMEOUT must be a number above 0"),
        ("LEADWAY_MAX_RESPONSE_BYTES=0 --mock", "LEADWAY_MAX_RESPONSE_BYTES must be a number"),
        (f"LEADWAY_TOKEN={MOCK_TOKEN} --location-id x", r"--mock-url, .* --send-token-anywhere\."),
        (f"LEADWAY_TOKEN={REAL_TOKEN} --location-id x --base-url http://localhost", "--send-token"),
    ],
)
def test_an_invalid_setting_is_named_by_its_flag_or_variable(
    command: str, line: str, text: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    flags = line.split()
    while flags and flags[0].startswith("LEADWAY_"):
        monkeypatch.setenv(*flags.pop(0).split("="))
    assert run(command, *flags) == 2
    printed = capsys.readouterr().err
    assert re.search(text, printed)
    assert not PYTHON.search(printed)


PAGE = b"<html>Blocked</html>"
ERROR_RESPONSES = [
    (response(200, PAGE), f"page of a proxy, check {BASE_URL}"),
    (response(403, PAGE), f"check {BASE_URL}, and the proxies"),
    (response(404, PAGE), f"{BASE_URL} must be scheme and host only"),
    (response(401, b'{"message": "version header was not found."}'), "--api-version"),
    (response(404, b'{"message": "executionId not found"}'), "without --session, or with /new"),
    (response(404, b'{"message": "Agent not found"}'), "--location-id"),
    (response(404, b'{"message": "Version not found"}'), "Leave --agent-version out"),
    (response(429, b'{"message": "No"}', Retry_After="99"), "300 in a minute: wait"),
    (response(500, b'{"message": "No"}'), "only a 503 with Retry-After"),
]


@pytest.mark.parametrize(("data", "text"), ERROR_RESPONSES)
@pytest.mark.parametrize("command", ["execute", "chat"])
def test_an_error_response_ends_with_a_hint_for_the_command_line(
    command: str, data: bytes, text: str, hostile_server: HostileServer, capsys: Captured
) -> None:
    hostile_server.respond_with(send_bytes(data))
    assert run(command, "--mock-url", hostile_server.url) > 2
    printed = capsys.readouterr().err
    assert re.search(text, printed)
    assert not PYTHON.search(printed)


def test_the_interactive_chat_prints_the_same_hint(
    hostile_server: HostileServer, piped_stdin: io.StringIO, capsys: Captured
) -> None:
    piped_stdin.isatty = lambda: True  # type: ignore[method-assign]
    hostile_server.respond_with(send_bytes(response(404, b'{"message": "Version not found"}')))
    assert run("chat", "--mock-url", hostile_server.url) == 0
    assert "Leave --agent-version out" in capsys.readouterr().err


def test_the_doctor_prints_the_same_hint(hostile_server: HostileServer, capsys: Captured) -> None:
    hostile_server.respond_with(send_bytes(response(403, PAGE)))
    assert run("doctor", "--mock-url", hostile_server.url) == 1
    assert re.search(f"BAD network .* check {BASE_URL}", capsys.readouterr().out)


def test_errors_as_json_name_flags(capsys: Captured) -> None:
    assert run("execute", "--mock", "--timeout", "0", "--json") == 2
    message = json.loads(capsys.readouterr().out)["error"]["message"]
    assert message == "--timeout (or LEADWAY_TIMEOUT) must be a number above 0, not 0.0."


@pytest.mark.parametrize("command", ["execute", "chat"])
def test_an_agent_id_with_a_slash_is_not_blamed_on_the_base_url(
    command: str, hostile_server: HostileServer, capsys: Captured
) -> None:
    hostile_server.respond_with(send_bytes(response(404, PAGE)))
    assert run(command, "--mock-url", hostile_server.url, agent="foo/bar") == 4
    printed = capsys.readouterr().err
    assert "not 'foo/bar', which contains '/'" in printed
    assert "base" not in printed
    assert hostile_server.received == []
