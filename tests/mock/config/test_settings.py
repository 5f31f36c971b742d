from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from leadway_mock.cli.main import main
from leadway_mock.cli.serve import read_settings
from leadway_mock.config.settings import Settings, SettingsError, flag, from_environment, variable


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("flags", "environment", "expected"),
    [
        ([], {}, 4010),
        ([], {"LEADWAY_MOCK_PORT": "1"}, 1),
        (["--port", "2"], {"LEADWAY_MOCK_PORT": "1"}, 2),
        (["--port", "0"], {"LEADWAY_MOCK_PORT": "1"}, 0),
    ],
)
def test_a_flag_wins_over_a_variable_over_the_default(
    flags: list[str], environment: dict[str, str], expected: int
) -> None:
    assert read_settings(flags, environment).port == expected


OBSERVATIONS = str(Path(__file__).parents[1] / "contract" / "observations.json")

FLAGS = {
    "host": (["--host", "::1"], "::1"),
    "port": (["--port", "8080"], 8080),
    "tls": (["--tls"], True),
    "cors": (["--cors", "http://a:1,https://b"], ("http://a:1", "https://b")),
    "allow_host": (["--allow-host", "a", "--allow-host", "b,c"], ("a", "b", "c")),
    "agents_file": (["--agents-file", "a.yaml"], "a.yaml"),
    "dialogues": (["--dialogues", "talks"], "talks"),
    "observations": (["--observations", OBSERVATIONS], OBSERVATIONS),
    "store": (["--store", "sqlite:///a.db"], "sqlite:///a.db"),
    "seed": (["--seed", "7"], 7),
    "profile": (["--profile", "observed"], "observed"),
    "session_idle_seconds": (["--session-idle-seconds", "1.5"], 1.5),
    "unknown_session": (["--unknown-session", "new-session"], "new-session"),
    "unknown_properties": (["--unknown-properties", "ignore"], "ignore"),
    "session_version": (["--session-version", "keep"], "keep"),
    "publish_state": (["--publish-state", "draft"], "draft"),
    "nodes_in_create": (["--nodes-in-create", "fail"], "fail"),
    "author_fields": (["--author-fields", "required"], "required"),
    "list_paging": (["--list-paging", "optional"], "optional"),
    "unknown_query": (["--unknown-query", "ignore"], "ignore"),
    "idempotency_key_seconds": (["--idempotency-key-seconds", "60"], 60.0),
    "idempotency_scope": (["--idempotency-scope", "all"], "all"),
    "idempotency_mismatch": (["--idempotency-mismatch", "repeat"], "repeat"),
    "idempotency_concurrent": (["--idempotency-concurrent", "conflict"], "conflict"),
    "enforce_quotas": (["--enforce-quotas"], True),
    "quota_preset": (["--quota-preset", "sandbox"], "sandbox"),
    "quota_10_seconds": (["--quota-10-seconds", "1"], 1),
    "quota_minute": (["--quota-minute", "2"], 2),
    "quota_day": (["--quota-day", "3"], 3),
    "send_retry_after": (["--no-send-retry-after"], False),
    "validate_responses": (["--validate-responses"], True),
    "max_body_bytes": (["--max-body-bytes", "10"], 10),
    "max_agent_bytes": (["--max-agent-bytes", "10"], 10),
    "max_agents": (["--max-agents", "10"], 10),
    "max_sessions": (["--max-sessions", "10"], 10),
    "max_turns": (["--max-turns", "10"], 10),
    "max_journal": (["--max-journal", "10"], 10),
    "console": (["--no-console"], False),
    "read_only": (["--read-only"], True),
    "quiet": (["--quiet"], True),
    "threads": (["--threads", "2"], 2),
    "workers": (["--workers", "2"], 2),
}


@pytest.mark.parametrize(
    ("flags", "limits"),
    [
        ([], (100, 300, 200_000)),
        (["--quota-preset", "sandbox"], (25, 300, 10_000)),
        (["--quota-preset", "sandbox", "--quota-day", "50"], (25, 300, 50)),
        (["--quota-10-seconds", "7"], (7, 300, 200_000)),
    ],
)
def test_explicit_quotas_win_over_the_preset(flags: list[str], limits: tuple[int, ...]) -> None:
    assert tuple(read_settings(flags, {}).quotas.values()) == limits


def test_every_setting_has_a_case() -> None:
    assert set(FLAGS) == {setting.name for setting in fields(Settings)}


@pytest.mark.parametrize("name", FLAGS)
def test_every_setting_is_a_flag(name: str) -> None:
    flags, value = FLAGS[name]
    assert getattr(read_settings(flags, {}), name) == value != getattr(Settings(), name)


@pytest.mark.parametrize("name", FLAGS)
def test_every_setting_is_a_variable(name: str) -> None:
    _, value = FLAGS[name]
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    assert getattr(read_settings([], {f"LEADWAY_MOCK_{name.upper()}": text}), name) == value


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("0", False), ("Off", False), ("", False)]
)
def test_switches_take_the_usual_words(text: str, value: bool) -> None:  # noqa: FBT001
    assert from_environment({"LEADWAY_MOCK_SEND_RETRY_AFTER": text}) == {"send_retry_after": value}


def test_other_variables_are_ignored() -> None:
    assert from_environment({"PORT": "1", "LEADWAY_TOKEN": "x"}) == {}


def test_a_misspelt_variable_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(
        SettingsError, match=r"PROT is not a setting; did you mean 'LEADWAY_MOCK_PORT'\?"
    ):
        from_environment({"LEADWAY_MOCK_PROT": "1"})


def test_an_unknown_variable_is_an_error_that_lists_the_known_ones() -> None:
    message = r"XYZ is not a setting; known are LEADWAY_MOCK_HOST, LEADWAY_MOCK_PORT, .*WORKERS$"
    with pytest.raises(SettingsError, match=message):
        from_environment({"LEADWAY_MOCK_XYZ": "1"})


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--port", "http"], "port must be a whole number, not 'http'."),
        (["--port", "-1"], "port must be at least 0, not -1."),
        (["--port", "65536"], "port must be at most 65535, not 65536."),
        (["--session-idle-seconds", "x"], "must be a number, not 'x'."),
        (["--session-idle-seconds", "nan"], "must be a number, not nan."),
        (["--profile", "both"], "profile must be one of documented, observed, not 'both'."),
        (["--unknown-session", "500"], "must be one of 404, 400, new-session, not '500'."),
        (["--max-journal", "0"], "must be at least 1, not 0."),
    ],
)
def test_an_invalid_value_is_an_error_that_says_what_is_valid(
    flags: list[str], message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(flags, {})
    assert message in str(caught.value)


def test_a_switch_that_is_neither_on_nor_off() -> None:
    with pytest.raises(SettingsError, match="send_retry_after must be true or false, not 'maybe'"):
        from_environment({"LEADWAY_MOCK_SEND_RETRY_AFTER": "maybe"})


ERRORS = [
    ("session_idle_seconds", "x", "must be a number, not 'x'."),
    ("session_idle_seconds", "-1", "must be at least 0, not -1.0."),
    ("quota_10_seconds", "0", "must be at least 1, not 0."),
    ("workers", "65", "must be at most 64, not 65."),
    ("profile", "both", "must be one of documented, observed, not 'both'."),
]


@pytest.mark.parametrize("command", [[], ["env"], ["exec"]])
@pytest.mark.parametrize(
    ("wrong", "is_flag"),
    [
        *((each, is_flag) for each in ERRORS for is_flag in (True, False)),
        (("send_retry_after", "maybe", "must be true or false, not 'maybe'."), False),
    ],
)
def test_errors_of_commands_name_flag_and_variable(
    command: list[str],
    wrong: tuple[str, str, str],
    is_flag: bool,  # noqa: FBT001 - of a table
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, text, what = wrong
    flags = [flag(name), text] if is_flag else []
    if not is_flag:
        monkeypatch.setenv(variable(name), text)
    behind = ["--", "true"] if command == ["exec"] else []
    assert main([*command, *flags, *behind]) == 2
    said = f"{' '.join(['leadway mock', *command])}: {flag(name)} (or {variable(name)}) {what}\n"
    assert capsys.readouterr().err == said


def test_errors_of_exec_name_flag_and_variable(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["exec", "--workers", "2", "--", "true"]) == 2
    said = "leadway mock exec: --workers (or LEADWAY_MOCK_WORKERS) must be 1 in a test: "
    assert capsys.readouterr().err.startswith(said)


def test_errors_of_python_name_the_argument() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(session_idle_seconds=-1)
    message = "session_idle_seconds must be at least 0, not -1."
    twin = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert [str(caught.value), str(twin)] == [message, message]
    assert twin.on_command_line() == caught.value.on_command_line()
