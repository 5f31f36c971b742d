"""The token endpoints: codes, refresh tokens that rotate, and tokens of an agency's locations."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.http.messages import Response
from leadway_mock.store import Store
from tests.mock.client import LOCATION, TOKEN, EmulatorClient, content

APP = {"client_id": "app-1", "client_secret": "hush-hush"}
CODE = {"grant_type": "authorization_code", "code": f"{LOCATION}.1"}
YEAR = 365 * 86_400
FORM = "application/x-www-form-urlencoded"


def post(
    client: EmulatorClient, path: str = "/oauth/token", /, *, token: str = "", **fields: str
) -> Response:
    version = fields.pop("version", None)
    headers = {
        "content-type": FORM,
        "version": version,
        "authorization": f"Bearer {token}" if token else None,
    }
    return client.send(urlencode(fields).encode(), path=path, headers=headers)


def exchange(client: EmulatorClient, **fields: str) -> dict[str, Any]:
    response = post(client, **{**APP, **CODE, **fields})
    assert response.status == 200, response
    return content(response)


def refresh(client: EmulatorClient, token: str, **fields: str) -> Response:
    return post(client, **{**APP, "grant_type": "refresh_token", "refresh_token": token, **fields})


def ask(client: EmulatorClient, token: str, location: str = LOCATION) -> Response:
    body = {"message": "hi", "locationId": location}
    return client.send(body, headers={"authorization": f"Bearer {token}"})


@pytest.mark.behaviour("access-token", "authorization-code-once", "authorization-code-invalid")
def test_a_code_is_exchanged_once(client: EmulatorClient) -> None:
    response = post(client, **APP, **CODE)
    issued = content(response)
    assert (response.rule, response.headers["Cache-Control"]) == ("access-token", "no-store")
    assert list(issued) == [
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "locationId",
        "refresh_token",
        "userType",
        "companyId",
        "userId",
    ]
    assert (issued["expires_in"], issued["userType"]) == (86_399, "Location")
    assert ask(client, issued["access_token"]).status == 200
    assert ask(client, issued["access_token"], "elsewhere").rule == "location-forbidden"
    again = post(client, **APP, **CODE)
    assert (again.status, again.rule) == (400, "authorization-code-invalid")
    missing = post(client, **APP, grant_type="authorization_code")
    assert missing.rule == "authorization-code-invalid"


@pytest.mark.behaviour("refresh-token-rotates", "refresh-token-invalid")
def test_a_refresh_token_works_once(client: EmulatorClient) -> None:
    first = exchange(client)
    second = content(refresh(client, first["refresh_token"]))
    assert ask(client, second["access_token"]).status == 200
    assert second["access_token"] != first["access_token"]
    response = refresh(client, first["refresh_token"])
    assert (response.status, response.rule) == (400, "refresh-token-invalid")
    assert content(response) == {
        "error": "invalid_grant",
        "error_description": "This refresh token is invalid",
    }
    assert refresh(client, second["refresh_token"]).status == 200


def test_an_expired_token_is_refreshed(client: EmulatorClient) -> None:
    issued = exchange(client)
    client.clock.advance(86_399)
    assert ask(client, issued["access_token"]).rule == "token-expired"
    renewed = content(refresh(client, issued["refresh_token"]))
    assert ask(client, renewed["access_token"]).status == 200


@pytest.mark.behaviour("refresh-token-expiry")
@pytest.mark.parametrize(("seconds", "status"), [(YEAR - 1, 200), (YEAR, 400)])
def test_a_refresh_token_lives_a_year(client: EmulatorClient, seconds: int, status: int) -> None:
    issued = exchange(client)
    client.clock.advance(seconds)
    assert refresh(client, issued["refresh_token"]).status == status


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "access", TOKEN])
def test_other_texts_are_no_refresh_tokens(client: EmulatorClient, token: str) -> None:
    issued = exchange(client)
    text = issued["access_token"] if token == "access" else token
    assert refresh(client, text).rule == "refresh-token-invalid"


def test_a_refresh_token_belongs_to_its_app_and_is_no_access_token(
    client: EmulatorClient,
) -> None:
    token = exchange(client)["refresh_token"]
    assert refresh(client, token, client_id="app-2").rule == "refresh-token-invalid"
    assert ask(client, token).rule == "token-invalid"
    assert refresh(client, token).status == 200


@pytest.mark.behaviour("location-access-token", "token-class-location")
@pytest.mark.parametrize(
    ("path", "version"), [("/oauth/locationToken", "2021-07-28"), ("/oauth/location-token", "v3")]
)
def test_an_agency_gets_a_token_of_its_location(
    client: EmulatorClient, path: str, version: str
) -> None:
    agency = exchange(client, user_type="Company")
    assert "locationId" not in agency
    assert ask(client, agency["access_token"]).rule == "token-class-unsupported"
    wanted = {"companyId": agency["companyId"], "locationId": LOCATION, "version": version}
    response = post(client, path, token=agency["access_token"], **wanted)
    assert (response.status, response.rule) == (200, "location-access-token")
    issued = content(response)
    token = issued["accessToken" if version == "v3" else "access_token"]
    assert ask(client, token).status == 200
    rejected = post(client, path, token=token, **wanted)
    assert (rejected.status, rejected.rule) == (401, "token-class-location")
    assert content(rejected)["message"] == "This token's user type is not yet supported!"
    renewed = content(refresh(client, agency["refresh_token"]))
    assert post(client, path, token=renewed["access_token"], **wanted).status == 200


@pytest.mark.behaviour("client-credentials-unauthorized")
def test_client_credentials_bring_no_token(client: EmulatorClient) -> None:
    response = post(client, **APP, grant_type="client_credentials")
    assert (response.status, response.rule) == (400, "client-credentials-unauthorized")
    assert content(response)["error"] == "unauthorized_client"
    assert "authorization_code" in response.hint


@pytest.mark.behaviour("oauth-names-of-v3")
def test_v3_has_other_names(client: EmulatorClient) -> None:
    app = {"clientId": "app-1", "clientSecret": "hush", "version": "v3"}
    issued = content(post(client, **app, grantType="authorization_code", code=LOCATION))
    assert {"accessToken", "tokenType", "expiresIn", "refreshToken"} <= set(issued)
    assert "access_token" not in issued
    token = issued["refreshToken"]
    assert post(client, **app, grantType="refresh_token", refreshToken=token).status == 200


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        ({}, ["client_id must be a string", "client_secret must be a string"]),
        (
            {**APP, "grant_type": "password"},
            ["grant_type must be a valid enum value"],
        ),
        (
            {**APP, "grant_type": ""},
            ["grant_type must be a valid enum value", "grant_type should not be empty"],
        ),
        ({**APP, **CODE, "color": "red"}, ["property color should not exist"]),
    ],
)
def test_an_invalid_body_is_named(
    client: EmulatorClient, fields: dict[str, str], messages: list[str]
) -> None:
    response = post(client, **fields)
    assert response.rule == "body-invalid"
    assert set(messages) <= set(content(response)["message"])


@pytest.mark.parametrize(
    ("body", "media_type", "rule"),
    [
        (b"{}", "application/json", "media-type-unsupported"),
        (b"a=%ff", FORM, "body-malformed"),
        (b"a=\xff", FORM, "body-malformed"),
        (b"&".join([b"a=1"] * 200), FORM, "body-malformed"),
        (b"x" * 2_000_000, FORM, "body-too-large"),
        (b"", f"{FORM}; charset=utf-8", "body-invalid"),
    ],
)
def test_what_is_no_form(client: EmulatorClient, body: bytes, media_type: str, rule: str) -> None:
    headers = {"content-type": media_type}
    assert client.send(body, path="/oauth/token", headers=headers).rule == rule


def test_no_secret_is_stored(client: EmulatorClient) -> None:
    issued = exchange(client)
    renewed = content(refresh(client, issued["refresh_token"]))
    entries = json.dumps(client.emulator.journal.entries(after=0, limit=9))
    stored = str(client.emulator.namespaces.shared().snapshot())
    secrets = [
        "hush-hush",
        *(each[name] for each in (issued, renewed) for name in ("access_token", "refresh_token")),
    ]
    for secret in secrets:
        for text in (entries, stored):
            assert secret not in text
            assert secret.rpartition(".")[2] not in text


@pytest.mark.behaviour("refresh-token-concurrent")
def test_one_of_several_concurrent_refreshes_wins(
    client_with: Callable[..., EmulatorClient], any_store: Store
) -> None:
    client = client_with(store=any_store, cast=BUILT_IN)
    token = exchange(client)["refresh_token"]
    with ThreadPoolExecutor(8) as pool:
        rules = sorted(each.rule for each in pool.map(lambda _: refresh(client, token), range(8)))
    assert rules == ["access-token", *["refresh-token-invalid"] * 7]
