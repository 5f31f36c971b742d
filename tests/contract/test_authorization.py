"""Section "Who is calling": token, version, scope and location, in this order."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from tests.contract.refusals import assert_refused, is_json
from tests.contract.service import Service

UNKNOWN = "Bearer pit-00000000-0000-4000-8000-000000000401"
UNSCOPED = "Bearer pit-00000000-0000-4000-8000-000000000403"
ELSEWHERE = "Bearer pit-00000000-0000-4000-8000-000000000404"
NO_SCOPE = "The token is not authorized for this scope."


@pytest.mark.clause("token-has-to-be-there")
@pytest.mark.parametrize("header", [None, "Basic dXNlcjpwYXNz", "Bearer", "Bearer not-a-token"])
def test_token_has_to_be_there(service: Service, header: str | None) -> None:
    assert_refused(service.send(headers={"Authorization": header}), 401, "Invalid JWT")


@pytest.mark.clause("token-refusal-says-how")
def test_token_refusal_says_how(service: Service) -> None:
    answer = service.send(headers={"Authorization": "Bearer not-a-token"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.clause("token-has-to-be-known")
def test_token_has_to_be_known(service: Service) -> None:
    answer = service.send(headers={"Authorization": UNKNOWN})
    assert_refused(answer, 401, "Invalid Private Integration token")


def web_token(**claims: object) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, claims, "signature")
    texts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    return ".".join(text.rstrip("=") for text in texts)


@pytest.mark.clause("token-has-to-be-fresh")
def test_token_has_to_be_fresh(service: Service) -> None:
    answer = service.send(headers={"Authorization": f"Bearer {web_token(exp=1)}"})
    assert list(answer.json().items()) == [
        ("statusCode", 401),
        ("message", "Invalid token: access token is invalid"),
        ("error", "Unauthorized"),
    ]
    assert answer.status_code == 401
    assert is_json(answer)
    fresh = service.send(headers={"Authorization": f"Bearer {web_token(exp=32503680000)}"})
    assert fresh.status_code == 200


@pytest.mark.clause("version-has-to-be-there")
def test_version_has_to_be_there(service: Service) -> None:
    answer = service.send(headers={"Version": None})
    assert_refused(answer, 401, "version header was not found.")


@pytest.mark.clause("version-has-to-be-known")
def test_version_has_to_be_known(service: Service) -> None:
    answer = service.send(headers={"Version": "1999-12-31"})
    assert_refused(answer, 401, "version header is invalid")


@pytest.mark.clause("four-versions-are-accepted")
@pytest.mark.parametrize("version", ["2021-04-15", "2021-07-28", "2023-02-21", "v3"])
def test_four_versions_are_accepted(service: Service, version: str) -> None:
    # With no location, so that the next guard refuses it and no agent is run.
    answer = service.send(service.body(locationId=None), headers={"Version": version})
    assert answer.status_code not in {200, 401}


@pytest.mark.clause("scope-has-to-be-there")
def test_scope_has_to_be_there(service: Service) -> None:
    assert_refused(service.send(headers={"Authorization": UNSCOPED}), 403, NO_SCOPE)


@pytest.mark.clause("scope-refusal-follows-the-profile")
def test_scope_refusal_follows_the_profile(adjusted: Callable[..., Service]) -> None:
    service = adjusted(profile="observed")
    assert_refused(service.send(headers={"Authorization": UNSCOPED}), 401, NO_SCOPE)


@pytest.mark.clause("location-has-to-be-there")
@pytest.mark.parametrize("fields", [{"locationId": None}, {"locationId": ""}])
def test_location_has_to_be_there(service: Service, fields: dict[str, str | None]) -> None:
    assert_refused(service.send(service.body(**fields)), 400, "locationId is required")


@pytest.mark.clause("location-has-to-be-the-tokens")
def test_location_has_to_be_the_tokens(service: Service) -> None:
    answer = service.send(headers={"Authorization": ELSEWHERE})
    assert_refused(answer, 403, "The token does not have access to this location.")


@pytest.mark.clause("guards-answer-in-order")
def test_guards_answer_in_order(service: Service) -> None:
    """Everything is wrong at first, and then one thing after the other is put right."""
    headers: dict[str, str | None] = {"Authorization": "Bearer not-a-token", "Version": None}
    body: dict[str, object] = {"message": 3, "executionId": "made-up"}
    path = service.path("nosuchagent0000000000000")

    def status_and_message() -> tuple[int, object]:
        answer = service.send(body, headers=headers, path=path)
        return answer.status_code, answer.json()["message"]

    assert status_and_message() == (401, "Invalid JWT")
    headers["Authorization"] = UNSCOPED
    assert status_and_message() == (401, "version header was not found.")
    del headers["Version"]
    status, message = status_and_message()
    assert (status in {401, 403}, message) == (True, NO_SCOPE)  # The profiles differ.
    headers["Authorization"] = ELSEWHERE
    assert status_and_message() == (400, "locationId is required")
    body["locationId"] = service.caller.location_id
    assert status_and_message() == (403, "The token does not have access to this location.")
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
