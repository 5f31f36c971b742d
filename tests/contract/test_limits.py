"""Section "Limits": what is counted, and what happens when it is used up."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.contract.service import Service, stop_clock

HEADERS = {
    "X-RateLimit-Limit-Daily",
    "X-RateLimit-Daily-Remaining",
    "X-RateLimit-Interval-Milliseconds",
    "X-RateLimit-Max",
    "X-RateLimit-Remaining",
}
LONELY = "Bearer pit-abcdefab-cdef-4abc-8def-abcdefabcdef"
"""A token that only the test of counting uses."""


def assert_quota_headers(response: httpx.Response) -> None:
    for name in HEADERS:
        assert response.headers[name].isdigit(), name


@pytest.mark.clause("quota-headers-on-responses")
def test_quota_headers_on_responses(service: Service) -> None:
    response = service.send()
    assert response.status_code == 200
    assert_quota_headers(response)


@pytest.mark.clause("quota-headers-state-the-limits")
def test_quota_headers_state_the_limits(service: Service) -> None:
    headers = service.send().headers
    assert headers["X-RateLimit-Max"] == "100"
    assert headers["X-RateLimit-Interval-Milliseconds"] == "10000"
    assert headers["X-RateLimit-Limit-Daily"] == "200000"


@pytest.mark.clause("quota-headers-on-errors")
def test_quota_headers_on_errors(service: Service) -> None:
    assert_quota_headers(service.send(headers={"Version": None}))
    assert_quota_headers(service.send(service.body(message=3)))


@pytest.mark.clause("quota-counts-down")
def test_quota_counts_down(service: Service) -> None:
    def left(location: str) -> int:
        body = service.body(locationId=location)
        response = service.send(body, headers={"Authorization": LONELY})
        return int(response.headers["X-RateLimit-Daily-Remaining"])

    assert [left("here"), left("there"), left("here"), left("there")] == [
        199_999,
        199_999,
        199_998,
        199_998,
    ]


@pytest.mark.clause("quota-is-enforced-on-request")
def test_quota_is_enforced_on_request(adjusted: Callable[..., Service]) -> None:
    service = adjusted(enforce_quotas=True, quota_day=2)
    stop_clock(service)
    responses = [service.send() for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert int(responses[-1].headers["Retry-After"]) >= 1
    assert responses[-1].headers["X-RateLimit-Daily-Remaining"] == "0"
    assert responses[-1].json() == {"statusCode": 429, "message": "Too Many Requests"}
    assert service.send(service.body(locationId="elsewhere")).status_code == 200


@pytest.mark.clause("retry-after-is-a-setting")
def test_retry_after_is_a_setting(adjusted: Callable[..., Service]) -> None:
    service = adjusted(enforce_quotas=True, quota_day=1, send_retry_after=False)
    stop_clock(service)
    responses = [service.send() for _ in range(2)]
    assert [response.status_code for response in responses] == [200, 429]
    assert "Retry-After" not in responses[-1].headers
