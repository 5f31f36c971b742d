"""The asynchronous functions of the generated client, which the shared suite cannot use."""

from __future__ import annotations

import asyncio

from leadway_client import AuthenticatedClient
from leadway_client.api.agents import execute_agent, execute_agent_deprecated
from leadway_client.models import ExecuteAgentRequest, ExecuteAgentResponse
from tests.contract.service import Account

CONVERSATIONS = 8


def test_conversations_at_the_same_time_on_both_paths(mock_url: str) -> None:
    assert asyncio.run(converse_all(mock_url)) == [
        [f"Turn 1. You said: {number}/1", f"Turn 2. You said: {number}/2"]
        for number in range(CONVERSATIONS)
    ]


async def converse_all(url: str) -> list[list[str]]:
    client = AuthenticatedClient(url, Account().token, httpx_args={"trust_env": False})
    async with client:
        return await asyncio.gather(*(converse(client, n) for n in range(CONVERSATIONS)))


async def converse(client: AuthenticatedClient, number: int) -> list[str]:
    account = Account()
    opening = ExecuteAgentRequest(message=f"{number}/1", location_id=account.location_id)
    first = await execute_agent.asyncio(account.agent_id, client=client, body=opening)
    assert isinstance(first, ExecuteAgentResponse)
    following = ExecuteAgentRequest(
        message=f"{number}/2",
        location_id=account.location_id,
        execution_id=first.execution_id,
    )
    second = await execute_agent_deprecated.asyncio(account.agent_id, client=client, body=following)
    assert isinstance(second, ExecuteAgentResponse)
    return [first.response, second.response]
