"""What tests say of refusals."""

from __future__ import annotations

import httpx


def assert_refused(answer: httpx.Response, status: int, message: str) -> None:
    """Assert the platform's envelope of guards: these two keys, in this order, and no more."""
    assert answer.status_code == status, answer.text
    assert list(answer.json().items()) == [("statusCode", status), ("message", message)]
    assert is_json(answer)


def is_json(answer: httpx.Response) -> bool:
    """Return whether an answer says that it is JSON."""
    return answer.headers["Content-Type"].partition(";")[0] == "application/json"


def violations(answer: httpx.Response) -> list[str]:
    """Return the messages of a 422."""
    assert answer.status_code == 422, answer.text
    found: list[str] = answer.json()["message"]
    return found
