"""Sending ends with a reply or an SDK error; what may have been processed is not retried."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway import (
    ConnectionFailedError,
    ConnectionLostError,
    InvalidResponseError,
    LeadwayError,
    RateLimitedError,
    RateLimiter,
    Reply,
    RequestTimeoutError,
    RetryPolicy,
    ServerError,
)
from leadway._calls import Call, Failure, HTTPResponse, Outcome
from leadway._observers import Attempt
from leadway._sender import SendOptions, run, send_with_retries
from tests.sdk.samples import CALL, SAMPLE, error_response, success

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from([*SAMPLE, "brandNew"]), JSON)
BODIES = (
    st.binary(max_size=60)
    | JSON.map(lambda value: json.dumps(value).encode())
    | FIELDS.map(lambda fields: json.dumps({**SAMPLE, **fields}).encode())
    | st.builds(lambda message: json.dumps({"message": message}).encode(), JSON)
)
WAITS = st.sampled_from(["0", "1", "3.5", "-1", "soon", "", "99999", "nan", "inf", "1e3", "²"])
DATES = st.sampled_from(["Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "0"])
HEADERS = st.fixed_dictionaries({}, optional={"retry-after": WAITS | DATES, "date": DATES})
RESPONSES = st.builds(HTTPResponse, st.integers(100, 999), BODIES, HEADERS)
ERRORS = st.sampled_from([ConnectionFailedError, ConnectionLostError, RequestTimeoutError])
FAILURES = st.builds(Failure, ERRORS, st.text(), st.booleans())
OUTCOMES = st.lists(
    RESPONSES | FAILURES | st.just(success()) | st.just(error_response(429)), max_size=8
)


class FakeService:
    """Returns the given outcomes, then a lost connection, and records them."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[Outcome] = []
        self.slept: list[float] = []

    def send(self, call: Call) -> Outcome:
        assert call is CALL
        lost = Failure(ConnectionLostError, "The connection broke")
        self.sent.append(self.outcomes.pop(0) if self.outcomes else lost)
        return self.sent[-1]

    def execute(self, **options: object) -> Reply:
        steps = send_with_retries(CALL, SendOptions(**options))  # type: ignore[arg-type]
        reply: Reply = run(steps, self.send, self.slept.append)
        return reply

    def result(self, **options: object) -> Reply | LeadwayError:
        try:
            return self.execute(**options)
        except LeadwayError as error:
            return error


def was_certainly_not_processed(outcome: Outcome) -> bool:
    """Return it by the rules of the documentation, independently of the code."""
    if isinstance(outcome, Failure):
        return outcome.retry_safe
    return outcome.status == 429 or (outcome.status == 503 and "retry-after" in outcome.headers)


@given(OUTCOMES, st.integers(1, 6), st.floats(0, 60))
def test_any_sequence_of_outcomes_ends_with_a_reply_or_an_sdk_error(
    outcomes: list[Outcome], attempts: int, max_total_delay: float
) -> None:
    service = FakeService(outcomes)
    observed: list[Attempt] = []
    retries = RetryPolicy(attempts, max_total_delay)
    result = service.result(retries=retries, observer=observed.append)
    if isinstance(result, Reply):
        last = service.sent[-1]
        assert isinstance(last, HTTPResponse)
        assert result.text == json.loads(last.body)["response"]
        assert result.execution_id
    else:
        assert result.attempts == len(service.sent)
        assert str(result)
        assert (result.__context__, result.__cause__) == (None, None)
    assert 1 <= len(service.sent) <= attempts
    assert all(map(was_certainly_not_processed, service.sent[:-1]))
    assert sum(service.slept) <= max_total_delay
    assert [each.number for each in observed] == list(range(1, len(service.sent) + 1))


@given(OUTCOMES)
def test_one_attempt_sends_once_and_does_not_wait(outcomes: list[Outcome]) -> None:
    service = FakeService(outcomes)
    service.result(retries=RetryPolicy(attempts=1))
    assert (len(service.sent), service.slept) == (1, [])


def test_a_429_is_retried() -> None:
    service = FakeService([error_response(429), error_response(429), success()])
    assert service.execute(random=lambda: 1.0).text == SAMPLE["response"]
    assert service.slept == [0.5, 1.0]


def test_retry_after_is_obeyed() -> None:
    service = FakeService([error_response(429, retry_after="7"), success()])
    service.execute(random=lambda: 0.0)
    assert service.slept == [7.0]


def test_a_retry_after_beyond_the_total_delay_is_raised_at_once() -> None:
    service = FakeService([error_response(429, retry_after="31"), success()])
    with pytest.raises(RateLimitedError) as limited:
        service.execute()
    assert (limited.value.retry_after, service.slept) == (31.0, [])


def test_a_500_is_retried_only_on_request() -> None:
    service = FakeService([error_response(500), success()])
    with pytest.raises(ServerError) as failed:
        service.execute()
    assert (failed.value.retry_safe, len(service.sent)) == (False, 1)
    service = FakeService([error_response(500), success()])
    assert service.execute(retries=RetryPolicy(retry_on=(ServerError,))).success


def test_an_invalid_response_is_not_retried() -> None:
    service = FakeService([HTTPResponse(200, b"<html>"), success()])
    with pytest.raises(InvalidResponseError):
        service.execute()
    assert len(service.sent) == 1


def test_each_attempt_is_rate_limited() -> None:
    rate_limiter = RateLimiter([(1, 10.0)], clock=lambda: 0.0)
    service = FakeService([error_response(429, retry_after="0"), success()])
    service.execute(rate_limiter=rate_limiter)
    assert service.slept == [0.0, 10.0]


def test_delays_count_together() -> None:
    service = FakeService([error_response(429, retry_after="4")] * 5)
    with pytest.raises(RateLimitedError):
        service.execute(retries=RetryPolicy(5, max_total_delay=10.0), random=lambda: 0.0)
    assert service.slept == [4.0, 4.0]
