"""A service under test, spoken to through the generated client and by plain HTTP."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import httpx

from leadway_client import AuthenticatedClient
from leadway_client.api.agents import execute_agent, execute_agent_deprecated
from leadway_client.models import Error, ExecuteAgentRequest, ExecuteAgentResponse
from leadway_client.types import Response

Way = Literal["current", "deprecated"]

PATHS: Mapping[Way, str] = {
    "current": "/agent-studio/agent/{}/execute",
    "deprecated": "/agent-studio/public-api/agents/{}/execute",
}
OPERATIONS: Mapping[Way, Any] = {
    "current": execute_agent,
    "deprecated": execute_agent_deprecated,
}
VERSION = "2021-07-28"
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and whom: enough to hold a conversation."""

    token: str = "pit-12345678-1234-4234-8234-123456789abc"
    location_id: str = "C2QujeCh8ZnC7al2InWR"
    agent_id: str = "p1q2r3s4t5u6v7w8x9y0z1a2"


@dataclass(frozen=True, slots=True)
class Service:
    """Where to call and as whom, with both kinds of client at hand."""

    caller: Caller
    client: AuthenticatedClient
    http: httpx.Client

    def say(
        self, message: str = "Hello", *, way: Way = "current", agent_id: str = "", **fields: Any
    ) -> ExecuteAgentResponse:
        """Say something through the generated client, and return the answer, a success."""
        answer = self.call(message, way=way, agent_id=agent_id, **fields)
        assert isinstance(answer.parsed, ExecuteAgentResponse), answer.content
        return answer.parsed

    def call(
        self, message: str = "Hello", *, way: Way = "current", agent_id: str = "", **fields: Any
    ) -> Response[Error | ExecuteAgentResponse]:
        """Say something through the generated client, and return whatever comes back."""
        body = ExecuteAgentRequest(message=message, location_id=self.caller.location_id, **fields)
        answer: Response[Error | ExecuteAgentResponse] = OPERATIONS[way].sync_detailed(
            agent_id or self.caller.agent_id, client=self.client, body=body
        )
        return answer

    def body(self, **fields: Any) -> dict[str, Any]:
        """Return a good body with `fields` added, replaced or, where they are None, left out."""
        good = {"message": "Hello", "locationId": self.caller.location_id}
        return {name: value for name, value in (good | fields).items() if value is not None}

    def send(
        self,
        body: object = None,
        *,
        method: str = "POST",
        path: str = "",
        headers: Mapping[str, str | None] | None = None,
        **arguments: Any,
    ) -> httpx.Response:
        """Send plain HTTP: a good request but for what is given; a header that is None is left out.

        A POST has `body` as JSON unless `content` stands among `arguments`, which are those of
        `httpx.Client.request`.
        """
        good = {
            "Authorization": f"Bearer {self.caller.token}",
            "Version": VERSION,
            "Content-Type": "application/json",
        }
        sent = {name: text for name, text in (good | dict(headers or {})).items() if text}
        if method == "POST" and "content" not in arguments:
            arguments["json"] = self.body() if body is None else body
        return self.http.request(method, path or self.path(), headers=sent, **arguments)

    def path(self, agent_id: str = "", *, way: Way = "current") -> str:
        """Return the path of an agent, the caller's own by default."""
        return PATHS[way].format(agent_id or self.caller.agent_id)


@contextmanager
def opened(url: str, caller: Caller | None = None, **arguments: Any) -> Iterator[Service]:
    """Open both kinds of client on `url`; `arguments` are those of `httpx.Client`."""
    caller = caller or Caller()
    # A pool that keeps fewer connections than threads use closes one under another thread's hands.
    arguments = {"limits": httpx.Limits(), **arguments}
    client = AuthenticatedClient(
        url,
        caller.token,
        timeout=httpx.Timeout(PATIENCE),
        verify_ssl=_certificates(),
        httpx_args=arguments,
    )
    plain = httpx.Client(base_url=url, timeout=PATIENCE, verify=_certificates(), **arguments)
    with client, plain:
        yield Service(caller, client, plain)


def turn(answer: ExecuteAgentResponse | httpx.Response) -> int:
    """Return the number of the turn, as the echo agent says it."""
    said = answer.json()["response"] if isinstance(answer, httpx.Response) else answer.response
    found = re.match(r"Turn (\d+)\.", said)
    assert found, f"no echo: {said}"
    return int(found[1])


@cache
def _certificates() -> ssl.SSLContext:
    # One for all: reading the certificates is most of what opening a client costs.
    return ssl.create_default_context()
