"""`leadway verify`: verdicts, exit codes, the question, and the file, over HTTP."""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadway_mock.agents.builtin import ECHO_ID, GOAL_ID
from leadway_mock.agents.registry import UNSCOPED_TOKEN
from leadway_mock.cli.options import FAILED, OK, USAGE_ERROR
from leadway_mock.cli.verify import COULD_NOT_LOOK, INTERRUPTED, NOTHING_ASKED, main
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.observations import read_observations
from leadway_mock.recording.verification.verifier import ProbeResult, verify
from leadway_mock.testing import Mock

TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
LOCATION = "C2QujeCh8ZnC7al2InWR"
ERRORS = ("no-token", "no-version", "no-location", "unknown-agent", "unknown-property")

Run = Callable[..., int]


@pytest.fixture
def target() -> Iterator[Mock]:
    """A second mock that plays the service: two of its responses differ."""
    settings: dict[str, Any] = {"unknown_session": "400", "unknown_properties": "ignore"}
    with Mock(any_token=True, strict=False, allow=("contract",), **settings) as mock:
        yield mock


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADWAY_TOKEN", TOKEN)
    monkeypatch.setenv("LEADWAY_LOCATION_ID", LOCATION)

    def verify(url: str, *arguments: str, yes: bool = True) -> int:
        flags = ["--base-url", url, "--agent", ECHO_ID, "--interval", "0"]
        allowed = ["--allow-private", "--allow-http"]
        return main([*flags, *allowed, *(["--yes"] if yes else []), *arguments])

    return verify


def written(folder: Path) -> Any:
    (file,) = (folder / "observations").iterdir()
    return json.loads(file.read_text("utf-8"))


def test_differences_are_printed_and_applied_until_none_is_left(
    target: Mock, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    probes = ("--only", "unknown-session", *ERRORS)
    assert run(target.url, *probes) == FAILED
    printed = capsys.readouterr().out
    assert "agrees          no-token\n" in printed
    assert "differs         unknown-session\n  /status: expected 404, actual 400\n" in printed
    assert "differs         unknown-property\n  /status: expected 422, actual 200\n" in printed
    assert "5 agree, 2 differ, 0 not asked, 0 could not be looked at.\n" in printed
    (file,) = (tmp_path / "observations").iterdir()
    assert f"leadway mock --observations observations/{file.name}\n" in printed

    assert run(target.url, *probes, "--observations", str(file)) == OK
    assert "7 agree, 0 differ, " in capsys.readouterr().out
    observations = read_observations(file, load_contract())
    assert observations.settings == {"unknown_properties": "ignore"}
    assert [each.rule for each in observations.responses] == ["session-unknown"]
    assert set(observations.evidence) >= {"token-invalid", "session-unknown"}


def test_all_probes_agree_with_an_equal_mock(run: Run, tmp_path: Path) -> None:
    with Mock(any_token=True, strict=False, seed=5) as mock:
        assert run(mock.url, "--other-agent", GOAL_ID) == OK
        content = written(tmp_path)
        assert content["target"] == mock.url
    assert {each["verdict"] for each in content["probes"]} == {"agrees"}
    assert content["responses"] == content["absentHeaders"] == []


def test_the_file_has_no_secret_and_no_id(
    target: Mock, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADWAY_UNSCOPED_TOKEN", UNSCOPED_TOKEN)
    run(target.url, "--other-agent", GOAL_ID)
    text = (next((tmp_path / "observations").iterdir())).read_text("utf-8")
    for each in (TOKEN, UNSCOPED_TOKEN, TOKEN[4:], LOCATION, ECHO_ID, GOAL_ID, "You said"):
        assert each not in text
    assert "<first-message/executionId>" in text


def test_an_interrupted_run_deletes_its_agent_and_keeps_what_it_observed(
    target: Mock, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def created() -> list[Any]:
        agents: list[Any] = httpx.get(f"{target.url}/__mock/agents").json()["agents"]
        return agents

    def interrupted(*arguments: Any) -> Iterator[ProbeResult]:
        calls.append(1)
        for result in verify(*arguments):
            yield result
            if result.probe.name == "create-agent" and len(calls) == 1:
                assert len(created()) == 1
                raise KeyboardInterrupt

    monkeypatch.setattr("leadway_mock.cli.verify.verify", interrupted)
    assert run(target.url, "--only", "no-token", "delete-agent") == INTERRUPTED
    assert created() == []
    probes = {each["probe"] for each in written(tmp_path)["probes"]}
    assert probes == {"no-token", "create-agent", "delete-agent"}


def test_earlier_observations_are_kept_with_their_dates(
    target: Mock, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(target.url, "--only", "no-token", "unknown-agent")
    (file,) = (tmp_path / "observations").iterdir()
    content = json.loads(file.read_text("utf-8"))
    content["probes"][0]["date"] = "2020-01-01"
    old = tmp_path / "old.json"
    old.write_text(json.dumps(content), "utf-8")
    flags = ("--observations", str(old), "--only", *ERRORS[:4], "--due", "30d")
    capsys.readouterr()
    assert run(target.url, *flags) == OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines[:3]] == ["no-version", "no-location", "no-token"]
    new = file.with_stem(f"{file.stem}-2")
    assert run(target.url, "--observations", str(new), "--only", *ERRORS[:3], "--due", "1d") == OK
    assert capsys.readouterr().out == "No probe is due.\n"
    dates = {each["probe"]: each["date"] for each in json.loads(new.read_text("utf-8"))["probes"]}
    assert set(dates) == {"unknown-agent", *ERRORS[:3]}
    assert "2020-01-01" not in dates.values()


def test_a_second_run_on_a_day_replaces_no_file(target: Mock, run: Run, tmp_path: Path) -> None:
    for probe in ("no-token", "no-version", "no-location"):
        assert run(target.url, "--only", probe) == OK
    texts = {each.stem[10:]: each.read_text("utf-8") for each in tmp_path.glob("observations/*")}
    assert set(texts) == {"", "-2", "-3"}
    assert "no-token" in texts[""]
    assert "no-location" in texts["-3"]


def test_an_agent_that_does_not_reply_shows_nothing(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Mock(any_token=True, strict=False) as mock:
        probes = ("first-message", "unknown-session", "no-token")
        assert run(mock.url, "--agent", "nobody", "--only", *probes) == COULD_NOT_LOOK
        sent = len(mock.journal)
    printed = capsys.readouterr().out
    reason = "the agent of --agent does not reply: 404 Agent not found"
    assert f"could not look  first-message: {reason}\n" in printed
    assert f"could not look  no-token: not sent: {reason}\n" in printed
    assert "0 agree, 0 differ, 0 not asked, 3 could not be looked at.\n" in printed
    assert sent == 2  # The first finds out whether token and location are accepted.
    assert not (tmp_path / "observations").exists()


def test_an_unusable_url_is_an_error_before_the_question(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("ftp://127.0.0.1", yes=False) == COULD_NOT_LOOK
    error = capsys.readouterr().err
    assert "must be an origin" in error
    assert "Requests:" not in error


def test_nothing_is_sent_before_the_user_agrees(
    target: Mock, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(target.url, "--only", "first-message", yes=False) == USAGE_ERROR
    error = capsys.readouterr().err
    assert error.startswith(
        "Requests: 1, in about 1 s. Runs of agents: 1, and at most 1 if the target accepts"
    )
    assert "add --yes to send the requests" in error
    for answer, code in (("n\n", USAGE_ERROR), ("", USAGE_ERROR), ("yes\n", OK)):
        stdin = StringIO(answer)
        monkeypatch.setattr(stdin, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", stdin)
        assert len(target.journal) == 0
        assert run(target.url, "--only", "first-message", yes=False) == code


def test_a_probe_without_its_value_is_not_asked(
    target: Mock, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(target.url, "--only", "token-without-scope", "execute-inactive-agent") == NOTHING_ASKED
    )
    printed = capsys.readouterr().out
    assert "not asked       execute-inactive-agent: needs --inactive-agent\n" in printed
    assert "0 agree, 0 differ, 2 not asked, 0 could not be looked at.\n" in printed
    assert not Path("observations").exists()


def test_a_budget_ends_what_could_run_the_agent(
    target: Mock, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("first-message", "session-continues", "list-agents")
    assert run(target.url, "--only", *names, "--max-runs", "1") == OK
    assert "session-continues: the budget of 1 agent runs is used up" in capsys.readouterr().out


def test_an_unreachable_target_could_not_be_looked_at(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    assert run(url) == COULD_NOT_LOOK
    printed = capsys.readouterr().out
    assert printed.startswith("could not look  ")
    assert "no connection" in printed
    assert "0 agree, 0 differ, " in printed
    assert not Path("observations").exists()


def test_a_page_of_a_proxy_could_not_be_looked_at(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    page = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def respond() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(page)

        thread = threading.Thread(target=respond)
        thread.start()
        assert run(f"http://127.0.0.1:{server.getsockname()[1]}") == COULD_NOT_LOOK
        thread.join()
    assert "403 with a body of the type text/html" in capsys.readouterr().out


def test_a_rejected_token_is_no_difference(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEADWAY_TOKEN", "not-a-token")
    with Mock(any_token=True, strict=False) as mock:
        assert run(mock.url) == COULD_NOT_LOOK
    assert "the target rejects the token or the location: 401 Invalid JWT" in (
        capsys.readouterr().out
    )


def test_accepted_differences(
    target: Mock, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = {
        "probe": "unknown-session",
        "pointer": "*",
        "expected": "*",
        "actual": "*",
        "reason": "It is a test.",
        "link": "https://example.com/issues/1",
    }
    idle = {**entry, "pointer": "/body/other"}
    file = tmp_path / "accepted.yaml"
    flags = ("--accepted", str(file), "--only", "unknown-session")
    file.write_text(json.dumps({"accepted": [entry]}), "utf-8")
    assert run(target.url, *flags) == OK
    file.write_text(json.dumps({"accepted": [entry, idle]}), "utf-8")
    assert run(target.url, *flags) == FAILED
    assert "an entry accepts nothing: unknown-session /body/other\n" in capsys.readouterr().out
    file.write_text("accepted: 1", "utf-8")
    assert run(target.url, *flags) == USAGE_ERROR


def test_json(target: Mock, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(target.url, "--json", "--only", "unknown-session", "execute-inactive-agent") == FAILED
    )
    shown = json.loads(capsys.readouterr().out)
    needed, first, second = shown["probes"]
    assert (needed["probe"], needed["verdict"]) == ("first-message", "agrees")
    assert first["verdict"] == "differs"
    assert first["differences"][0] == {
        "pointer": "/status",
        "expected": "404",
        "actual": "400",
    }
    assert (second["verdict"], second["reason"]) == ("not asked", "needs --inactive-agent")
    assert shown["unapplied"] == {}


def test_the_settings_of_the_environment_are_those_of_the_mock(
    target: Mock, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADWAY_MOCK_UNKNOWN_SESSION", "400")
    monkeypatch.setenv("LEADWAY_MOCK_STORE", "redis://nowhere:1")  # It is not used.
    assert run(target.url, "--only", "unknown-session") == OK


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--only", "unknown-sesion"), "there is no probe 'unknown-sesion'; did you mean 'unknown"),
        (("--due", "soon"), "--due must be a number of days, such as 30d, not 'soon'"),
        (("--observations", "nowhere.json"), "nowhere.json:1:1: cannot be read as JSON"),
        (("--accepted", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
    ],
)
def test_wrong_usage(
    run: Run, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...], message: str
) -> None:
    assert run("http://127.0.0.1:1", *flags) == USAGE_ERROR
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("flags", [("--interval", "-1"), ("--max-runs", "x"), ("--nothing",)])
def test_wrong_flags(run: Run, flags: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        run("http://127.0.0.1:1", *flags)


def test_what_is_missing_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LEADWAY_TOKEN")
    with pytest.raises(SystemExit):
        run("http://127.0.0.1:1")
    assert "set the variable LEADWAY_TOKEN" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("scheme", "flag"), [("http", "--allow-http"), ("https", "--allow-private")]
)
def test_an_unencrypted_or_private_target_needs_a_flag(
    run: Run, capsys: pytest.CaptureFixture[str], scheme: str, flag: str
) -> None:
    assert callable(run)  # It sets the environment.
    flags = ["--base-url", f"{scheme}://127.0.0.1:1", "--agent", ECHO_ID, "--yes"]
    assert main(flags) == COULD_NOT_LOOK
    assert flag in capsys.readouterr().err


def test_the_flags_of_the_page_exist(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) | {"--leadway-target"}
    page = (Path(__file__).parents[3] / "docs" / "verify.md").read_text("utf-8")
    flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page))
    assert flags - known == {"--leadway-interval", "--leadway-max-runs"}


def test_the_list_has_every_probe_and_what_is_not_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--list"]) == OK
    printed = capsys.readouterr().out
    assert "unknown-session: harmless, may run the agent; session-unknown, " in printed
    assert "Only mocks have it. agent-read-only, " in printed
