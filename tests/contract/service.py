"""Service under test, called through the generated client and by plain HTTP."""

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
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Account:
    """Token, location and agent of a conversation."""

    token: str = "pit-12345678-1234-4234-8234-123456789abc"
    location_id: str = "C2QujeCh8ZnC7al2InWR"
    agent_id: str = "p1q2r3s4t5u6v7w8x9y0z1a2"


@dataclass(frozen=True, slots=True)
class Service:
    """Both kinds of client for one service, with token, location and agent of an account."""

    account: Account
    client: AuthenticatedClient
    http: httpx.Client

    def say(
        self, message: str = "Hello", *, way: Way = "current", agent_id: str = "", **fields: Any
    ) -> ExecuteAgentResponse:
        """Send a message through the generated client; require and return a successful reply."""
        response = self.call(message, way=way, agent_id=agent_id, **fields)
        assert isinstance(response.parsed, ExecuteAgentResponse), response.content
        return response.parsed

    def call(
        self, message: str = "Hello", *, way: Way = "current", agent_id: str = "", **fields: Any
    ) -> Response[Error | ExecuteAgentResponse]:
        """Send a message through the generated client; return the response, success or error."""
        body = ExecuteAgentRequest(message=message, location_id=self.account.location_id, **fields)
        response: Response[Error | ExecuteAgentResponse] = OPERATIONS[way].sync_detailed(
            agent_id or self.account.agent_id, client=self.client, body=body
        )
        return response

    def body(self, **fields: Any) -> dict[str, Any]:
        """Return a valid body with `fields` added or replaced; a field that is None is removed."""
        default = {"message": "Hello", "locationId": self.account.location_id}
        return {name: value for name, value in (default | fields).items() if value is not None}

    def send(
        self,
        body: object = None,
        *,
        method: str = "POST",
        path: str = "",
        headers: Mapping[str, str | None] | None = None,
        **arguments: Any,
    ) -> httpx.Response:
        """Send a valid request by plain HTTP, changed by the arguments; a header None is removed.

        A POST sends `body` as JSON unless `arguments`, those of `httpx.Client.request`, have
        `content`.
        """
        default = {
            "Authorization": f"Bearer {self.account.token}",
            "Version": VERSION,
            "Content-Type": "application/json",
        }
        sent = {name: text for name, text in (default | dict(headers or {})).items() if text}
        if method == "POST" and "content" not in arguments:
            arguments["json"] = self.body() if body is None else body
        return self.http.request(method, path or self.path(), headers=sent, **arguments)

    def path(self, agent_id: str = "", *, way: Way = "current") -> str:
        """Return the path of an agent, by default that of the account."""
        return PATHS[way].format(agent_id or self.account.agent_id)


@contextmanager
def opened(url: str, account: Account | None = None, **arguments: Any) -> Iterator[Service]:
    """Open both kinds of client on `url`; `arguments` are those of `httpx.Client`."""
    account = account or Account()
    # With fewer pooled connections than threads, the pool closes one that another thread uses.
    arguments = {"limits": httpx.Limits(), **arguments}
    client = AuthenticatedClient(
        url,
        account.token,
        timeout=httpx.Timeout(TIMEOUT_SECONDS),
        verify_ssl=_certificates(),
        httpx_args=arguments,
    )
    plain = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, verify=_certificates(), **arguments)
    with client, plain:
        yield Service(account, client, plain)


def stop_clock(service: Service) -> None:
    """Stop the clock of a mock, so that no window of a quota ends between two requests."""
    service.http.post("/__mock/clock/freeze", json={}).raise_for_status()


def advance_clock(service: Service, seconds: float) -> None:
    """Move the clock of a mock forward."""
    path = "/__mock/clock/advance"
    service.http.post(path, json={"seconds": seconds}).raise_for_status()


def turn(response: ExecuteAgentResponse | httpx.Response) -> int:
    """Return the turn number from the echo agent's reply."""
    text = (
        response.json()["response"] if isinstance(response, httpx.Response) else response.response
    )
    found = re.match(r"Turn (\d+)\.", text)
    assert found, f"not a reply of the echo agent: {text}"
    return int(found[1])


@cache
def _certificates() -> ssl.SSLContext:
    # Shared: reading the certificates dominates the cost of a client.
    return ssl.create_default_context()
