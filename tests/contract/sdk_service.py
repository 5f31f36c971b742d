"""Service whose typed calls use the SDK instead of the generated client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from leadway import APIStatusError, Leadway, Reply, RetryPolicy
from leadway_client.models import Error, ExecuteAgentResponse, InputVariables
from leadway_client.types import Response
from tests.contract.service import Service, Way, opened

ClientResponse = Response[Error | ExecuteAgentResponse]


@dataclass(frozen=True, slots=True)
class SdkService(Service):
    """Service whose typed calls go through `Leadway`."""

    leadway: Leadway

    def call(
        self, message: str = "Hello", *, way: Way = "current", agent_id: str = "", **fields: Any
    ) -> ClientResponse:
        """Send a message through the SDK; return the result in the generated client's form."""
        try:
            reply = self._execute(message, way, agent_id, fields)
        except APIStatusError as error:
            parsed = Error.from_dict(json.loads(error.body))
            return Response(HTTPStatus(error.status or 0), error.body.encode(), {}, parsed)
        received = reply.http_response
        return Response(HTTPStatus.OK, received.body, dict(received.headers), reply.model)

    def _execute(self, message: str, way: Way, agent_id: str, fields: dict[str, Any]) -> Reply:
        agent = self.leadway.agent(agent_id or self.account.agent_id)
        variables = fields.get("input_variables")
        if isinstance(variables, InputVariables):
            fields = {**fields, "input_variables": variables.to_dict()}
        if way == "current":
            return agent.execute(message, **fields)
        return agent.execute_deprecated(message, **fields)  # type: ignore[deprecated]


@contextmanager
def open_sdk_service(url: str) -> Iterator[Service]:
    """Open a service at `url` whose typed calls use the SDK."""
    with opened(url, trust_env=False) as service:
        account = service.account
        with Leadway(
            token=account.token,
            location_id=account.location_id,
            base_url=url,
            retries=RetryPolicy(attempts=1),
        ) as leadway:
            yield SdkService(account, service.client, service.http, leadway)
