from __future__ import annotations

from collections.abc import Callable

import pytest

from leadway_mock.agents.registry import OTHER_LOCATION
from tests.mock.client import Caller, content

OTHER_TOKEN = "Bearer pit-87654321-1234-4234-8234-123456789abc"
NAMES = [
    "X-RateLimit-Limit-Daily",
    "X-RateLimit-Daily-Remaining",
    "X-RateLimit-Interval-Milliseconds",
    "X-RateLimit-Max",
    "X-RateLimit-Remaining",
]


def numbers(caller: Caller, **fields: object) -> list[int]:
    response = caller.say(**fields)  # type: ignore[arg-type]
    return [int(response.headers[name]) for name in NAMES]


def test_the_documented_quotas_count_down(caller: Caller) -> None:
    assert numbers(caller) == [200_000, 199_999, 10_000, 100, 99]
    assert numbers(caller) == [200_000, 199_998, 10_000, 100, 98]


def test_a_window_ends_and_the_day_goes_on(caller: Caller) -> None:
    numbers(caller)
    caller.clock.advance(10)
    assert numbers(caller) == [200_000, 199_998, 10_000, 100, 99]
    caller.clock.advance(86_400)
    assert numbers(caller) == [200_000, 199_999, 10_000, 100, 99]


def test_each_token_and_each_location_has_its_own(caller: Caller) -> None:
    numbers(caller)
    assert numbers(caller, locationId=OTHER_LOCATION)[-1] == 99
    caller.headers["authorization"] = OTHER_TOKEN
    assert numbers(caller)[-1] == 99


@pytest.mark.parametrize(
    "headers", [{"authorization": None}, {"version": None}, {"content-type": "text/plain"}]
)
def test_errors_carry_the_headers_and_use_nothing_up(
    caller: Caller, headers: dict[str, str | None]
) -> None:
    response = caller.send({}, headers=headers)
    assert [response.headers[name] for name in NAMES] == ["200000", "200000", "10000", "100", "100"]


def test_unless_switched_on_a_quota_rejects_no_request(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(quota_10_seconds=2)
    assert [numbers(caller)[-1] for _ in range(4)] == [1, 0, 0, 0]


def test_a_used_up_burst_is_rejected_until_its_window_ends(
    caller_with: Callable[..., Caller],
) -> None:
    caller = caller_with(enforce_quotas=True, quota_10_seconds=2)
    caller.clock.advance(-(caller.clock.now() % 10) + 4)
    assert [caller.say().status for _ in range(2)] == [200, 200]
    response = caller.say()
    assert (response.status, response.rule) == (429, "quota-exceeded")
    assert content(response) == {"statusCode": 429, "message": "Too Many Requests"}
    assert response.headers["Retry-After"] == "6"
    assert response.headers["X-RateLimit-Remaining"] == "0"
    caller.clock.advance(6)
    assert caller.say().status == 200


def test_the_minute_counts_every_token_of_a_location(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(enforce_quotas=True, quota_minute=2)
    assert caller.say().status == 200
    caller.headers["authorization"] = OTHER_TOKEN
    assert caller.say().status == 200
    response = caller.say()
    assert response.status == 429
    assert "More than 2 requests in 60 seconds" in response.hint
    assert caller.say(locationId=OTHER_LOCATION).status == 200


def test_the_day_ends_too(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(enforce_quotas=True, quota_day=1)
    assert caller.say().status == 200
    caller.clock.advance(60)
    assert "in 86400 seconds" in caller.say().hint


def test_retry_after_can_be_left_out(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(enforce_quotas=True, quota_10_seconds=1, send_retry_after=False)
    caller.say()
    response = caller.say()
    assert response.status == 429
    assert "Retry-After" not in response.headers


def test_a_rejected_message_is_not_processed(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(enforce_quotas=True, quota_10_seconds=1)
    execution_id = caller.begin()
    assert caller.say(executionId=execution_id).status == 429
    found = caller.emulator.sessions.find(execution_id)
    assert found is not None
    assert found.turns == 1
