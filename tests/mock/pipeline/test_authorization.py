from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.agents.registry import (
    OTHER_LOCATION,
    OTHER_LOCATION_TOKEN,
    UNKNOWN_TOKEN,
    UNSCOPED_TOKEN,
    AgentRegistry,
    Token,
)
from leadway_mock.http.messages import Response
from tests.mock.client import LOCATION, TOKEN, Caller, content


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def jwt(**claims: object) -> str:
    return f"{encoded({'alg': 'HS256'})}.{encoded(claims)}.c2lnbmF0dXJl"


def ask(caller: Caller, **headers: str | None) -> Response:
    body = {"message": "hi", "locationId": LOCATION}
    return caller.send(body, headers=headers)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        TOKEN,
        f"Basic {TOKEN}",
        "Bearer secret",
        "Bearer a.b.c",
        f"Bearer {encoded({})}.{encoded({})}",
        f"Bearer {encoded([])}.{encoded({})}.x",
        f"Bearer {encoded({})}.{encoded(1)}.x",
        f"Bearer {jwt()}.more",
        "Bearer eyJ\xff.eyJ.x",
    ],
)
def test_no_or_a_malformed_token_is_an_invalid_jwt(caller: Caller, value: str | None) -> None:
    answer = ask(caller, authorization=value)
    assert (answer.status, answer.rule) == (401, "token-invalid")
    assert answer.content == {"statusCode": 401, "message": "Invalid JWT"}
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "well-formed" in answer.hint


@pytest.mark.parametrize(
    "value", ["pit-", "pit-123", TOKEN[:-1], TOKEN + "0", f"{TOKEN} x", UNKNOWN_TOKEN]
)
def test_a_pit_token_that_cannot_be_is_unknown(caller: Caller, value: str) -> None:
    answer = ask(caller, authorization=f"Bearer {value}")
    assert (answer.status, answer.rule) == (401, "token-unknown")
    assert content(answer)["message"] == "Invalid Private Integration token"


@pytest.mark.parametrize(
    "value",
    [f"Bearer {TOKEN}", f"bearer  {TOKEN} ", f"BEARER {TOKEN.upper().replace('PIT', 'pit')}"],
)
def test_a_well_formed_token_is_welcome(caller: Caller, value: str) -> None:
    assert ask(caller, authorization=value).status == 200


def test_a_jwt_is_welcome_until_it_expires(caller: Caller) -> None:
    now = caller.clock.now()
    token = f"Bearer {jwt(exp=now + 1)}"
    assert ask(caller, authorization=token).status == 200
    caller.clock.advance(1)
    answer = ask(caller, authorization=token)
    assert (answer.status, answer.rule) == (401, "token-expired")
    assert list(content(answer).items()) == [
        ("statusCode", 401),
        ("message", "Invalid token: access token is invalid"),
        ("error", "Unauthorized"),
    ]


def test_a_jwt_without_expiry_is_welcome(caller: Caller) -> None:
    assert ask(caller, authorization=f"Bearer {jwt()}").status == 200


@pytest.mark.parametrize("value", ["2021-04-15", "2021-07-28", "2023-02-21", "v3", " v3 "])
def test_four_versions_are_accepted(caller: Caller, value: str) -> None:
    assert ask(caller, version=value).status == 200


@pytest.mark.parametrize("value", [None, "", " "])
def test_without_a_version(caller: Caller, value: str | None) -> None:
    answer = ask(caller, version=value)
    assert answer.content == {"statusCode": 401, "message": "version header was not found."}
    assert answer.rule == "version-missing"
    assert answer.hint == "Send 'Version: 2021-07-28'."


@pytest.mark.parametrize("value", ["V3", "2021-07-29", "latest"])
def test_with_another_version(caller: Caller, value: str) -> None:
    answer = ask(caller, version=value)
    assert answer.content == {"statusCode": 401, "message": "version header is invalid"}
    assert answer.rule == "version-unknown"
    assert "2021-04-15, 2021-07-28, 2023-02-21, v3" in answer.hint


@pytest.mark.parametrize(("profile", "status"), [("documented", 403), ("observed", 401)])
def test_the_profiles_differ_about_a_missing_scope(
    caller_with: Callable[..., Caller], profile: str, status: int
) -> None:
    answer = ask(caller_with(profile=profile), authorization=f"Bearer {UNSCOPED_TOKEN}")
    assert answer.status == status
    assert answer.rule == f"scope-missing-{profile}"
    assert answer.evidence == profile
    assert content(answer)["message"] == "The token is not authorized for this scope."
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(("location", "status"), [(OTHER_LOCATION, 200), (LOCATION, 403)])
def test_a_token_speaks_for_its_own_location(caller: Caller, location: str, status: int) -> None:
    body = {"message": "hi", "locationId": location}
    answer = caller.send(body, headers={"authorization": f"Bearer {OTHER_LOCATION_TOKEN}"})
    assert answer.status == status
    if status == 403:
        assert answer.rule == "location-forbidden"
        assert content(answer)["message"] == "The token does not have access to this location."


@pytest.mark.parametrize("location", [{}, {"locationId": None}, {"locationId": ""}])
def test_a_location_is_required(caller: Caller, location: dict[str, object]) -> None:
    answer = caller.send({"input": 1} | location)
    assert answer.content == {"statusCode": 400, "message": "locationId is required"}
    assert answer.rule == "location-missing"


def test_a_location_of_another_type_is_a_violation(caller: Caller) -> None:
    answer = caller.send({"message": "hi", "locationId": 5})
    assert content(answer)["message"] == ["locationId must be a string"]


def test_a_declared_token_is_good_whatever_its_form(caller_with: Callable[..., Caller]) -> None:
    cast = AgentRegistry(by_id=BUILT_IN.by_id, tokens={"plain": Token("plain")}, any_token=False)
    caller = caller_with(cast=cast)
    assert ask(caller, authorization="Bearer plain").status == 200
    assert ask(caller, authorization=f"Bearer {TOKEN}").rule == "token-unknown"


def test_the_first_thing_wrong_answers(caller: Caller) -> None:
    """Token, version, scope, location, body, resource: mend one, meet the next."""
    headers: dict[str, str | None] = {"authorization": "x", "version": "x"}
    body: dict[str, object] = {"executionId": "x"}
    path = "/agent-studio/agent/nobody/execute"
    seen = []

    def meet() -> None:
        seen.append(caller.send(body, path=path, headers=headers).rule)

    meet()
    headers["authorization"] = f"Bearer {UNSCOPED_TOKEN}"
    meet()
    headers["version"] = "v3"
    meet()
    headers["authorization"] = f"Bearer {OTHER_LOCATION_TOKEN}"
    meet()
    body["locationId"] = LOCATION
    meet()
    body["locationId"] = OTHER_LOCATION
    meet()
    body["message"] = "hi"
    meet()
    path = path.replace("nobody", "inactiveagent00000000000")
    meet()
    path = path.replace("inactiveagent00000000000", "p1q2r3s4t5u6v7w8x9y0z1a2")
    meet()
    del body["executionId"]
    meet()
    assert seen == [
        "token-invalid",
        "version-unknown",
        "scope-missing-documented",
        "location-missing",
        "location-forbidden",
        "body-invalid",
        "agent-unknown",
        "agent-inactive",
        "session-unknown",
        "reply",
    ]
