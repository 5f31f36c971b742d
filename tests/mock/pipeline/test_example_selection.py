from __future__ import annotations

import pytest

from tests.mock.client import EmulatorClient, content


@pytest.mark.parametrize(
    ("prefer", "status", "rule"),
    [
        ("code=404", 404, "agent-unknown"),
        ("example=session-expired", 404, "session-expired"),
        ("code=401, example=version-unknown", 401, "version-unknown"),
        ('code="429"', 429, "quota-exceeded"),
        ("CODE=500", 500, "server-error"),
        ("dynamic=true; code=503", 503, "proxy-unavailable"),
        ("code=200", 200, "reply"),
        ("example=reply-goal-completed", 200, "reply-goal-completed"),
    ],
)
def test_prefer_selects_an_example(
    client: EmulatorClient, prefer: str, status: int, rule: str
) -> None:
    response = client.send({"message": "hi", "locationId": "L"}, headers={"prefer": prefer})
    assert (response.status, response.rule) == (status, rule)
    assert response.content == client.emulator.contract.examples[rule].content
    assert response.headers["Preference-Applied"].lower() in prefer.lower().replace('"', "")


def test_an_example_is_no_turn(client: EmulatorClient) -> None:
    client.send({"message": "hi", "locationId": "L"}, headers={"prefer": "code=200"})
    assert client.emulator.sessions.count() == 0


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("__code=404", "agent-unknown"),
        ("__example=agent-inactive&source=api", "agent-inactive"),
        ("code=404", "query-unknown"),
        ("__dynamic=true", "reply"),
    ],
)
def test_the_query_selects_an_example_too(client: EmulatorClient, query: str, rule: str) -> None:
    response = client.send({"message": "hi", "locationId": "L"}, query=query)
    assert response.rule == rule


def test_the_header_wins_over_the_query(client: EmulatorClient) -> None:
    body = {"message": "hi", "locationId": "L"}
    response = client.send(body, query="__code=404", headers={"prefer": "code=500"})
    assert response.status == 500


@pytest.mark.parametrize("prefer", ["return=minimal", "wait=10, respond-async", "code", "code="])
def test_other_preferences_are_ignored(client: EmulatorClient, prefer: str) -> None:
    response = client.send({"message": "hi", "locationId": "L"}, headers={"prefer": prefer})
    assert response.rule == "reply"
    assert "Preference-Applied" not in response.headers


@pytest.mark.parametrize(
    "prefer", ["code=418", "example=nonsense", "code=200, example=agent-unknown"]
)
def test_an_unknown_example_cannot_be_selected(client: EmulatorClient, prefer: str) -> None:
    response = client.send({"message": "hi", "locationId": "L"}, headers={"prefer": prefer})
    assert (response.status, response.rule) == (400, "prefer-unsatisfiable")
    assert "404 agent-unknown" in response.hint
    assert content(response)["statusCode"] == 400


@pytest.mark.parametrize(
    ("code", "header"), [(401, "WWW-Authenticate"), (405, "Allow"), (429, "Retry-After")]
)
def test_an_example_has_the_headers_that_http_requires(
    client: EmulatorClient, code: int, header: str
) -> None:
    body = {"message": "hi", "locationId": "L"}
    response = client.send(body, headers={"prefer": f"code={code}"})
    assert response.status == code
    assert response.headers[header]


def test_authorization_and_body_are_checked_before_prefer(client: EmulatorClient) -> None:
    prefer = {"prefer": "code=500"}
    assert client.send({}, headers=prefer).rule == "location-missing"
    assert client.send({}, headers=prefer | {"authorization": None}).rule == "token-invalid"
