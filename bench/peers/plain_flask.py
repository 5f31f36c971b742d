"""A mock server as one writes it in an afternoon: Flask, jsonschema, a dict and waitress.

    python bench/peers/plain_flask.py PORT

It validates the body and counts the turns of each conversation. It has no contract, no journal, no
limits and no settings.
"""

from __future__ import annotations

import sys
import uuid
from collections import defaultdict

from flask import Flask, request
from flask.typing import ResponseReturnValue
from jsonschema import Draft202012Validator
from waitress import serve

TEXT = {"type": "string", "minLength": 1}
SCHEMA = {
    "type": "object",
    "required": ["message", "locationId"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(["message", "locationId", "contactId", "executionId", "versionId"], TEXT),
        "inputVariables": {"type": "object"},
        "attachments": {"type": "array"},
    },
}

app = Flask(__name__)
validator = Draft202012Validator(SCHEMA)
turns: defaultdict[str, int] = defaultdict(int)


@app.post("/agent-studio/agent/<agent_id>/execute")
def execute(agent_id: str) -> ResponseReturnValue:
    """Respond with the number of the turn and the message."""
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        return {"statusCode": 401, "message": "Invalid token"}, 401
    body = request.get_json()
    problems = [error.message for error in validator.iter_errors(body)]
    if problems:
        return {"statusCode": 422, "message": problems, "error": "Unprocessable Entity"}, 422
    execution_id = body.get("executionId") or uuid.uuid4().hex[:24]
    turns[execution_id] += 1
    return {
        "success": True,
        "executionId": execution_id,
        "interactionId": uuid.uuid4().hex[:24],
        "response": f"Turn {turns[execution_id]}. You said to {agent_id}: {body['message']}",
        "type": "text",
        "nextExpectedInput": "text",
        "goalCompletion": False,
        "executionStatus": "completed",
        "flowSwitch": False,
        "attachments": [],
        "generativeOutputs": [],
    }


if __name__ == "__main__":
    serve(app, host="127.0.0.1", port=int(sys.argv[1]))
