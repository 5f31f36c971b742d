"""How the tests of the plug-in talk to a mock, in their own process and in pytester's."""

from __future__ import annotations

from typing import Any

import httpx

from leadway_mock.testing import Mock

BOOKING = """
    user: haircut
    agent: Which day?
    user: /(?P<day>monday|tuesday)/i
    agent: {{day}} it is.
"""


def ask(mock: Mock, message: str, **fields: Any) -> httpx.Response:
    """Send one message; `executionId` and others are fields."""
    body = {"message": message, "locationId": mock.location_id} | fields
    return httpx.post(mock.execute_url, headers=mock.headers, json=body, timeout=10)


def say(mock: Mock, *messages: str) -> list[str]:
    """Hold a conversation; return what the agent answered."""
    answers: list[str] = []
    fields: dict[str, str] = {}
    for message in messages:
        answer = ask(mock, message, **fields).json()
        fields = {"executionId": answer["executionId"]}
        answers.append(answer["response"])
    return answers
