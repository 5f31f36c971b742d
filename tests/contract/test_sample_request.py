"""The sample request of the vendor's page, including its invented `executionId`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import httpx
import pytest

PATH = "/agent-studio/public-api/agents/p1q2r3s4t5u6v7w8x9y0z1a2/execute"
HEADERS = {
    "Accept": "application/json",
    "Authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc",
    "Content-Type": "application/json",
    "Version": "2021-07-28",
}
BODY = {
    "message": "How can you help me with my marketing?",
    "executionId": "a1b2c3d4e5f6g7h8i9j0k1l2",
    "inputVariables": {"customerName": "John Doe", "orderNumber": "ORD-12345"},
    "versionId": "b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d",
    "attachments": [{"type": "image", "imageUrl": "https://example.com/image.png"}],
    "locationId": "C2QujeCh8ZnC7al2InWR",
    "contactId": "cid_abc123def456",
}

Send = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


def by_httpx(url: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    response = httpx.post(url + PATH, headers=HEADERS, json=body, trust_env=False)
    return response.status_code, response.json()


def by_curl(curl: str, url: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    command = [curl, "--silent", "--show-error", "--noproxy", "*", "--request", "POST"]
    for name, text in HEADERS.items():
        command += ["--header", f"{name}: {text}"]
    command += ["--data", json.dumps(body), "--write-out", "\n%{http_code}", "--url", url + PATH]
    sent = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    content, _, status = sent.stdout.rpartition("\n")
    return int(status), json.loads(content)


@pytest.fixture(params=["httpx", "curl"])
def send(request: pytest.FixtureRequest, mock_url: str) -> Send:
    if request.param == "httpx":
        return lambda body: by_httpx(mock_url, body)
    curl: str = request.getfixturevalue("curl")
    return lambda body: by_curl(curl, mock_url, body)


def test_invented_execution_id_gets_an_error_with_a_hint(send: Send) -> None:
    status, content = send(BODY)
    assert status == 404
    assert content == {
        "statusCode": 404,
        "message": "Unknown executionId. Leave it out of the first message; "
        "the response has the one to send from then on.",
    }


def test_conversation_starts_and_continues_without_it(send: Send) -> None:
    status, first = send({name: value for name, value in BODY.items() if name != "executionId"})
    assert status == 200
    assert first["response"].startswith("Turn 1. You said: How can you help me with my marketing?")
    status, second = send({**BODY, "executionId": first["executionId"]})
    assert status == 200
    assert second["response"].startswith("Turn 2.")
