"""Hints of error responses: they name the mistake that real clients make, and how to fix it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest

from leadway_mock.contract.model import Contract
from leadway_mock.http.messages import Request, header_text
from leadway_mock.pipeline.request_log import HINTS, hint_of
from leadway_mock.util.redaction import REDACTED, redact_text
from tests.mock.client import CURRENT, LOCATION, TOKEN, EmulatorClient, content

GOOD = {"message": "hi", "locationId": LOCATION}
UUID = TOKEN.removeprefix("pit-")


def snake_case(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def properties(contract: Contract) -> list[str]:
    schema = contract.operations[0].body_schema
    assert schema
    return [*schema["properties"]]


@pytest.mark.parametrize("spell", [snake_case, str.upper, str.lower, str.capitalize])
def test_another_spelling_of_every_property_is_named(
    client: EmulatorClient, contract: Contract, spell: Callable[[str], str]
) -> None:
    for name in properties(contract):
        written = spell(name)
        if written == name:
            continue
        body = {each: value for each, value in GOOD.items() if each != name} | {written: "x"}
        hint = client.send(body).hint
        assert f"unknown property '{written}'; did you mean '{name}'?" in hint, hint


@pytest.mark.parametrize("name", ["location_id", "LocationID", "accountId", "location-id"])
def test_a_misnamed_location_is_named(client: EmulatorClient, name: str) -> None:
    response = client.send({"message": "hi", name: LOCATION})

    assert response.rule == "location-missing"
    assert response.hint == f"/{name}: unknown property '{name}'; did you mean 'locationId'?"


def test_a_location_that_is_not_misnamed_is_missing(client: EmulatorClient) -> None:
    assert client.send({"message": "hi", "color": 1}).hint.startswith("Send the sub-account's id")
    many = {f"x{number}": 1 for number in range(1000)} | {"location_id": LOCATION}
    assert client.send(many).rule == "location-missing"


def test_null_for_every_optional_property_is_to_be_left_out(
    client: EmulatorClient, contract: Contract
) -> None:
    for name in set(properties(contract)) - {"message", "locationId"}:
        hint = client.send(GOOD | {name: None}).hint
        assert re.search(rf"/{name}: {name} must be an? \w+; leave it out instead of null\.", hint)


def test_null_for_a_required_property_is_not_allowed(client: EmulatorClient) -> None:
    hint = client.send(GOOD | {"message": None}).hint
    nested = client.send(GOOD | {"attachments": [None, {"type": None, "imageUrl": None}]}).hint

    assert "/message: message must be a string; null is not allowed." in hint
    assert "/attachments/0: attachments.0 must be an object; leave it out instead of" in nested
    assert "/attachments/1/imageUrl: attachments.1.imageUrl must be a string; null is not" in nested


def test_a_missing_value_is_not_called_empty_too(client: EmulatorClient) -> None:
    missing, empty = client.send({"locationId": LOCATION}), client.send(GOOD | {"message": ""})
    assert missing.hint == "/message: 'message' is missing."
    assert content(missing)["message"][1:] == ["message should not be empty"]
    assert empty.hint == "/message: message should not be empty."


def test_an_empty_array_of_php_is_to_be_an_object(client: EmulatorClient) -> None:
    hint = client.send(GOOD | {"inputVariables": [], "attachments": {}}).hint

    assert "inputVariables must be an object; send {} or leave it out; in PHP, cast" in hint
    assert "attachments must be an array; send [] or leave it out." in hint


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (f"Bearer {UUID}", "The token lacks the prefix pit-."),
        (f"Bearer {UUID.upper()}", "The token lacks the prefix pit-."),
        (f"Bearer Bearer {TOKEN}", "Something surrounds the token"),
        (f'Bearer "{TOKEN}"', "Something surrounds the token"),
        (f"Bearer <{TOKEN}>", "Something surrounds the token"),
        (f"Bearer {TOKEN},", "Something surrounds the token"),
        ("Bearer secret", "A token is well-formed as"),
        ("Bearer pit-123", "A token is well-formed as"),
        (TOKEN, "Send 'Authorization: Bearer <token>'"),
    ],
)
def test_the_hint_about_a_token_is_not_redacted(
    client: EmulatorClient, value: str, hint: str
) -> None:
    response = client.send(GOOD, headers={"authorization": value})
    [entry] = client.emulator.journal.entries(after=0, limit=9)

    assert response.status == 401
    assert response.hint.startswith(hint)
    assert redact_text(response.hint) == response.hint
    assert entry["response"]["hint"] == header_text(response.hint) == response.hint
    assert REDACTED not in entry["response"]["hint"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        (f"{CURRENT}/", "Leave out the slash at the end."),
        (f"{CURRENT}//", "There are two slashes in a row"),
        (f"/{CURRENT}", "There are two slashes in a row"),
        (
            CURRENT.replace("/agent/", "/agents/"),
            "Did you mean /agent-studio/agent/{agentId}/execute?",
        ),
        (
            CURRENT.replace("/agent/", "/agents/") + "/",
            "Leave out the slash at the end. Did you mean /agent-studio/agent/{agentId}/execute?",
        ),
        (
            CURRENT.replace("execute", "Execute"),
            "Did you mean /agent-studio/agent/{agentId}/execute?",
        ),
        (
            CURRENT.replace("/agent/", "/public-api/agent/"),
            "Did you mean /agent-studio/public-api/agents/{agentId}/execute?",
        ),
        (f"/v2{CURRENT}", "There is something before /agent-studio: the base URL is scheme and"),
        (f"/services/agent-studio{CURRENT}", "There is something before /agent-studio"),
        ("/", "To wait for the mock, use GET /__mock/health. The contract has 17 operations"),
        ("/" + "a/" * 5000, "Leave out the slash at the end. The contract has"),
    ],
)
def test_the_mistake_in_a_path_is_named(client: EmulatorClient, path: str, hint: str) -> None:
    response = client.send(GOOD, path=path)

    assert response.rule == "route-unknown"
    assert response.hint.startswith(hint)
    assert "operations, POST /agent-studio/agent/{agentId}/execute among them" in response.hint
    assert len(response.hint) < 1000


def test_only_agents_that_can_run_here_are_listed(client: EmulatorClient) -> None:
    hint = client.say(agent="nobody").hint

    assert "p1q2r3s4t5u6v7w8x9y0z1a2" in hint
    assert "unpublishedagent" not in hint
    assert "inactiveagent" not in hint


@pytest.mark.parametrize("idle", [0.0, 5.0, 1800.0])
def test_an_expired_session_has_one_text_with_its_own_time(
    client_with: Callable[..., EmulatorClient], idle: float
) -> None:
    client = client_with(session_idle_seconds=idle)
    session = client.begin()
    client.clock.advance(idle + 1)

    response = client.say(executionId=session)
    message = str(content(response)["message"])
    assert message.startswith("This executionId has expired")
    assert response.hint == f"It was idle for more than {idle:g} seconds."
    assert "minutes" not in message


def test_every_error_has_a_hint_for_the_log_without_a_quote(contract: Contract) -> None:
    errors = {name for name, each in contract.examples.items() if each.status >= 400}
    assert {name for name in errors if not hint_of(name)} == set()
    assert set(HINTS) <= errors | {"route-not-mocked"}  # This one is the mock's own.
    assert [each for each in HINTS.values() if redact_text(each) != each] == []


def test_the_log_says_why_a_path_is_not_mocked(
    client: EmulatorClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.send(path="/contacts/", method="GET")
    assert "Only the vendor's service has it" in caplog.text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"input": "hi", "locationId": LOCATION},
            "a name that the contract does not have, message",
        ),
        (GOOD | {"executionId": 5}, "The body violates its schema: executionId. Correct or leave"),
        (GOOD | {"secretName": 5}, "schema: a name that the contract does not have. Correct"),
        ({"message": "hi"}, "No `locationId`. Send the sub-account's id as locationId"),
        (GOOD | {"executionId": "a" * 24}, "No such session. Leave executionId out of the first"),
    ],
)
def test_the_log_says_what_to_do(
    client: EmulatorClient, caplog: pytest.LogCaptureFixture, body: dict[str, object], expected: str
) -> None:
    with caplog.at_level(logging.INFO):
        assert client.send(body).status >= 400
    (line,) = [each.getMessage() for each in caplog.records]
    assert expected in line
    assert "\n    " in line
    assert "input" not in line
    assert "secretName" not in line


def test_the_log_names_invalid_parameters(
    client: EmulatorClient, caplog: pytest.LogCaptureFixture
) -> None:
    query = f"locationId={LOCATION}&limit=many"
    headers = {"authorization": f"Bearer {TOKEN}", "version": "v3"}
    with caplog.at_level(logging.INFO):
        response = client.emulator.handle(
            Request("GET", "/agent-studio/managed-agents", query, headers, b"")
        )
    assert response.rule == "query-invalid"
    assert "A query parameter is invalid: limit. Correct" in caplog.text
