"""The generated client accepts what the pages tell clients to tolerate."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from json import JSONDecodeError

import httpx
import pytest

from leadway_client import AuthenticatedClient
from leadway_client.api.agents import execute_agent, execute_agent_deprecated
from leadway_client.errors import UnexpectedStatus
from leadway_client.models import Error, ExecuteAgentRequest, ExecuteAgentResponse
from leadway_client.types import Response
from tests.sdk.samples import SAMPLE

HTML = "<html>A page of a proxy</html>"
NOT_IN_PYTHON = [499, *range(520, 530), 599]
"""Statuses that `http.HTTPStatus` lacks."""

Received = Response[Error | ExecuteAgentResponse]


def execute(status: int, text: str, *, how: str = "current", strict: bool = False) -> Received:
    """Execute an agent that responds with this status and text."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=text))
    client = AuthenticatedClient("http://localhost", "pit-x", raise_on_unexpected_status=strict)
    body = ExecuteAgentRequest("Hello", "location")
    if how == "async":
        client.set_async_httpx_client(httpx.AsyncClient(base_url="http://a", transport=transport))
        return asyncio.run(execute_agent.asyncio_detailed("agent", client=client, body=body))
    client.set_httpx_client(httpx.Client(base_url="http://a", transport=transport))
    module = execute_agent_deprecated if how == "deprecated" else execute_agent
    received: Received = module.sync_detailed("agent", client=client, body=body)
    return received


@pytest.mark.parametrize("how", ["current", "deprecated", "async"])
@pytest.mark.parametrize("status", NOT_IN_PYTHON)
def test_any_status_is_returned(status: int, how: str) -> None:
    received = execute(status, HTML, how=how)
    assert (received.status_code, received.parsed) == (status, None)
    assert received.content == HTML.encode()
    with pytest.raises(UnexpectedStatus, match=str(status)):
        execute(status, HTML, how=how, strict=True)


def test_a_status_can_be_compared_with_that_of_python() -> None:
    assert execute(200, json.dumps(SAMPLE)).status_code == HTTPStatus.OK


@pytest.mark.parametrize("how", ["current", "deprecated", "async"])
def test_an_absent_flow_switch_is_false(how: str) -> None:
    body = {name: value for name, value in SAMPLE.items() if name != "flowSwitch"}
    parsed = execute(200, json.dumps(body), how=how).parsed
    assert isinstance(parsed, ExecuteAgentResponse)
    assert parsed.flow_switch is False
    assert parsed.to_dict() == body | {"flowSwitch": False}


def test_an_absent_status_code_of_an_error_is_tolerated() -> None:
    parsed = execute(404, '{"message": ["a", "b"]}').parsed
    assert isinstance(parsed, Error)
    assert parsed.message == ["a", "b"]


def test_other_deviations_raise() -> None:
    with pytest.raises(JSONDecodeError):
        execute(502, HTML)
    with pytest.raises(KeyError, match="response"):
        execute(200, json.dumps({name: SAMPLE[name] for name in SAMPLE if name != "response"}))
