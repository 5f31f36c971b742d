"""Faults by the control API."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import httpx
import pytest

from leadway_mock.config.settings import Settings
from leadway_mock.faults import schema_text
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.mock.client import TOKEN, EmulatorClient
from tests.mock.control_api.api import CONTRACT, Api
from tests.mock.raw_client import RawClient
from tests.wait import wait_until


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
    assert f"{problem['message']} — {problem['hint']}." in error["message"]


def test_the_contract_of_the_control_api_knows_the_fields_of_a_fault() -> None:
    expected = CONTRACT.document["components"]["schemas"]["Fault"]["properties"]
    assert list(expected) == list(json.loads(schema_text())["properties"])


def test_connections_are_refused_and_then_accepted_again(client: EmulatorClient) -> None:
    app = create_app(emulator=client.emulator)
    header = "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 15"
    refuse = f"POST /__mock/connections/refuse HTTP/1.1\r\n{header}\r\n\r\n".encode()
    health = b"GET /__mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with open_server(app, Settings(port=0)) as server:
        for _ in range(2):
            with RawClient(server.url) as other, RawClient(server.url) as caller:
                assert (reply := other.send(health).reply())
                assert reply.status == 200
                reply = caller.send(refuse + b'{"seconds":1.5}').reply()
                assert reply
                assert reply.json() == {"seconds": 1.5}
                assert reply.headers["connection"] == "close"
                with pytest.raises(ConnectionRefusedError):
                    RawClient(server.url)
                with suppress(ConnectionResetError):
                    assert other.reply() is None
            wait_until(lambda: httpx.get(f"{server.url}/__mock/health").is_success)


def test_a_server_stops_while_connections_are_refused(client: EmulatorClient) -> None:
    with open_server(create_app(emulator=client.emulator), Settings(port=0)) as server:
        with httpx.Client() as other:
            url = f"{server.url}/__mock/connections/refuse"
            assert other.post(url, json={"seconds": 60}).status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("seconds", [0, -1, 61, "1", None])
def test_the_time_of_refusal_is_limited(api: Api, seconds: object) -> None:
    error = api.post("/connections/refuse", {"seconds": seconds}, status=422)
    assert error["problems"][0]["pointer"] == "/seconds"


def test_another_server_cannot_refuse_connections(api: Api) -> None:
    error = api.post("/connections/refuse", {"seconds": 1}, status=409)
    assert "`leadway mock` without --workers" in error["message"]
