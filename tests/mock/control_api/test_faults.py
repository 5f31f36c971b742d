"""Faults by the control API."""

from __future__ import annotations

import json

import pytest

from leadway_mock.faults import schema_text
from tests.mock.client import TOKEN, EmulatorClient
from tests.mock.control_api.api import CONTRACT, Api


def test_a_fault_is_armed_fires_and_is_counted(api: Api, client: EmulatorClient) -> None:
    armed = api.post("/faults", {"status": 500, "times": 2}, status=201)
    assert (armed["id"], armed["hits"], armed["remaining"]) == ("fault-1", 0, 2)
    assert [client.say().status for _ in range(3)] == [500, 500, 200]
    (listed,) = api.get("/faults")["faults"]
    assert (listed["hits"], listed["remaining"]) == (2, 0)
    for match, expected in ((True, [1, 2]), (False, [3]), ("fault-1", [1, 2]), ("fault-2", [])):
        found = api.post("/journal/find", {"match": {"fault": match}})["entries"]
        assert [entry["number"] for entry in found] == expected


def test_faults_are_disarmed_one_or_all(api: Api, client: EmulatorClient) -> None:
    for name in ("a", "b", "c"):
        api.post("/faults", {"id": name, "status": 500}, status=201)
    assert api.call("DELETE", "/faults/a") == {"disarmed": 1}
    assert api.call("DELETE", "/faults/a", status=404)
    assert [each["id"] for each in api.get("/faults")["faults"]] == ["b", "c"]
    assert api.call("DELETE", "/faults") == {"disarmed": 2}
    assert client.say().status == 200


def test_faults_are_reset_with_their_counts(api: Api, client: EmulatorClient) -> None:
    api.post("/faults", {"id": "a", "status": 500}, status=201)
    client.say()
    api.post("/reset", {"scope": ["faults"]})
    assert api.get("/faults") == {"faults": []}


def test_a_fault_of_a_namespace_is_its_own(api: Api, client: EmulatorClient) -> None:
    own = Api(api.client, TOKEN)
    own.call("PUT", "/namespace")
    api.post("/faults", {"status": 500}, status=201)
    assert own.get("/faults") == {"faults": []}
    assert client.say().status == 200


@pytest.mark.parametrize(
    ("fault", "pointer", "expected"),
    [
        ({}, "", "this fault has no effect"),
        ({"operationId": "executeAgnet", "status": 500}, "/operationId", "there is no operation"),
        ({"status": 418, "headers": {"Date": "x"}}, "/headers/Date", "the mock itself sends Date"),
        ({"status": 204, "body": "x"}, "/body", "a 204 response has no body"),
        ({"staus": 500}, "/staus", "is not known here"),
        ({"status": "500"}, "/status", "must be a whole number"),
        ({"latency": {"uniform": [1]}}, "/latency/uniform", "has an invalid value"),
    ],
)
def test_a_fault_that_is_invalid_is_reported_where_and_why(
    api: Api, fault: object, pointer: str, expected: str
) -> None:
    error = api.post("/faults", fault, status=422)
    (problem, *_) = error["problems"]
    assert problem["pointer"] == pointer
    assert expected in problem["message"]
    assert problem["hint"]


def test_the_contract_of_the_control_api_knows_the_fields_of_a_fault() -> None:
    expected = CONTRACT.document["components"]["schemas"]["Fault"]["properties"]
    assert list(expected) == list(json.loads(schema_text())["properties"])
