"""Assertions on error responses."""

from __future__ import annotations

import httpx


def assert_error(response: httpx.Response, status: int, message: str) -> None:
    """Require an error body of exactly these two properties, in this order."""
    assert response.status_code == status, response.text
    assert list(response.json().items()) == [("statusCode", status), ("message", message)]
    assert is_json(response)


def is_json(response: httpx.Response) -> bool:
    """Whether the `Content-Type` of a response is JSON."""
    return response.headers["Content-Type"].partition(";")[0] == "application/json"


def violations(response: httpx.Response) -> list[str]:
    """Return the messages of a 422."""
    assert response.status_code == 422, response.text
    messages: list[str] = response.json()["message"]
    return messages
