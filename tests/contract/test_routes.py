"""Section "Routes": what is no operation of the contract."""

from __future__ import annotations

import httpx
import pytest

from tests.contract.refusals import is_json
from tests.contract.service import Service, Way

NEAR_MISSES = [
    ("GET", "/"),
    ("POST", "/"),
    ("POST", "/agent-studio/agents"),
    ("POST", "/agent-studio/p1q2r3s4t5u6v7w8x9y0z1a2/execute"),
    ("POST", "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute/"),
    ("DELETE", "/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2"),
]


@pytest.mark.clause("route-has-to-exist")
@pytest.mark.parametrize(("method", "path"), NEAR_MISSES)
def test_route_has_to_exist(service: Service, method: str, path: str) -> None:
    answer = service.send(method=method, path=path)
    assert answer.status_code == 404
    assert is_json(answer)
    assert list(answer.json().items()) == [
        ("statusCode", 404),
        ("message", f"Cannot {method} {path}"),
        ("error", "Not Found"),
    ]


@pytest.mark.clause("method-has-to-exist")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("way", ["current", "deprecated"])
def test_method_has_to_exist(service: Service, method: str, way: Way) -> None:
    answer = service.send(method=method, path=service.path(way=way))
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert list(answer.json()) == ["statusCode", "message"]


@pytest.mark.clause("refusals-are-json")
def test_refusals_are_json(service: Service) -> None:
    for answer in refusals(service):
        assert is_json(answer), answer.text
        content = answer.json()
        assert content["statusCode"] == answer.status_code
        assert isinstance(content["message"], str | list)


def refusals(service: Service) -> list[httpx.Response]:
    """Provoke one refusal of each kind that needs no particular token or agent."""
    return [
        service.send(headers={"Authorization": "Bearer not-a-token"}),
        service.send(headers={"Version": None}),
        service.send(service.body(locationId=None)),
        service.send(service.body(message=3)),
        service.send(path=service.path("nosuchagent0000000000000")),
    ]
