"""Calls and outcomes for tests without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from leadway._calls import HTTPResponse, request_body
from leadway._responses import execute_call

SAMPLE: Mapping[str, Any] = {
    "success": True,
    "executionId": "a1b2c3d4e5f6g7h8i9j0k1l2",
    "interactionId": "m9n8o7p6q5r4s3t2u1v0w9x8",
    "response": "I can help you with various tasks.",
    "type": "text",
    "nextExpectedInput": "text",
    "goalCompletion": False,
    "executionStatus": "completed",
    "flowSwitch": False,
    "attachments": [],
    "generativeOutputs": [],
}
"""The vendor's documented sample."""

AGENT_ID = "p1q2r3s4t5u6v7w8x9y0z1a2"
CALL = execute_call(AGENT_ID, request_body("Hello", "C2QujeCh8ZnC7al2InWR"))


def success(**fields: Any) -> HTTPResponse:
    return HTTPResponse(200, json.dumps({**SAMPLE, **fields}).encode())


def error_response(status: int, message: object = "No", **headers: str) -> HTTPResponse:
    body = json.dumps({"statusCode": status, "message": message}).encode()
    return HTTPResponse(
        status, body, {name.replace("_", "-"): text for name, text in headers.items()}
    )
