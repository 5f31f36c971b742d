"""Section "Tokens": OAuth tokens, their exchange and their claims."""

from __future__ import annotations

import uuid

import httpx
import pytest

from tests.contract.service import VERSION, Service

APP = {"client_id": "made-up-app", "client_secret": "made-up-secret"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def post(
    service: Service,
    path: str = "/oauth/token",
    *,
    token: str = "",
    version: str = VERSION,
    **fields: str,
) -> httpx.Response:
    authorization = f"Bearer {token}" if token else None
    headers = {**FORM, "Version": version, "Authorization": authorization}
    body = str(httpx.QueryParams(fields))
    return service.send(path=path, headers=headers, content=body)


def exchange(service: Service, **fields: str) -> dict[str, str]:
    code = f"{service.account.location_id}.{uuid.uuid4()}"
    response = post(service, **APP, grant_type="authorization_code", code=code, **fields)
    assert response.status_code == 200, response.text
    content: dict[str, str] = response.json()
    return content


def refresh(service: Service, token: str) -> httpx.Response:
    return post(service, **APP, grant_type="refresh_token", refresh_token=token)


def assert_unauthorized(response: httpx.Response, message: str) -> None:
    content = {"statusCode": 401, "message": message, "error": "Unauthorized"}
    assert response.json() == content


@pytest.mark.clause("agency-token-is-rejected")
def test_agency_token_is_rejected(service: Service) -> None:
    token = exchange(service, user_type="Company")["access_token"]
    response = service.send(headers={"Authorization": f"Bearer {token}"})
    assert_unauthorized(response, "E-102. This AuthClass is not yet supported!")


@pytest.mark.clause("code-is-exchanged-once")
def test_code_is_exchanged_once(service: Service) -> None:
    code = f"{service.account.location_id}.{uuid.uuid4()}"
    fields = {**APP, "grant_type": "authorization_code", "code": code}
    issued = post(service, **fields).json()
    assert issued["locationId"] == service.account.location_id
    authorization = f"Bearer {issued['access_token']}"
    assert service.send(headers={"Authorization": authorization}).status_code == 200
    again = post(service, **fields)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.clause("refresh-token-rotates")
def test_refresh_token_rotates(service: Service) -> None:
    first = exchange(service)["refresh_token"]
    response = refresh(service, first)
    assert response.status_code == 200
    again = refresh(service, first)
    assert again.status_code == 400
    assert again.json() == {
        "error": "invalid_grant",
        "error_description": "This refresh token is invalid",
    }
    assert refresh(service, response.json()["refresh_token"]).status_code == 200


@pytest.mark.clause("agency-gets-tokens-of-its-locations")
@pytest.mark.parametrize(
    ("path", "version", "field"),
    [
        ("/oauth/locationToken", VERSION, "access_token"),
        ("/oauth/location-token", "v3", "accessToken"),
    ],
)
def test_agency_gets_tokens_of_its_locations(
    service: Service, path: str, version: str, field: str
) -> None:
    agency = exchange(service, user_type="Company")
    location = {"companyId": agency["companyId"], "locationId": service.account.location_id}
    issued = post(service, path, token=agency["access_token"], version=version, **location)
    token = issued.json()[field]
    assert service.send(headers={"Authorization": f"Bearer {token}"}).status_code == 200
    response = post(service, path, token=token, version=version, **location)
    assert_unauthorized(response, "This token's user type is not yet supported!")
