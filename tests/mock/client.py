"""Client of an emulator, without HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.http.messages import Request, Response
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock

TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
LOCATION = "C2QujeCh8ZnC7al2InWR"
CURRENT = f"/agent-studio/agent/{ECHO_ID}/execute"
DEPRECATED = f"/agent-studio/public-api/agents/{ECHO_ID}/execute"


@dataclass
class EmulatorClient:
    """Sends messages with valid headers, to the echo agent by default."""

    emulator: Emulator
    clock: ManualClock
    headers: dict[str, str] = field(
        default_factory=lambda: {
            "authorization": f"Bearer {TOKEN}",
            "version": "2021-07-28",
            "content-type": "application/json",
        }
    )

    def send(
        self,
        body: object = None,
        *,
        path: str = CURRENT,
        method: str = "POST",
        query: str = "",
        headers: Mapping[str, str | None] | None = None,
    ) -> Response:
        merged = self.headers | dict(headers or {})
        present = {name: value for name, value in merged.items() if value is not None}
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.emulator.handle(Request(method, path, query, present, payload))

    def say(self, message: str = "hello", *, agent: str = ECHO_ID, **fields: object) -> Response:
        path = f"/agent-studio/agent/{agent}/execute"
        return self.send({"message": message, "locationId": LOCATION} | fields, path=path)

    def begin(self, **fields: object) -> str:
        response = self.say(**fields)  # type: ignore[arg-type]
        assert response.status == 200, response
        return str(content(response)["executionId"])


def content(response: Response) -> dict[str, Any]:
    assert isinstance(response.content, dict)
    return response.content
