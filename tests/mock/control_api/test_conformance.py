"""Conformance report and coverage by the control API."""

from __future__ import annotations

from leadway_mock.conformance import RULES
from tests.mock.client import EmulatorClient
from tests.mock.control_api.api import CONTRACT, Api


def test_a_client_that_drops_the_execution_id_is_reported(api: Api, client: EmulatorClient) -> None:
    for message in ("one", "two", "three"):
        client.say(message, contactId="ann")
    report = api.get("/conformance")
    assert (report["passed"], report["requests"]) == (False, 3)
    (finding,) = report["findings"]
    assert finding["id"] == "execution-id-dropped"
    assert finding["occurrences"][0]["journalEntries"] == [1, 2, 3]
    allowed = api.get("/conformance", allow=["execution-id-dropped", "token-in-url"])
    assert (allowed["passed"], allowed["findings"]) == (True, [])


def test_a_finding_that_does_not_exist_cannot_be_allowed(api: Api) -> None:
    error = api.call("GET", "/conformance", status=400, allow=["token-in-url", "x"])
    assert error["message"].startswith("'allow' must be one of execution-id-dropped, ")


def test_the_contract_of_the_control_api_knows_the_findings() -> None:
    operation = next(each for each in CONTRACT.operations if each.id == "getConformance")
    assert operation.parameters[0]["schema"]["items"]["enum"] == list(RULES)


def test_outcomes_are_covered_as_they_occur(api: Api, client: EmulatorClient) -> None:
    client.say()
    client.say("")
    current, *_ = api.get("/coverage")["operations"]
    met = {outcome["rule"]: outcome["hits"] for outcome in current["outcomes"]}
    assert (met["reply"], met["body-invalid"], met["agent-unknown"]) == (1, 1, 0)
