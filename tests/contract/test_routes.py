"""Section "Routes": paths and methods that the contract does not have."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.contract.error_assertions import is_json
from tests.contract.service import Service, Way

NEAR_MISSES = [
    ("GET", "/"),
    ("POST", "/"),
    ("POST", "/agent-studio/p1q2r3s4t5u6v7w8x9y0z1a2/execute"),
    ("DELETE", "/agent-studio/agents/p1q2r3s4t5u6v7w8x9y0z1a2"),
]


@pytest.mark.clause("route-must-exist")
@pytest.mark.parametrize(("method", "path"), NEAR_MISSES)
def test_route_must_exist(service: Service, method: str, path: str) -> None:
    response = service.send(method=method, path=path)
    assert response.status_code == 404
    assert is_json(response)
    assert list(response.json().items()) == [
        ("statusCode", 404),
        ("message", f"Cannot {method} {path}"),
        ("error", "Not Found"),
    ]


@pytest.mark.clause("method-must-exist")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("way", ["current", "deprecated"])
def test_method_must_exist(service: Service, method: str, way: Way) -> None:
    response = service.send(method=method, path=service.path(way=way))
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert list(response.json()) == ["statusCode", "message"]


@pytest.mark.clause("routes-depend-on-the-profile")
def test_routes_depend_on_the_profile(adjusted: Callable[..., Service]) -> None:
    service = adjusted(profile="observed")
    message = "This route is not yet supported by the IAM Service. Please update your IAM config."
    for method in ("GET", "PATCH"):
        response = service.send(method=method, path=service.path())
        assert response.status_code == 401
        assert list(response.json().items()) == [("statusCode", 401), ("message", message)]
    assert service.send(path=f"{service.path()}/").status_code == 200


@pytest.mark.clause("errors-are-json")
def test_errors_are_json(service: Service) -> None:
    for response in errors(service):
        assert is_json(response), response.text
        content = response.json()
        assert content["statusCode"] == response.status_code
        assert isinstance(content["message"], str | list)


def errors(service: Service) -> list[httpx.Response]:
    """Return one error response of each kind that needs no special token or agent."""
    return [
        service.send(headers={"Authorization": "Bearer not-a-token"}),
        service.send(headers={"Version": None}),
        service.send(service.body(locationId=None)),
        service.send(service.body(message=3)),
        service.send(path=service.path("nosuchagent0000000000000")),
    ]
