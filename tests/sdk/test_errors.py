"""The errors: one tree, drawn as it is; each pickles, teaches, and is reached by its meaning."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

import leadway
from leadway import errors
from leadway.exchange import judged
from leadway.outcomes import Answer
from leadway_mock.contract.loader import load_contract
from tests.sdk.outcomes import refused


def descendants(kind: type[errors.LeadwayError]) -> Iterator[type[errors.LeadwayError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from descendants(child)


EVERY = list(descendants(errors.LeadwayError))
every_error = pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)


def test_the_tree_is_drawn_as_it_is() -> None:
    assert errors.__doc__ is not None
    drawn = re.findall(r"^(.*?)(\w+Error) ", errors.__doc__, re.MULTILINE)
    found = [(kind.__name__, len(kind.__mro__)) for kind in EVERY]
    deepest = min(depth for _, depth in found)
    assert [(name, len(branch) // 4) for branch, name in drawn] == [
        (name, depth - deepest) for name, depth in found
    ]


@every_error
def test_it_is_exported(kind: type[errors.LeadwayError]) -> None:
    assert getattr(leadway, kind.__name__) is kind


@every_error
def test_it_survives_pickle_and_copy(kind: type[errors.LeadwayError]) -> None:
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
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own
        assert type(twin) is kind
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


@every_error
def test_it_says_what_it_means_and_how_to_cure_it(kind: type[errors.LeadwayError]) -> None:
    assert kind.__doc__
    told = str(kind("It broke", status=500, trace_id="abc"))
    assert told.startswith("It broke. (HTTP 500, trace id abc)")
    assert told.endswith(kind.cure)


def test_it_says_how_long_to_wait() -> None:
    told = str(errors.RateLimitedError("Too many", status=429, retry_after=90.0))
    assert told.startswith("Too many. (HTTP 429, it asks to wait 90 s) ")


MEANINGS = {
    "token-invalid": errors.InvalidTokenError,
    "token-unknown": errors.InvalidTokenError,
    "token-expired": errors.InvalidTokenError,
    "version-missing": errors.VersionHeaderError,
    "version-unknown": errors.VersionHeaderError,
    "scope-missing-documented": errors.MissingScopeError,
    "scope-missing-observed": errors.MissingScopeError,
    "location-forbidden": errors.WrongLocationError,
    "location-missing": errors.InvalidRequestError,
    "body-invalid": errors.InvalidRequestError,
    "body-malformed": errors.InvalidRequestError,
    "body-too-large": errors.InvalidRequestError,
    "media-type-unsupported": errors.InvalidRequestError,
    "agent-inactive": errors.InactiveAgentError,
    "agent-unknown": errors.UnknownAgentError,
    "agent-unpublished": errors.UnknownAgentError,
    "version-unpublished": errors.UnknownVersionError,
    "route-unknown": errors.UnknownRouteError,
    "method-not-allowed": errors.UnknownRouteError,
    "quota-exceeded": errors.RateLimitedError,
    "server-error": errors.ServerError,
    "upstream-timeout": errors.UpstreamTimeoutError,
    "proxy-bad-gateway": errors.ServerError,
    "proxy-unavailable": errors.ServerError,
    "prefer-unsatisfiable": errors.InvalidRequestError,
    "unscripted-refused": errors.InvalidRequestError,
}


def every_refusal() -> Iterator[tuple[str, Answer]]:
    """Yield each error of the contract, as it comes over the wire."""
    contract = load_contract()
    for name, example in contract.examples.items():
        if example.status != 200:
            yield name, refused(example.status, example.content["message"])


def _meaning(rule: str, error: errors.RefusedError) -> type[errors.RefusedError]:
    if rule.startswith("session-"):
        return errors.SessionExpiredError
    return MEANINGS.get(rule, type(error))  # The mock's own refusals have no meaning to us.


@pytest.mark.parametrize(("rule", "answer"), [*every_refusal()])
def test_every_refusal_of_the_contract_has_its_meaning(rule: str, answer: Answer) -> None:
    error = judged(answer)
    assert isinstance(error, errors.RefusedError)
    assert type(error) is _meaning(rule, error)
    assert error.status == answer.status
    assert error.messages
    assert error.retry_safe is (rule == "quota-exceeded")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, errors.BlockedError),
        (403, errors.BlockedError),
        (404, errors.UnknownRouteError),
        (429, errors.RateLimitedError),
        (499, errors.MalformedAnswerError),
        (302, errors.MalformedAnswerError),
        (502, errors.ServerError),
        (520, errors.ServerError),
        (529, errors.ServerError),
        (799, errors.MalformedAnswerError),
    ],
)
def test_a_page_of_a_proxy_has_its_meaning(status: int, expected: type[Exception]) -> None:
    error = judged(Answer(status, b"<html><h1>Error</h1></html>"))
    assert type(error) is expected
    assert isinstance(error, errors.LeadwayError)
    assert error.body == "<html><h1>Error</h1></html>"


def test_violations_name_their_fields() -> None:
    error = judged(
        refused(
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
def test_a_message_that_is_no_text_is_borne(message: object) -> None:
    error = judged(refused(404, message))
    assert isinstance(error, errors.NotFoundError)
    assert "status 404 without a message" in str(error)


def test_a_503_is_safe_to_repeat_only_with_a_wait() -> None:
    bare, told = judged(refused(503)), judged(refused(503, retry_after="2"))
    assert isinstance(bare, errors.ServerError)
    assert isinstance(told, errors.ServerError)
    assert (bare.retry_safe, told.retry_safe, told.retry_after) == (False, True, 2.0)


def test_a_long_body_is_cut() -> None:
    error = judged(replace(refused(500), body=b"x" * 1_000_000))
    assert isinstance(error, errors.LeadwayError)
    assert len(error.body) == 65_536
