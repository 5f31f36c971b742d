"""The same answer to everything, with and without Flask: what a server can do at best."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Flask, Response, request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTENT = {
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
BODY = json.dumps(CONTENT, separators=(",", ":")).encode()
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer, having read the body, as every application has to."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", HEADERS)
    return [BODY]


flask = Flask(__name__, static_folder=None)


@flask.post("/agent-studio/agent/<agent_id>/execute")
def execute(agent_id: str) -> Response:
    """Answer, having read the body, whatever the agent."""
    del agent_id
    request.get_data()
    return Response(BODY, content_type="application/json")
