"""The journal by the control API: search, count, and unused input."""

from __future__ import annotations

from typing import Any

import pytest

from leadway_mock.agents.builtin import VARIABLES_ID
from tests.mock.client import CURRENT, LOCATION, EmulatorClient
from tests.mock.control_api.api import Api


@pytest.fixture
def execution_id(client: EmulatorClient) -> str:
    """Five requests: a turn, another, an invalid body, an unknown path, a call without a token."""
    execution_id = client.begin(message="haircut please")
    client.say("Tuesday", executionId=execution_id)
    client.send({"input": "x", "locationId": LOCATION})
    client.send({}, path="/nowhere/at/all")
    client.send({}, headers={"authorization": None})
    return execution_id


def numbers(found: Any) -> list[int]:
    return [entry["number"] for entry in found["entries"]]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"status": 200}, [1, 2]),
        ({"status": "4xx"}, [3, 4, 5]),
        ({"status": [404, 401]}, [4, 5]),
        ({"status": ["2xx", 422]}, [1, 2, 3]),
        ({"rule": "reply"}, [1, 2]),
        ({"rule": ["reply", "token-invalid"]}, [1, 2, 5]),
        ({"operationId": "executeAgent"}, [1, 2, 3, 5]),
        ({"agentId": CURRENT.split("/")[3]}, [1, 2, 3, 5]),
        ({"locationId": LOCATION}, [1, 2, 3]),
        ({"turn": 2}, [2]),
        ({"turn": [1, 2]}, [1, 2]),
        ({"turn": 2.0}, [2]),
        ({"path": "/nowhere/at/all"}, [4]),
        ({"path": "/nowhere/*"}, [4]),
        ({"path": "*/execute"}, [1, 2, 3, 5]),
        ({"path": "/agent-studio/*/execute"}, [1, 2, 3, 5]),
        ({"path": "*"}, [1, 2, 3, 4, 5]),
        ({"path": "/nowhere"}, []),
        ({"path": "/nowhere/at/all*l"}, []),
        ({"method": "GET"}, []),
        ({"evidence": "observed"}, [3, 4, 5]),
        ({"body": "haircut"}, [1]),
        ({"body": ["haircut", "Tues"]}, [1, 2]),
        ({"body": "haircut", "status": 404}, []),
        ({"hasUnusedInput": True}, []),
        ({"truncated": False}, [1, 2, 3, 4, 5]),
    ],
)
@pytest.mark.usefixtures("execution_id")
def test_entries_are_found_by_what_they_have(
    api: Api, match: dict[str, Any], expected: list[int]
) -> None:
    assert numbers(api.post("/journal/find", {"match": match})) == expected
    counted = api.post("/journal/count", {"match": match})
    assert counted == {"count": len(expected), "kept": 5, "written": 5}


def test_a_conversation_is_found_by_its_id(api: Api, execution_id: str) -> None:
    found = api.post("/journal/find", {"match": {"executionId": execution_id}})
    assert numbers(found) == [1, 2]


@pytest.mark.usefixtures("execution_id")
def test_requests_that_no_script_expects(api: Api) -> None:
    assert numbers(api.get("/journal/unmatched")) == [3, 4]


@pytest.mark.usefixtures("execution_id")
def test_the_newest_come_first_if_asked_for(api: Api) -> None:
    assert numbers(api.get("/journal", order="newest")) == [5, 4, 3, 2, 1]
    first = api.get("/journal", order="newest", limit=2)
    second = api.get("/journal", order="newest", limit=2, after=first["next"])
    third = api.get("/journal", order="newest", limit=2, after=second["next"])
    pages = (first, second, third)
    assert [numbers(page) for page in pages] == [[5, 4], [3, 2], [1]]
    assert third["next"] is None
    assert api.get("/journal", order="newest", limit=5)["next"] is None


def test_long_journals_are_walked_either_way(api: Api, client: EmulatorClient) -> None:
    for _ in range(450):
        client.send({}, path="/nowhere")
    query = {"limit": 1000, "match": {"status": 404}}
    oldest = numbers(api.post("/journal/find", query))
    newest = numbers(api.post("/journal/find", query | {"order": "newest"}))
    assert oldest == list(range(1, 451)) == newest[::-1]


def test_dropped_entries_are_counted_and_not_found(api: Api, client: EmulatorClient) -> None:
    api.call("PATCH", "/settings", {"maxJournal": 3})
    for _ in range(210):
        client.send({}, path="/nowhere")
    assert numbers(api.get("/journal", order="newest")) == [210, 209, 208]
    assert numbers(api.get("/journal", order="newest", after=209)) == [208]
    assert api.post("/journal/count") == {"count": 3, "kept": 3, "written": 210}


@pytest.mark.parametrize(
    ("match", "pointer", "expected"),
    [
        ({"stauts": 404}, "/match/stauts", "unknown property 'stauts'; did you mean 'status'?"),
        ({"status": 99}, "/match/status", "99 is less than the minimum of 100"),
        ({"status": "404"}, "/match/status", "'404' does not match '^[1-5]xx$'"),
        ({"turn": "x"}, "/match/turn", "match.turn must be an integer number or an array."),
        ({"rule": []}, "/match/rule", "[] should be non-empty"),
    ],
)
def test_a_matcher_that_is_invalid_is_reported_where_and_why(
    api: Api, match: object, pointer: str, expected: str
) -> None:
    for path in ("/journal/find", "/journal/count", "/journal/wait"):
        error = api.post(path, {"match": match}, status=422)
        assert error["message"] == expected
        assert error["problems"][0]["pointer"] == pointer


def unused_input(api: Api) -> Any:
    return api.get("/journal", order="newest", limit=1)["entries"][0].get("unusedInput")


def test_properties_that_were_ignored_are_unused(api: Api, client: EmulatorClient) -> None:
    client.say(inputs="x", attachments=[{"type": "image", "imageUrl": "u", "alt": "x"}])
    assert unused_input(api) is None  # It was rejected, which says enough.
    api.call("PATCH", "/settings", {"unknownProperties": "ignore"})
    client.say(input_variables={}, attachments=[{"type": "image", "imageUrl": "u", "alt": "x"}])
    hint = "unknown property 'input_variables'; did you mean 'inputVariables'?"
    assert unused_input(api)[0] == {"in": "body", "pointer": "/input_variables", "hint": hint}
    assert [each["pointer"] for each in unused_input(api)] == [
        "/input_variables",
        "/attachments/0/alt",
    ]


def test_query_parameters_that_are_unknown_are_unused(api: Api, client: EmulatorClient) -> None:
    body = {"message": "hi", "locationId": LOCATION}
    client.send(body, query="source=api&__example=reply")
    assert unused_input(api) is None
    api.call("PATCH", "/settings", {"unknownQuery": "ignore"})
    client.send(body, query="sources=api&x&x", headers={"x-unknown": "1"})
    assert unused_input(api) == [
        {"in": "query", "name": name, "hint": "The operation has source."}
        for name in ("sources", "x")
    ]


def test_variables_that_the_agent_does_not_declare_are_unused(
    api: Api, client: EmulatorClient
) -> None:
    client.say(inputVariables={"anything": 1})
    assert unused_input(api) is None  # The echo declares none, and reads them all.
    client.say(agent=VARIABLES_ID, inputVariables={"a/b": 1})
    (only,) = unused_input(api)
    assert only["pointer"] == "/inputVariables/a~1b"
    assert only["hint"].startswith("The agent declares ")


def test_the_list_of_unused_fields_is_limited(api: Api, client: EmulatorClient) -> None:
    api.call("PATCH", "/settings", {"unknownQuery": "ignore"})
    client.send(
        {"message": "hi", "locationId": LOCATION}, query="&".join(map("x{}=".format, range(999)))
    )
    assert len(unused_input(api)) == 50


def test_truncated_values_are_marked(api: Api, client: EmulatorClient) -> None:
    headers = {f"x-{number}": "1" for number in range(100)} | {"x-long": "y" * 5000}
    client.send(b"x" * 20_000, path="/" + "p" * 3000, headers={"a~b/c": "y" * 5000} | headers)
    (entry,) = api.post("/journal/find", {"match": {"truncated": True}})["entries"]
    assert entry["truncated"] == [
        "/request/path",
        "/request/headers",
        "/request/headers/a~0b~1c",
        "/request/body",
    ]
