"""Whatever comes back: a reply or one of our errors, and nothing is said twice."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadway import (
    ConnectionFailedError,
    ConnectionLostError,
    LeadwayError,
    MalformedAnswerError,
    Pacer,
    RateLimitedError,
    Reply,
    Retries,
    ServerError,
    TimedOutError,
)
from leadway.calls import Call
from leadway.exchange import Manner, drive, exchange
from leadway.observing import Attempt
from leadway.outcomes import Answer, Failure, Outcome
from tests.sdk.outcomes import CALL, SAMPLE, good, refused

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
ANSWERS = st.builds(Answer, st.integers(100, 999), BODIES, HEADERS)
ERRORS = st.sampled_from([ConnectionFailedError, ConnectionLostError, TimedOutError])
FAILURES = st.builds(Failure, ERRORS, st.text(), st.booleans())
OUTCOMES = st.lists(ANSWERS | FAILURES | st.just(good()) | st.just(refused(429)), max_size=8)


class Service:
    """Answers with what it is told, and then with a reset, keeping count."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = list(outcomes)
        self.given: list[Outcome] = []
        self.slept: list[float] = []

    def send(self, call: Call) -> Outcome:
        assert call is CALL
        lost = Failure(ConnectionLostError, "The connection broke")
        self.given.append(self.outcomes.pop(0) if self.outcomes else lost)
        return self.given[-1]

    def ask(self, **manner: object) -> Reply:
        steps = exchange(CALL, Manner(**manner))  # type: ignore[arg-type]
        return drive(steps, self.send, self.slept.append)

    def ended(self, **manner: object) -> Reply | LeadwayError:
        try:
            return self.ask(**manner)
        except LeadwayError as error:
            return error


def was_surely_not_heard(outcome: Outcome) -> bool:
    """Say it by the rules of the documentation, and not by the code."""
    if isinstance(outcome, Failure):
        return outcome.retry_safe
    return outcome.status == 429 or (outcome.status == 503 and "retry-after" in outcome.headers)


@given(OUTCOMES, st.integers(1, 6), st.floats(0, 60))
def test_any_sequence_ends_well(outcomes: list[Outcome], attempts: int, budget: float) -> None:
    service = Service(outcomes)
    watched: list[Attempt] = []
    retries = Retries(attempts, budget)
    came = service.ended(retries=retries, observer=watched.append)
    if isinstance(came, Reply):
        last = service.given[-1]
        assert isinstance(last, Answer)
        assert came.text == json.loads(last.body)["response"]
        assert came.execution_id
    else:
        assert came.attempts == len(service.given)
        assert str(came)
        assert (came.__context__, came.__cause__) == (None, None)
    assert 1 <= len(service.given) <= attempts
    assert all(map(was_surely_not_heard, service.given[:-1]))
    assert sum(service.slept) <= budget
    assert [each.number for each in watched] == list(range(1, len(service.given) + 1))


@given(OUTCOMES)
def test_one_attempt_is_one_attempt(outcomes: list[Outcome]) -> None:
    service = Service(outcomes)
    service.ended(retries=Retries(attempts=1))
    assert (len(service.given), service.slept) == (1, [])


def test_it_goes_on_after_a_429() -> None:
    service = Service([refused(429), refused(429), good()])
    assert service.ask(chance=lambda: 1.0).text == SAMPLE["response"]
    assert service.slept == [0.5, 1.0]


def test_the_wait_that_was_asked_for_is_kept() -> None:
    service = Service([refused(429, retry_after="7"), good()])
    service.ask(chance=lambda: 0.0)
    assert service.slept == [7.0]


def test_a_wait_beyond_the_budget_is_told_at_once() -> None:
    service = Service([refused(429, retry_after="31"), good()])
    with pytest.raises(RateLimitedError) as limited:
        service.ask()
    assert (limited.value.retry_after, service.slept) == (31.0, [])


def test_a_500_is_not_repeated_unless_asked_for() -> None:
    service = Service([refused(500), good()])
    with pytest.raises(ServerError) as failed:
        service.ask()
    assert (failed.value.retry_safe, len(service.given)) == (False, 1)
    assert Service([refused(500), good()]).ask(retries=Retries(also=(ServerError,))).success


def test_a_malformed_reply_is_not_repeated() -> None:
    service = Service([Answer(200, b"<html>"), good()])
    with pytest.raises(MalformedAnswerError):
        service.ask()
    assert len(service.given) == 1


def test_each_attempt_is_paced() -> None:
    pacer = Pacer([(1, 10.0)], clock=lambda: 0.0)
    service = Service([refused(429, retry_after="0"), good()])
    service.ask(pacer=pacer)
    assert service.slept == [0.0, 10.0]
