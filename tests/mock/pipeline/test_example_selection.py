from __future__ import annotations

import pytest

from tests.mock.client import Caller, content


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
def test_an_example_is_had_by_preference(
    caller: Caller, prefer: str, status: int, rule: str
) -> None:
    answer = caller.send({"message": "hi", "locationId": "L"}, headers={"prefer": prefer})
    assert (answer.status, answer.rule) == (status, rule)
    assert answer.content == caller.emulator.contract.examples[rule].content
    assert answer.headers["Preference-Applied"].lower() in prefer.lower().replace('"', "")


def test_an_example_is_no_turn(caller: Caller) -> None:
    caller.send({"message": "hi", "locationId": "L"}, headers={"prefer": "code=200"})
    assert caller.emulator.sessions.count() == 0


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("__code=404", "agent-unknown"),
        ("__example=agent-inactive&source=api", "agent-inactive"),
        ("code=404", "reply"),
        ("__dynamic=true", "reply"),
    ],
)
def test_the_query_says_the_same(caller: Caller, query: str, rule: str) -> None:
    answer = caller.send({"message": "hi", "locationId": "L"}, query=query)
    assert answer.rule == rule


def test_the_header_wins_over_the_query(caller: Caller) -> None:
    body = {"message": "hi", "locationId": "L"}
    answer = caller.send(body, query="__code=404", headers={"prefer": "code=500"})
    assert answer.status == 500


@pytest.mark.parametrize("prefer", ["return=minimal", "wait=10, respond-async", "code", "code="])
def test_other_preferences_are_ignored(caller: Caller, prefer: str) -> None:
    answer = caller.send({"message": "hi", "locationId": "L"}, headers={"prefer": prefer})
    assert answer.rule == "reply"
    assert "Preference-Applied" not in answer.headers


@pytest.mark.parametrize(
    "prefer", ["code=418", "example=nonsense", "code=200, example=agent-unknown"]
)
def test_what_the_contract_lacks_cannot_be_preferred(caller: Caller, prefer: str) -> None:
    answer = caller.send({"message": "hi", "locationId": "L"}, headers={"prefer": prefer})
    assert (answer.status, answer.rule) == (400, "prefer-unsatisfiable")
    assert "404 agent-unknown" in answer.hint
    assert content(answer)["statusCode"] == 400


@pytest.mark.parametrize(
    ("code", "header"), [(401, "WWW-Authenticate"), (405, "Allow"), (429, "Retry-After")]
)
def test_an_example_has_the_headers_that_http_asks_for(
    caller: Caller, code: int, header: str
) -> None:
    body = {"message": "hi", "locationId": "L"}
    answer = caller.send(body, headers={"prefer": f"code={code}"})
    assert answer.status == code
    assert answer.headers[header]


def test_guards_and_body_come_before_preferences(caller: Caller) -> None:
    prefer = {"prefer": "code=500"}
    assert caller.send({}, headers=prefer).rule == "location-missing"
    assert caller.send({}, headers=prefer | {"authorization": None}).rule == "token-invalid"
