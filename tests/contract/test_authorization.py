"""Section "Authorization": token, version, scope and location, in this order."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from tests.contract.error_assertions import assert_error, is_json
from tests.contract.service import Service

UNKNOWN = "Bearer pit-00000000-0000-4000-8000-000000000401"
UNSCOPED = "Bearer pit-00000000-0000-4000-8000-000000000403"
OTHER_LOCATION = "Bearer pit-00000000-0000-4000-8000-000000000404"
NO_SCOPE = "The token is not authorized for this scope."


@pytest.mark.clause("token-is-required")
@pytest.mark.parametrize("header", [None, "Basic dXNlcjpwYXNz", "Bearer", "Bearer not-a-token"])
def test_token_is_required(service: Service, header: str | None) -> None:
    assert_error(service.send(headers={"Authorization": header}), 401, "Invalid JWT")


@pytest.mark.clause("token-error-has-www-authenticate")
def test_token_error_has_www_authenticate(service: Service) -> None:
    response = service.send(headers={"Authorization": "Bearer not-a-token"})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.clause("unknown-token-is-rejected")
def test_unknown_token_is_rejected(service: Service) -> None:
    response = service.send(headers={"Authorization": UNKNOWN})
    assert_error(response, 401, "Invalid Private Integration token")


def web_token(**claims: object) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, claims, "signature")
    texts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    return ".".join(text.rstrip("=") for text in texts)


@pytest.mark.clause("expired-token-is-rejected")
def test_expired_token_is_rejected(service: Service) -> None:
    response = service.send(headers={"Authorization": f"Bearer {web_token(exp=1)}"})
    assert list(response.json().items()) == [
        ("statusCode", 401),
        ("message", "Invalid token: access token is invalid"),
        ("error", "Unauthorized"),
    ]
    assert response.status_code == 401
    assert is_json(response)
    fresh = service.send(headers={"Authorization": f"Bearer {web_token(exp=32503680000)}"})
    assert fresh.status_code == 200


@pytest.mark.clause("version-is-required")
def test_version_is_required(service: Service) -> None:
    response = service.send(headers={"Version": None})
    assert_error(response, 401, "version header was not found.")


@pytest.mark.clause("unknown-version-is-rejected")
def test_unknown_version_is_rejected(service: Service) -> None:
    response = service.send(headers={"Version": "1999-12-31"})
    assert_error(response, 401, "version header is invalid")


@pytest.mark.clause("known-versions-are-accepted")
@pytest.mark.parametrize("version", ["2021-04-15", "2021-07-28", "2023-02-21", "v3", "legacy"])
def test_known_versions_are_accepted(service: Service, version: str) -> None:
    # Without a location, so that the next check fails and no agent runs.
    response = service.send(service.body(locationId=None), headers={"Version": version})
    assert response.status_code not in {200, 401}


@pytest.mark.clause("scope-is-required")
def test_scope_is_required(service: Service) -> None:
    assert_error(service.send(headers={"Authorization": UNSCOPED}), 403, NO_SCOPE)


@pytest.mark.clause("scope-error-depends-on-the-profile")
def test_scope_error_depends_on_the_profile(adjusted: Callable[..., Service]) -> None:
    service = adjusted(profile="observed")
    assert_error(service.send(headers={"Authorization": UNSCOPED}), 401, NO_SCOPE)


@pytest.mark.clause("location-is-required")
@pytest.mark.parametrize("fields", [{"locationId": None}, {"locationId": ""}])
def test_location_is_required(service: Service, fields: dict[str, str | None]) -> None:
    assert_error(service.send(service.body(**fields)), 400, "locationId is required")


@pytest.mark.clause("foreign-location-is-rejected")
def test_foreign_location_is_rejected(service: Service) -> None:
    response = service.send(headers={"Authorization": OTHER_LOCATION})
    assert_error(response, 403, "The token does not have access to this location.")


@pytest.mark.clause("location-error-depends-on-the-profile")
def test_location_error_depends_on_the_profile(adjusted: Callable[..., Service]) -> None:
    response = adjusted(profile="observed").send(headers={"Authorization": OTHER_LOCATION})
    assert_error(response, 401, "This location is not accessible from this token!")


@pytest.mark.clause("checks-run-in-order")
def test_checks_run_in_order(service: Service) -> None:
    """Start with everything invalid, then correct one thing after the other."""
    headers: dict[str, str | None] = {"Authorization": "Bearer not-a-token", "Version": None}
    body: dict[str, object] = {"message": 3, "executionId": "made-up"}
    path = service.path("nosuchagent0000000000000")

    def status_and_message() -> tuple[int, object]:
        response = service.send(body, headers=headers, path=path)
        return response.status_code, response.json()["message"]

    assert status_and_message() == (401, "Invalid JWT")
    headers["Authorization"] = UNSCOPED
    assert status_and_message() == (401, "version header was not found.")
    del headers["Version"]
    status, message = status_and_message()
    assert (status in {401, 403}, message) == (True, NO_SCOPE)  # The profiles differ.
    headers["Authorization"] = OTHER_LOCATION
    assert status_and_message() == (400, "locationId is required")
    body["locationId"] = service.account.location_id
    assert status_and_message() in {  # The profiles differ.
        (403, "The token does not have access to this location."),
        (401, "This location is not accessible from this token!"),
    }
    del headers["Authorization"]
    assert status_and_message() == (422, ["message must be a string"])
    body["message"] = "Hello"
    assert status_and_message() == (404, "Agent not found")
    path = service.path()
    status, message = status_and_message()
    assert status == 404
    assert "executionId" in str(message)
    del body["executionId"]
    assert service.send(body, headers=headers, path=path).status_code == 200
