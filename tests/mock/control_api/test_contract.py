"""The control API matches its contract."""

from __future__ import annotations

import re

import pytest
from werkzeug.routing import Rule

from leadway_mock.control_api.request_reader import CONTROL_PREFIX
from tests.mock.control_api.api import CONTRACT, Api

PARAMETER = re.compile(r"<(?:.*:)?(\w+)>")

PAGES = {"", "/docs", "/openapi.yaml", "/openapi.json", "/control.yaml", "/llms.txt", "/SKILL.md"}
"""What people open in a browser; the documents do not describe themselves."""


def test_every_operation_has_a_route_and_every_route_an_operation(api: Api) -> None:
    rules = [rule for rule in api.client.application.url_map.iter_rules() if _is_api(rule)]
    served = {
        (PARAMETER.sub(r"{\1}", rule.rule), each) for rule in rules for each in _methods(rule)
    }
    expected = {(f"{CONTROL_PREFIX}{each.path}", each.method) for each in CONTRACT.operations}
    assert served == expected


def test_a_literal_path_has_its_own_methods_only(api: Api) -> None:
    response = api.client.get("/__mock/dialogues/validate")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"POST"}


def _is_api(rule: Rule) -> bool:
    path = rule.rule.removeprefix(CONTROL_PREFIX)
    return path not in PAGES and not path.startswith(("/docs/", "/console/"))


def _methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD"}


def test_the_contract_is_served_byte_for_byte(api: Api) -> None:
    response = api.client.get("/__mock/control.yaml")
    assert response.data == CONTRACT.source
    assert response.mimetype == "application/yaml"


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda each: each.id)
def test_a_parameter_that_is_unknown_is_rejected(api: Api, operation: object) -> None:
    method, path = operation.method, operation.path.replace("{executionId}", "x")  # type: ignore[attr-defined]
    error = api.call(method, path, stauts="1", status=400)
    assert error["problems"][0] | {"message": ""} == {
        "in": "query",
        "pointer": "/stauts",
        "message": "",
    }


def test_a_parameter_that_comes_twice_is_rejected(api: Api) -> None:
    response = api.client.get("/__mock/journal?limit=1&limit=2")
    assert response.status_code == 400
    assert response.get_json()["message"] == "'limit' is sent 2 times; send it once."


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"expired": "yes"}, "'expired' must be true or false."),
        ({"limit": "0"}, "'limit' must be a whole number from 1 to 1000."),
    ],
)
def test_an_invalid_parameter_is_reported_with_valid_values(
    api: Api, query: dict[str, str], expected: str
) -> None:
    assert api.call("GET", "/sessions", status=400, **query)["message"] == expected


def test_an_unknown_sort_order_is_rejected(api: Api) -> None:
    error = api.call("GET", "/journal", status=400, order="latest")
    assert error["message"] == "'order' must be one of oldest, newest."


@pytest.mark.parametrize(
    ("data", "content_type", "status", "expected"),
    [
        (b"{", "application/json", 400, "The body is not JSON"),
        (b'{"a": NaN}', "application/json", 400, "The body holds NaN"),
        (b"[" * 100_000, "application/json", 400, "nests deeper than"),
        (b"x" * 2_000_000, "application/json", 413, "bytes"),
        (b"{}", "application/json; charset=latin-1", 415, "UTF-8"),
        (b"{}", "text/plain", 415, "Content-Type: application/json"),
        (b"null", "application/json", 422, "body must be an object"),
        (b"[]", "application/json", 422, "body must be an object"),
    ],
)
def test_a_missing_body_is_rejected(
    api: Api, data: bytes, content_type: str, status: int, expected: str
) -> None:
    for method, path in (("POST", "/reset"), ("PATCH", "/settings"), ("POST", "/journal/find")):
        response = api.client.open(
            f"/__mock{path}", method=method, data=data, content_type=content_type
        )
        assert response.status_code == status
        assert expected in response.get_json()["message"]
