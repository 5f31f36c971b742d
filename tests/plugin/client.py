"""HTTP client of the plug-in's tests, in their own process and in pytester's."""

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


def send(mock: Mock, message: str, **fields: Any) -> httpx.Response:
    """Send one message; `executionId` and others are fields."""
    body = {"message": message, "locationId": mock.location_id} | fields
    return httpx.post(mock.execute_url, headers=mock.headers, json=body, timeout=10)


def say(mock: Mock, *messages: str) -> list[str]:
    """Hold a conversation; return the responses of the agent."""
    responses: list[str] = []
    fields: dict[str, str] = {}
    for message in messages:
        content = send(mock, message, **fields).json()
        fields = {"executionId": content["executionId"]}
        responses.append(content["response"])
    return responses
