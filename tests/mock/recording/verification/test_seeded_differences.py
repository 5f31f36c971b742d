"""Differences seeded one by one in a second mock; `verify` finds each, and the file closes most."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from leadway_mock.http.messages import Request
from leadway_mock.recording.verification.observed import TargetResponse
from leadway_mock.recording.verification.verifier import Verdict
from tests.mock.recording.verification.targets import (
    SecondMock,
    changed_body,
    contract,
    derive,
    differing,
    served_with,
    verify_all,
    without_header,
)


def is_error(body: Any) -> bool:
    return bool(body.get("statusCode") == 401)


def is_reply(body: Any) -> bool:
    return "interactionId" in body


def is_invalid(body: Any) -> bool:
    return bool(body.get("error") == "Unprocessable Entity")


def new_session_each_time(_: Request, response: TargetResponse) -> TargetResponse:
    body = json.loads(response.body)
    if not is_reply(body):
        return response
    body["executionId"] = f"session-of-{body['interactionId']}"
    return replace(response, body=json.dumps(body).encode())


def location_before_version(request: Request) -> Request:
    """Let the second mock see a valid version where the location is missing."""
    if b"locationId" in request.body or request.method != "POST":
        return request
    return replace(request, headers={**request.headers, "version": "2021-07-28"})


def body_before_token(request: Request) -> Request:
    headers = {"authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc"}
    is_valid = b"message" in request.body or request.method != "POST"
    return request if is_valid else replace(request, headers={**request.headers, **headers})


def json_in_any_media_type(request: Request) -> Request:
    return replace(request, headers={**request.headers, "content-type": "application/json"})


def any_version(request: Request) -> Request:
    known = request.headers.get("version") != "1999-12-31"
    return request if known else replace(request, headers={**request.headers, "version": "v3"})


def legacy_is_unknown(request: Request) -> Request:
    version = request.headers.get("version", "").replace("legacy", "1999-12-31")
    return replace(
        request, headers={**request.headers, **({"version": version} if version else {})}
    )


def sessions_of_one_path(request: Request) -> Request:
    if "public-api" not in request.path:
        return request
    return replace(request, body=request.body.replace(b'"executionId"', b'"contactId"'))


def old_nodes(_: Request, response: TargetResponse) -> TargetResponse:
    return replace(response, body=response.body.replace(b'"id":"a","deep"', b'"id":"b","deep"'))


def problem_json(_: Request, response: TargetResponse) -> TargetResponse:
    if response.status != 401:
        return response
    headers = {**response.headers, "content-type": "application/problem+json"}
    return replace(response, headers=headers)


def rename(name: str, new: str) -> Any:
    return lambda body: body.update({new: body.pop(name)})


def seconds_first(body: Any) -> None:
    body["attachments"] = None


SEEDS: Mapping[str, tuple[Callable[[], SecondMock], str]] = {
    "status of the unknown session": (
        partial(SecondMock, unknown_session="400"),
        "unknown-session/status",
    ),
    "unknown session starts a new one": (
        partial(SecondMock, unknown_session="new-session"),
        "session-of-another-agent/status",
    ),
    "profile: location": (
        partial(SecondMock, profile="observed"),
        "token-of-another-location/status",
    ),
    "unknown properties": (
        partial(SecondMock, unknown_properties="ignore"),
        "unknown-property/status",
    ),
    "unknown query is a 400": (
        partial(SecondMock, unknown_query="400"),
        "location-in-query/status",
    ),
    "unknown query is ignored": (
        partial(SecondMock, unknown_query="ignore"),
        "location-in-query/body",
    ),
    "sessions expire earlier": (
        partial(SecondMock, session_idle_seconds=1500),
        "session-after-29-minutes/status",
    ),
    "sessions expire later": (
        partial(SecondMock, session_idle_seconds=3600),
        "session-after-31-minutes/status",
    ),
    "quota of 10 seconds": (
        partial(SecondMock, quota_10_seconds=25),
        "limits/headers/x-ratelimit-max",
    ),
    "quota of a day": (
        partial(SecondMock, quota_preset="sandbox"),
        "limits/headers/x-ratelimit-limit-daily",
    ),
    "lists without limits": (
        partial(SecondMock, list_paging="optional"),
        "list-without-limit/status",
    ),
    "author is required": (partial(SecondMock, author_fields="required"), "create-agent/status"),
    "nodes fail": (partial(SecondMock, nodes_in_create="fail"), "create-agent-with-nodes/status"),
    "state of a version": (partial(SecondMock, publish_state="draft"), "publish-version/status"),
    "key of another request": (
        partial(SecondMock, idempotency_mismatch="process"),
        "key-of-another-message/status",
    ),
    "status of an unknown agent": (
        partial(SecondMock, served=served_with("agent-unknown", status=400)),
        "unknown-agent/status",
    ),
    "status of a missing version": (
        partial(SecondMock, served=served_with("version-missing", status=403)),
        "no-version/status",
    ),
    "text of an invalid token": (
        partial(SecondMock, served=served_with("token-invalid", message="Token invalid")),
        "no-token/body/message",
    ),
    "text of a missing location": (
        partial(SecondMock, served=served_with("location-missing", message="locationId missing")),
        "no-location/body/message",
    ),
    "text of an unknown path": (
        partial(SecondMock, served=served_with("route-unknown", message="Not found")),
        "unknown-path/body/message",
    ),
    "missing field of an error": (
        partial(SecondMock, changed_body(lambda body: body.pop("error"), is_invalid)),
        "no-message/body/error",
    ),
    "missing trace id": (
        partial(SecondMock, changed_body(lambda body: body.pop("traceId"), is_invalid)),
        "no-message/body/traceId",
    ),
    "new field of an error": (
        partial(
            SecondMock,
            changed_body(lambda body: body.update(timestamp="2026-11-30T10:00:00.000Z"), is_error),
        ),
        "no-token/body/timestamp",
    ),
    "type of a field of an error": (
        partial(SecondMock, changed_body(lambda body: body.update(statusCode="401"), is_error)),
        "no-token/body/statusCode",
    ),
    "a text for a list of messages": (
        partial(
            SecondMock,
            changed_body(lambda body: body.update(message="; ".join(body["message"])), is_invalid),
        ),
        "several-violations/body/message",
    ),
    "missing field of a reply": (
        partial(SecondMock, changed_body(lambda body: body.pop("flowSwitch"), is_reply)),
        "first-message/body/flowSwitch",
    ),
    "new field of a reply": (
        partial(SecondMock, changed_body(lambda body: body.update(usage={"tokens": 1}), is_reply)),
        "first-message/body/usage",
    ),
    "type of a field of a reply": (
        partial(SecondMock, changed_body(lambda body: body.update(goalCompletion="no"), is_reply)),
        "first-message/body/goalCompletion",
    ),
    "null in a reply": (
        partial(SecondMock, changed_body(seconds_first, is_reply)),
        "first-message/body/attachments",
    ),
    "value of a field of a reply": (
        partial(
            SecondMock, changed_body(lambda body: body.update(executionStatus="done"), is_reply)
        ),
        "first-message/body/executionStatus",
    ),
    "every message is a session": (
        partial(SecondMock, new_session_each_time),
        "session-continues/status",
    ),
    "the same interaction id": (
        partial(
            SecondMock,
            changed_body(lambda body: body.update(interactionId="always-the-same"), is_reply),
        ),
        "session-continues/body/interactionId",
    ),
    "paths do not share sessions": (
        partial(SecondMock, forward=sessions_of_one_path),
        "session-continues-on-the-old-path/body/executionId",
    ),
    "location is checked before version": (
        partial(SecondMock, forward=location_before_version),
        "version-before-location/status",
    ),
    "body is checked before token": (
        partial(SecondMock, forward=body_before_token),
        "foreign-location-before-body/status",
    ),
    "any version": (partial(SecondMock, forward=any_version), "unknown-version/status"),
    "legacy is unknown": (partial(SecondMock, forward=legacy_is_unknown), "version-legacy/status"),
    "any media type": (
        partial(SecondMock, forward=json_in_any_media_type),
        "body-is-plain-text/status",
    ),
    "no WWW-Authenticate": (
        partial(SecondMock, without_header("www-authenticate")),
        "no-token/headers/www-authenticate",
    ),
    "no quota headers on errors": (
        partial(SecondMock, without_header("x-ratelimit-max")),
        "limits-on-an-error-of-the-token/headers/x-ratelimit-max",
    ),
    "media type of errors": (
        partial(SecondMock, problem_json),
        "no-token/headers/content-type",
    ),
    "renamed field of a list": (
        partial(SecondMock, changed_body(rename("agents", "items"), lambda body: "agents" in body)),
        "list-agents/body/agents",
    ),
    "content of a version is not kept": (
        partial(SecondMock, old_nodes),
        "read-created-agent/body/agent/versions/0/nodes/0/id",
    ),
    "status of a creation": (
        partial(SecondMock, served=served_with("agent-created", status=200)),
        "create-agent/status",
    ),
}
"""Targets with one difference each, and where it is found."""

NOT_APPLIED = frozenset(
    {
        "sessions expire earlier",
        "sessions expire later",
        "a text for a list of messages",
        "missing field of a reply",
        "new field of a reply",
        "type of a field of a reply",
        "null in a reply",
        "value of a field of a reply",
        "every message is a session",
        "the same interaction id",
        "paths do not share sessions",
        "location is checked before version",
        "body is checked before token",
        "any version",
        "any media type",
        "media type of errors",
        "renamed field of a list",
        "content of a version is not kept",
    }
)
"""Differences that remain with a file of observations: no setting, no example can have them."""


@pytest.mark.parametrize("label", SEEDS)
def test_a_seeded_difference_is_found(label: str) -> None:
    build, place = SEEDS[label]
    results = verify_all(build())
    assert place in differing(results)
    left = differing(verify_all(build(), derive(results)))
    if label in NOT_APPLIED:
        assert left
    else:
        assert left == set()


def test_an_operation_that_always_fails_is_a_difference_that_stays() -> None:
    def fail(request: Request, response: TargetResponse) -> TargetResponse:
        if response.status >= 300 or request.path.endswith("/execute"):
            return response
        return replace(response, status=403, body=b'{"statusCode": 403, "message": "Forbidden"}')

    results = verify_all(SecondMock(fail))
    failed = {each.probe.name for each in results if each.expected.rule == "agent-created"}
    assert failed
    observations = derive(results)
    assert {f"{name}/status" for name in failed} <= differing(
        verify_all(SecondMock(fail), observations)
    )
    assert {each.rule for each in observations.responses} == set()


def test_a_difference_is_found_wherever_it_is() -> None:
    assert differing(verify_all(SecondMock(profile="observed"))) >= {
        "token-of-another-location/status",
        "slash-at-the-end/status",
        "method-of-another-path/body/message",
    }


def test_seeds_are_many_and_the_contract_stays() -> None:
    assert len(SEEDS) >= 40
    assert set(SEEDS) > NOT_APPLIED
    assert contract().examples["agent-unknown"].status == 404


def test_seeded_differences_are_verdicts() -> None:
    results = verify_all(SecondMock(unknown_session="400"))
    found = {each.probe.name for each in results if each.verdict is Verdict.DIFFERS}
    assert found == {"unknown-session", "session-of-another-agent", "session-after-31-minutes"}
