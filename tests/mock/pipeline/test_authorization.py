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
from tests.mock.client import LOCATION, TOKEN, EmulatorClient, content


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def jwt(**claims: object) -> str:
    return f"{encoded({'alg': 'HS256'})}.{encoded(claims)}.c2lnbmF0dXJl"


def ask(client: EmulatorClient, **headers: str | None) -> Response:
    body = {"message": "hi", "locationId": LOCATION}
    return client.send(body, headers=headers)


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
def test_a_missing_or_malformed_token_is_an_invalid_jwt(
    client: EmulatorClient, value: str | None
) -> None:
    response = ask(client, authorization=value)
    assert (response.status, response.rule) == (401, "token-invalid")
    assert response.content == {"statusCode": 401, "message": "Invalid JWT"}
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert "well-formed" in response.hint


@pytest.mark.parametrize(
    "value", ["pit-", "pit-123", TOKEN[:-1], TOKEN + "0", f"{TOKEN} x", UNKNOWN_TOKEN]
)
def test_a_malformed_pit_token_is_unknown(client: EmulatorClient, value: str) -> None:
    response = ask(client, authorization=f"Bearer {value}")
    assert (response.status, response.rule) == (401, "token-unknown")
    assert content(response)["message"] == "Invalid Private Integration token"


@pytest.mark.parametrize(
    "value",
    [f"Bearer {TOKEN}", f"bearer  {TOKEN} ", f"BEARER {TOKEN.upper().replace('PIT', 'pit')}"],
)
def test_a_well_formed_token_is_accepted(client: EmulatorClient, value: str) -> None:
    assert ask(client, authorization=value).status == 200


def test_a_jwt_is_accepted_until_it_expires(client: EmulatorClient) -> None:
    now = client.clock.now()
    token = f"Bearer {jwt(exp=now + 1)}"
    assert ask(client, authorization=token).status == 200
    client.clock.advance(1)
    response = ask(client, authorization=token)
    assert (response.status, response.rule) == (401, "token-expired")
    assert list(content(response).items()) == [
        ("statusCode", 401),
        ("message", "Invalid token: access token is invalid"),
        ("error", "Unauthorized"),
    ]


def test_a_jwt_without_expiry_is_accepted(client: EmulatorClient) -> None:
    assert ask(client, authorization=f"Bearer {jwt()}").status == 200


@pytest.mark.parametrize(
    "value", ["2021-04-15", "2021-07-28", "2023-02-21", "v3", " v3 ", "legacy"]
)
def test_known_versions_are_accepted(client: EmulatorClient, value: str) -> None:
    assert ask(client, version=value).status == 200


@pytest.mark.parametrize("value", [None, "", " "])
def test_without_a_version(client: EmulatorClient, value: str | None) -> None:
    response = ask(client, version=value)
    assert response.content == {"statusCode": 401, "message": "version header was not found."}
    assert response.rule == "version-missing"
    assert response.hint == "Send 'Version: 2021-07-28'."


@pytest.mark.parametrize("value", ["V3", "2021-07-29", "latest"])
def test_with_another_version(client: EmulatorClient, value: str) -> None:
    response = ask(client, version=value)
    assert response.content == {"statusCode": 401, "message": "version header is invalid"}
    assert response.rule == "version-unknown"
    assert "2021-04-15, 2021-07-28, 2023-02-21, v3, legacy" in response.hint


@pytest.mark.parametrize(("profile", "status"), [("documented", 403), ("observed", 401)])
def test_the_profiles_differ_about_a_missing_scope(
    client_with: Callable[..., EmulatorClient], profile: str, status: int
) -> None:
    response = ask(client_with(profile=profile), authorization=f"Bearer {UNSCOPED_TOKEN}")
    assert response.status == status
    assert response.rule == f"scope-missing-{profile}"
    assert response.evidence == profile
    assert content(response)["message"] == "The token is not authorized for this scope."
    assert ("WWW-Authenticate" in response.headers) == (status == 401)


@pytest.mark.parametrize(("location", "status"), [(OTHER_LOCATION, 200), (LOCATION, 403)])
def test_a_token_is_valid_for_its_own_location(
    client: EmulatorClient, location: str, status: int
) -> None:
    body = {"message": "hi", "locationId": location}
    response = client.send(body, headers={"authorization": f"Bearer {OTHER_LOCATION_TOKEN}"})
    assert response.status == status
    if status == 403:
        assert response.rule == "location-forbidden"
        assert content(response)["message"] == "The token does not have access to this location."


@pytest.mark.behaviour("location-forbidden-401")
def test_the_profiles_differ_about_another_location(
    client_with: Callable[..., EmulatorClient],
) -> None:
    response = ask(client_with(profile="observed"), authorization=f"Bearer {OTHER_LOCATION_TOKEN}")
    assert (response.status, response.rule) == (401, "location-forbidden-401")
    assert content(response)["message"] == "This location is not accessible from this token!"
    assert "another location" in response.hint


@pytest.mark.parametrize("location", [{}, {"locationId": None}, {"locationId": ""}])
def test_a_location_is_required(client: EmulatorClient, location: dict[str, object]) -> None:
    response = client.send({"input": 1} | location)
    assert response.content == {"statusCode": 400, "message": "locationId is required"}
    assert response.rule == "location-missing"


def test_a_location_of_another_type_is_a_violation(client: EmulatorClient) -> None:
    response = client.send({"message": "hi", "locationId": 5})
    assert content(response)["message"] == ["locationId must be a string"]


def test_a_declared_token_may_have_any_form(client_with: Callable[..., EmulatorClient]) -> None:
    cast = AgentRegistry(by_id=BUILT_IN.by_id, tokens={"plain": Token("plain")}, any_token=False)
    client = client_with(cast=cast)
    assert ask(client, authorization="Bearer plain").status == 200
    assert ask(client, authorization=f"Bearer {TOKEN}").rule == "token-unknown"


def test_the_first_error_is_reported(client: EmulatorClient) -> None:
    """Token, version, scope, location, body, resource: each fix reveals the next error."""
    headers: dict[str, str | None] = {"authorization": "x", "version": "x"}
    body: dict[str, object] = {"executionId": "x"}
    path = "/agent-studio/agent/nobody/execute"
    seen = []

    def meet() -> None:
        seen.append(client.send(body, path=path, headers=headers).rule)

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
