from __future__ import annotations

from collections.abc import Callable

import pytest

from leadway_mock.agents.registry import OTHER_LOCATION
from tests.mock.client import EmulatorClient, content

OTHER_TOKEN = "Bearer pit-87654321-1234-4234-8234-123456789abc"
NAMES = [
    "X-RateLimit-Limit-Daily",
    "X-RateLimit-Daily-Remaining",
    "X-RateLimit-Interval-Milliseconds",
    "X-RateLimit-Max",
    "X-RateLimit-Remaining",
]


def numbers(client: EmulatorClient, **fields: object) -> list[int]:
    response = client.say(**fields)  # type: ignore[arg-type]
    return [int(response.headers[name]) for name in NAMES]


def test_the_documented_quotas_count_down(client: EmulatorClient) -> None:
    assert numbers(client) == [200_000, 199_999, 10_000, 100, 99]
    assert numbers(client) == [200_000, 199_998, 10_000, 100, 98]


def test_a_window_ends_and_the_day_goes_on(client: EmulatorClient) -> None:
    numbers(client)
    client.clock.advance(10)
    assert numbers(client) == [200_000, 199_998, 10_000, 100, 99]
    client.clock.advance(86_400)
    assert numbers(client) == [200_000, 199_999, 10_000, 100, 99]


def test_each_token_and_each_location_has_its_own(client: EmulatorClient) -> None:
    numbers(client)
    assert numbers(client, locationId=OTHER_LOCATION)[-1] == 99
    client.headers["authorization"] = OTHER_TOKEN
    assert numbers(client)[-1] == 99


@pytest.mark.parametrize(
    "headers", [{"authorization": None}, {"version": None}, {"content-type": "text/plain"}]
)
def test_errors_carry_the_headers_and_use_nothing_up(
    client: EmulatorClient, headers: dict[str, str | None]
) -> None:
    response = client.send({}, headers=headers)
    assert [response.headers[name] for name in NAMES] == ["200000", "200000", "10000", "100", "100"]


def test_a_quota_rejects_requests_only_if_enforced(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(quota_10_seconds=2)
    assert [numbers(client)[-1] for _ in range(4)] == [1, 0, 0, 0]


def test_an_exceeded_burst_is_rejected_until_its_window_ends(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(enforce_quotas=True, quota_10_seconds=2)
    client.clock.advance(-(client.clock.now() % 10) + 4)
    assert [client.say().status for _ in range(2)] == [200, 200]
    response = client.say()
    assert (response.status, response.rule) == (429, "quota-exceeded")
    assert content(response) == {"statusCode": 429, "message": "Too Many Requests"}
    assert response.headers["Retry-After"] == "6"
    assert response.headers["X-RateLimit-Remaining"] == "0"
    client.clock.advance(6)
    assert client.say().status == 200


def test_the_minute_counts_every_token_of_a_location(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(enforce_quotas=True, quota_minute=2)
    assert client.say().status == 200
    client.headers["authorization"] = OTHER_TOKEN
    assert client.say().status == 200
    response = client.say()
    assert response.status == 429
    assert "More than 2 requests in 60 seconds" in response.hint
    assert client.say(locationId=OTHER_LOCATION).status == 200


def test_the_day_ends_too(client_with: Callable[..., EmulatorClient]) -> None:
    client = client_with(enforce_quotas=True, quota_day=1)
    assert client.say().status == 200
    client.clock.advance(60)
    assert "in 86400 seconds" in client.say().hint


def test_retry_after_can_be_left_out(client_with: Callable[..., EmulatorClient]) -> None:
    client = client_with(enforce_quotas=True, quota_10_seconds=1, send_retry_after=False)
    client.say()
    response = client.say()
    assert response.status == 429
    assert "Retry-After" not in response.headers


def test_a_rejected_message_is_not_processed(client_with: Callable[..., EmulatorClient]) -> None:
    client = client_with(enforce_quotas=True, quota_10_seconds=1)
    execution_id = client.begin()
    assert client.say(executionId=execution_id).status == 429
    found = client.emulator.sessions.find(execution_id)
    assert found is not None
    assert found.turns == 1
