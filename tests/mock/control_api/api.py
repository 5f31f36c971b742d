"""Somebody who calls the control API, and holds every response against its contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from leadway_mock.contract.model import Operation
from leadway_mock.control_api import load_control_contract

CONTRACT = load_control_contract()
FORMATS = Draft202012Validator.FORMAT_CHECKER


@dataclass
class Api:
    """Calls `/__mock`, with a token if one is named."""

    client: FlaskClient
    token: str | None = None
    seen: set[tuple[str, int]] = field(default_factory=set)

    def call(
        self, method: str, path: str, body: object = None, *, status: int = 200, **query: Any
    ) -> Any:
        """Return the JSON of the response, which has to have `status` and keep the contract."""
        response = self.response(method, path, body, **query)
        assert response.status_code == status, response.get_data(as_text=True)
        return response.get_json()

    def response(self, method: str, path: str, body: object = None, **query: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        more: dict[str, Any] = {"json": body} if body is not None else {}
        if method != "GET" and body is None:
            more = {"content_type": "application/json"}
        response = self.client.open(
            f"/__mock{path}", method=method, headers=headers, query_string=query, **more
        )
        self._check(method, path, response)
        return response

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query)

    def post(self, path: str, body: object = None, *, status: int = 200) -> Any:
        return self.call("POST", path, body, status=status)

    def _check(self, method: str, path: str, response: TestResponse) -> None:
        matches = [each for each, _ in CONTRACT.operations_at(path) if each.method == method]
        # A path without parameters comes first, as OpenAPI says.
        operation = min(matches, key=lambda each: each.path.count("{"))
        self.seen.add((operation.id, response.status_code))
        assert response.status_code in _statuses(operation), operation.id
        schema = operation.response_schemas.get(response.status_code)
        if schema is not None:
            assert response.mimetype == "application/json"
            validator = Draft202012Validator(schema, format_checker=FORMATS)
            errors = [error.message for error in validator.iter_errors(response.get_json())]
            assert errors == [], operation.id


def _statuses(operation: Operation) -> set[int]:
    return set(operation.response_headers)
