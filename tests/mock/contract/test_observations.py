"""Files of observations: errors with pointers, and a mock that does what was observed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import GOAL_ID
from leadway_mock.cli.main import main
from leadway_mock.cli.options import USAGE_ERROR
from leadway_mock.cli.serve import read_settings
from leadway_mock.config.settings import Settings
from leadway_mock.contract.behaviours import behaviours
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.observations import (
    ObservationsError,
    observed_settings,
    parse_observations,
    read_observations,
)
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.state.journal_query import compile_query
from leadway_mock.testing import Mock
from leadway_mock.web import create_app
from tests.mock.client import EmulatorClient, content

FILE = Path(__file__).with_name("observations.json")

Change = Callable[[Any], object]


@pytest.fixture(scope="module")
def observed() -> Iterator[EmulatorClient]:
    settings = read_settings(["--observations", str(FILE), "--validate-responses"], {})
    clock = ManualClock()
    with closing(build_emulator(settings, clock)) as emulator:
        yield EmulatorClient(emulator, clock)


def test_an_observed_error_has_its_status_body_and_evidence(observed: EmulatorClient) -> None:
    response = observed.say(executionId="made-up-00000000")
    assert (response.status, response.rule) == (410, "session-unknown")
    assert content(response)["message"] == "Session gone"
    assert len(content(response)["traceId"]) == 36  # A new one each time.
    assert response.headers["X-Mock-Evidence"] == "observed, 2026-11-29"


def test_an_observed_session_error_may_be_a_new_session(observed: EmulatorClient) -> None:
    session = observed.begin()
    response = observed.say(agent=GOAL_ID, executionId=session)
    assert response.status == 200
    assert content(response)["executionId"] != session


def test_a_fixed_message_does_not_depend_on_the_request(observed: EmulatorClient) -> None:
    response = observed.send({}, path="/nowhere")
    assert (response.status, content(response)) == (404, {"message": "Nothing"})


def test_absent_headers_are_absent_from_responses_of_their_status(
    observed: EmulatorClient,
) -> None:
    rejected = observed.send({}, headers={"authorization": None})
    names = {name.lower() for name in rejected.headers}
    assert rejected.status == 401
    assert not {"www-authenticate", "x-ratelimit-max"} & names
    assert "x-ratelimit-remaining" in names
    assert observed.say().headers["X-RateLimit-Max"] == "25"


def test_a_version_can_be_rejected(observed: EmulatorClient) -> None:
    response = observed.send({}, headers={"version": "legacy"})
    assert (response.status, response.rule) == (401, "version-unknown")
    assert observed.send({}, headers={"version": "v3"}).rule == "location-missing"


def test_settings_are_those_that_were_observed(observed: EmulatorClient) -> None:
    assert observed.say(input="Hello").status == 200
    settings = observed.emulator.settings
    assert (settings.unknown_properties, settings.quota_10_seconds) == ("ignore", 25)


def test_a_flag_and_a_variable_win_over_observations() -> None:
    flags = ["--observations", str(FILE), "--unknown-properties", "reject"]
    settings = read_settings(flags, {"LEADWAY_MOCK_QUOTA_10_SECONDS": "7"})
    assert (settings.unknown_properties, settings.quota_10_seconds) == ("reject", 7)
    assert observed_settings({"seed": 1}) == {"seed": 1}


def test_evidence_of_the_table_has_the_date_and_the_target() -> None:
    contract = read_observations(FILE).apply(load_contract())
    rows = {row.id: row for row in behaviours(contract)}
    assert rows["session-unknown"].evidence == "observed, 2026-11-29"
    assert rows["unknown-property-rejected"].evidence == "observed, 2026-11-30"
    assert rows["unknown-property-rejected"].source == (
        "`leadway verify` against https://service.example"
    )
    assert rows["reply"].evidence == "documented"  # It differs, so nothing is proven.
    assert load_contract().evidence["session-unknown"] == "invented"


def test_the_control_api_and_the_journal_have_the_date(observed: EmulatorClient) -> None:
    observed.say(executionId="made-up-00000000")
    client = create_app(emulator=observed.emulator).test_client()
    listed = json.loads(client.get("/__mock/behaviours").data)["behaviours"]
    rows = {row["id"]: row for row in listed}
    assert rows["session-unknown"]["evidence"] == "observed, 2026-11-29"
    for evidence in ("observed", "observed, 2026-11-29"):
        query = compile_query({"evidence": evidence, "rule": "session-unknown"})
        assert list(observed.emulator.journal.find(query)), evidence


def test_a_mock_of_a_test_behaves_as_observed() -> None:
    with Mock(serve=False, observations=str(FILE), allow="contract") as mock:
        settings = mock.host.emulator.settings
        assert settings.unknown_properties == "ignore"
        assert mock.host.emulator.contract.examples["session-unknown"].status == 410


def test_the_json_form_is_kept() -> None:
    observations = read_observations(FILE, load_contract())
    assert parse_observations(observations.to_json()) == observations
    assert Settings(**observations.settings) == Settings(
        unknown_properties="ignore", quota_10_seconds=25
    )


def put(name: str, value: Any) -> Change:
    return lambda content: content.__setitem__(name, value)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (put("version", 2), "/version: `version` cannot be `2`"),
        (lambda value: value.pop("target"), "`target` is missing here"),
        (put("date", "yesterday"), "/date: `date` has an invalid value"),
        (put("settings", {"host": "0.0.0.0"}), "/settings/host: `host` is not known here"),  # noqa: S104 - it is rejected
        (put("settings", {"unknownQuery": "500"}), "/settings/unknownQuery: `unknownQuery` cannot"),
        (
            put("responses", [{"rule": "session-unknow"}]),
            "/responses/0/rule: names no example of the contract — did you mean 'session-unknown'?",
        ),
        (put("responses", [{"rule": "reply", "status": 99}]), "/responses/0/status: "),
        (put("responses", [{"rule": "reply", "body": []}]), "/responses/0/body: "),
        (put("absentHeaders", [{"status": "400", "names": []}]), "/absentHeaders/0/status: "),
        (put("probes", [{}]), "/probes/0: `probe` is missing here"),
        (put("more", 1), "/more: `more` is not known here"),
    ],
)
def test_a_wrong_file_is_named_with_a_pointer(tmp_path: Path, change: Change, problem: str) -> None:
    value = json.loads(FILE.read_text("utf-8"))
    change(value)
    path = tmp_path / "observations.json"
    path.write_text(json.dumps(value), "utf-8")
    with pytest.raises(ObservationsError) as caught:
        read_observations(path, load_contract())
    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"{path}:/")


@pytest.mark.parametrize("text", ["", "<html>", "[" * 100_000])
def test_what_is_no_json_does_not_start_a_mock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "observations.json"
    path.write_text(text, "utf-8")
    assert main(["--observations", str(path)]) == USAGE_ERROR
    error = capsys.readouterr().err
    assert error.startswith(f"leadway mock: {path}:1:1: cannot be read as JSON")
    assert "use a file that `leadway verify` has written" in error


def test_a_missing_file_does_not_start_a_mock(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--observations", "/nowhere/a.json"]) == USAGE_ERROR
    assert "No such file" in capsys.readouterr().err
