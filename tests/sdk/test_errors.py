"""Errors: the documented tree, pickling, hints, and the mapping from responses."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

import leadway
from leadway import errors
from leadway._calls import HTTPResponse
from leadway._responses import classify
from leadway_mock.contract.loader import load_contract
from tests.sdk.samples import error_response


def descendants(kind: type[errors.LeadwayError]) -> Iterator[type[errors.LeadwayError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from descendants(child)


ALL_ERRORS = list(descendants(errors.LeadwayError))
each_error = pytest.mark.parametrize("kind", ALL_ERRORS, ids=lambda kind: kind.__name__)


def test_the_documented_tree_matches_the_classes() -> None:
    assert errors.__doc__ is not None
    drawn = re.findall(r"^(.*?)(\w+Error) ", errors.__doc__, re.MULTILINE)
    found = [(kind.__name__, len(kind.__mro__)) for kind in ALL_ERRORS]
    deepest = min(depth for _, depth in found)
    assert [(name, len(branch) // 4) for branch, name in drawn] == [
        (name, depth - deepest) for name, depth in found
    ]


@each_error
def test_an_error_is_exported(kind: type[errors.LeadwayError]) -> None:
    assert getattr(leadway, kind.__name__) is kind


@each_error
def test_an_error_can_be_pickled_and_copied(kind: type[errors.LeadwayError]) -> None:
    error = kind(
        "Agent not found",
        status=404,
        messages=("Agent not found",),
        trace_id="7e9c1d5a",
        body="{}",
        retry_safe=True,
        retry_after=3.0,
    )
    error.attempts = 2
    for copied in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own
        assert type(copied) is kind
        assert vars(copied) == vars(error)
        assert str(copied) == str(error)


@each_error
def test_the_text_has_message_details_and_hint(kind: type[errors.LeadwayError]) -> None:
    assert kind.__doc__
    text = str(kind("It broke", status=500, trace_id="abc"))
    assert text.startswith("It broke. (HTTP 500, trace id abc)")
    assert text.endswith(kind.hint)


def test_the_text_has_the_seconds_to_wait() -> None:
    text = str(errors.RateLimitedError("Too many", status=429, retry_after=90.0))
    assert text.startswith("Too many. (HTTP 429, retry after 90 s) ")


CLASSES = {
    "token-invalid": errors.InvalidTokenError,
    "token-unknown": errors.InvalidTokenError,
    "token-expired": errors.InvalidTokenError,
    "token-class-unsupported": errors.WrongTokenTypeError,
    "token-class-location": errors.WrongTokenTypeError,
    "refresh-token-invalid": errors.InvalidTokenError,
    "authorization-code-invalid": errors.InvalidTokenError,
    "client-credentials-unauthorized": errors.InvalidRequestError,
    "version-missing": errors.VersionHeaderError,
    "version-unknown": errors.VersionHeaderError,
    "scope-missing-documented": errors.MissingScopeError,
    "scope-missing-observed": errors.MissingScopeError,
    "location-forbidden": errors.WrongLocationError,
    "location-forbidden-401": errors.WrongLocationError,
    "location-missing": errors.InvalidRequestError,
    "body-invalid": errors.InvalidRequestError,
    "body-malformed": errors.InvalidRequestError,
    "body-too-large": errors.InvalidRequestError,
    "media-type-unsupported": errors.InvalidRequestError,
    "agent-inactive": errors.InactiveAgentError,
    "agent-unknown": errors.AgentNotFoundError,
    "agent-unpublished": errors.AgentNotFoundError,
    "version-unpublished": errors.VersionNotFoundError,
    "route-unknown": errors.RouteNotFoundError,
    "method-not-allowed": errors.RouteNotFoundError,
    "method-not-allowed-401": errors.RouteNotFoundError,
    "quota-exceeded": errors.RateLimitedError,
    "quota-exceeded-retryable": errors.RateLimitedError,
    "route-not-in-version": errors.RouteNotFoundError,
    "idempotency-key-missing": errors.InvalidRequestError,
    "idempotency-key-invalid": errors.InvalidRequestError,
    "idempotency-key-in-use": errors.IdempotencyKeyInUseError,
    "idempotency-key-reused": errors.IdempotencyKeyReusedError,
    "variables-too-large": errors.InvalidRequestError,
    "variable-reserved": errors.InvalidRequestError,
    "query-unknown": errors.InvalidRequestError,
    "query-unknown-400": errors.InvalidRequestError,
    "query-invalid": errors.InvalidRequestError,
    "server-error": errors.ServerError,
    "upstream-timeout": errors.UpstreamTimeoutError,
    "proxy-bad-gateway": errors.ServerError,
    "proxy-unavailable": errors.ServerError,
    "prefer-unsatisfiable": errors.InvalidRequestError,
    "unscripted-rejected": errors.InvalidRequestError,
}


def contract_errors() -> Iterator[tuple[str, HTTPResponse]]:
    """Yield each error response of the contract."""
    contract = load_contract()
    for name, example in contract.examples.items():
        if example.status >= 400:
            content = example.content
            text = content.get("message") or content["error_description"]
            yield name, error_response(example.status, text)


def _expected_class(rule: str, error: errors.APIStatusError) -> type[errors.APIStatusError]:
    if rule.startswith("session-"):
        return errors.SessionNotFoundError
    return CLASSES.get(rule, type(error))  # The mock's own errors have no class in the SDK.


@pytest.mark.parametrize(("rule", "response"), [*contract_errors()])
def test_every_error_of_the_contract_has_its_class(rule: str, response: HTTPResponse) -> None:
    error = classify(response)
    assert isinstance(error, errors.APIStatusError)
    assert type(error) is _expected_class(rule, error)
    assert error.status == response.status
    assert error.messages
    assert error.retry_safe is (response.status == 429)


LIVE_TEXTS = [
    (401, "This location is not accessible from this token!", errors.WrongLocationError),
    (403, "The token does not have access to this location.", errors.WrongLocationError),
    (
        401,
        "This route is not yet supported by the IAM Service. Please update your IAM config.",
        errors.RouteNotFoundError,
    ),
    (401, "E-102. This AuthClass is not yet supported!", errors.WrongTokenTypeError),
    (
        400,
        "Endpoint /x not available in API version v3. Please use a version before v3.",
        errors.VersionHeaderError,
    ),
]


@pytest.mark.parametrize(("status", "message", "expected"), LIVE_TEXTS)
def test_live_texts_have_the_class_of_their_meaning(
    status: int, message: str, expected: type[errors.LeadwayError]
) -> None:
    error = classify(error_response(status, message))
    assert type(error) is expected
    assert "refresh the OAuth token" not in str(error)  # A new token would not help.


def test_the_hint_of_a_response_replaces_that_of_the_class() -> None:
    error = classify(error_response(404, "Agent not found", x_mock_hint="Known agents: \x1b[2Ja"))
    assert isinstance(error, errors.AgentNotFoundError)
    assert str(error) == "Agent not found. (HTTP 404) Known agents: \\x1b[2Ja"
    assert errors.AgentNotFoundError("No").hint == errors.AgentNotFoundError.hint


def test_the_message_may_be_called_msg() -> None:
    assert str(classify(HTTPResponse(404, b'{"msg": "Gone"}'))).startswith("Gone. (HTTP 404)")


@pytest.mark.parametrize(
    "message", ["a\nCRITICAL forged", "\x1b[2J\x07", "a\u202eb", "\ud800", "\r"]
)
def test_the_text_of_an_error_is_one_printable_line(message: str) -> None:
    error = errors.ServerError(message, trace_id=message, hint=message)
    assert str(error).isprintable()
    assert error.message == message


def test_the_text_of_an_error_is_bounded() -> None:
    assert errors.printable("x" * 2_000) == "x" * 2_000
    assert errors.printable("x" * 2_001) == "x" * 2_000 + "…"
    error = errors.ServerError("x" * 100_000, trace_id="y" * 100_000, hint="z" * 100_000)
    assert len(str(error)) < 7_000


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, errors.BlockedByProxyError),
        (403, errors.BlockedByProxyError),
        (404, errors.RouteNotFoundError),
        (429, errors.RateLimitedError),
        (499, errors.InvalidResponseError),
        (302, errors.InvalidResponseError),
        (502, errors.ServerError),
        (520, errors.ServerError),
        (529, errors.ServerError),
        (799, errors.InvalidResponseError),
    ],
)
def test_pages_of_proxies_have_their_classes(status: int, expected: type[Exception]) -> None:
    error = classify(HTTPResponse(status, b"<html><h1>Error</h1></html>"))
    assert type(error) is expected
    assert isinstance(error, errors.LeadwayError)
    assert error.body == "<html><h1>Error</h1></html>"


def test_violations_name_their_fields() -> None:
    error = classify(
        error_response(
            422,
            [
                "property input should not exist",
                "message must be a string",
                "attachments.0.imageUrl must be a string",
                "Something else",
            ],
        )
    )
    assert isinstance(error, errors.InvalidRequestError)
    assert [violation.field for violation in error.violations] == [
        "input",
        "message",
        "attachments.0.imageUrl",
        None,
    ]


@pytest.mark.parametrize("message", [None, 3, [], [None], {"a": 1}, ""])
def test_a_message_of_another_type_is_tolerated(message: object) -> None:
    error = classify(error_response(404, message))
    assert isinstance(error, errors.NotFoundError)
    assert "status 404 and no message" in str(error)


def test_a_503_is_safe_to_retry_only_with_retry_after() -> None:
    without, with_header = (
        classify(error_response(503)),
        classify(error_response(503, retry_after="2")),
    )
    assert isinstance(without, errors.ServerError)
    assert isinstance(with_header, errors.ServerError)
    assert (without.retry_safe, with_header.retry_safe, with_header.retry_after) == (
        False,
        True,
        2.0,
    )


def test_a_long_body_is_truncated() -> None:
    error = classify(replace(error_response(500), body=b"x" * 1_000_000))
    assert isinstance(error, errors.LeadwayError)
    assert len(error.body) == 65_536
