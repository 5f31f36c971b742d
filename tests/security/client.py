"""Valid requests, so that each test states only what is invalid."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leadway_mock.agents.builtin import ECHO_ID

TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
LOCATION = "C2QujeCh8ZnC7al2InWR"
PATH = f"/agent-studio/agent/{ECHO_ID}/execute"
OLD_PATH = f"/agent-studio/public-api/agents/{ECHO_ID}/execute"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}


def say(client: FlaskClient, message: str = "hello", path: str = PATH, **body: Any) -> TestResponse:
    """Send a valid message; `body` adds to it."""
    content = {"message": message, "locationId": LOCATION} | body
    return client.post(path, json=content, headers=HEADERS)


def begin(client: FlaskClient, message: str = "hello", **body: Any) -> str:
    """Start a conversation and return its executionId."""
    response = say(client, message, **body)
    assert response.status_code == 200, response.text
    return str(response.json["executionId"]) if response.json else ""
