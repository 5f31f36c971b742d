"""The vendor's official Python SDK works with the mock; only the base URL is changed.

The SDK has no option for the base URL, so a subclass sets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from highlevel import GHLError, HighLevel

from leadway_mock.testing import Mock

TOKEN = "pit-12345678-1234-4234-8234-123456789abc"
AGENT = "p1q2r3s4t5u6v7w8x9y0z1a2"
LOCATION = "C2QujeCh8ZnC7al2InWR"

Conversation = Callable[[HighLevel], Awaitable[Any]]


@pytest.fixture
def run(mock_url: str) -> Callable[[Conversation], Any]:
    """Function that runs a conversation through the SDK and returns its result."""

    class Leadway(HighLevel):
        BASE_URL = mock_url

    async def run_conversation(conversation: Conversation) -> Any:
        sdk = Leadway(private_integration_token=TOKEN)
        try:
            return await conversation(sdk)
        finally:
            await sdk.close()

    return lambda conversation: asyncio.run(run_conversation(conversation))


def test_a_conversation_on_both_paths(run: Callable[[Conversation], Any]) -> None:
    async def conversation(sdk: HighLevel) -> list[dict[str, Any]]:
        say, say_by_old_path = (
            sdk.agent_studio.execute_agent,
            sdk.agent_studio.execute_agent_deprecated,
        )
        first = await say(AGENT, {"message": "One", "locationId": LOCATION})
        next_ = {"locationId": LOCATION, "executionId": first["executionId"]}
        second = await say_by_old_path(AGENT, {"message": "Two", **next_})
        third = await say(AGENT, {"message": "Three", **next_}, source="api")
        return [first, second, third]

    responses = run(conversation)
    assert [response["response"] for response in responses] == [
        "Turn 1. You said: One",
        "Turn 2. You said: Two",
        "Turn 3. You said: Three",
    ]
    assert len({response["executionId"] for response in responses}) == 1
    assert len({response["interactionId"] for response in responses}) == 3


def test_a_conversation_that_begins_on_the_old_path(run: Callable[[Conversation], Any]) -> None:
    async def conversation(sdk: HighLevel) -> str:
        first = await sdk.agent_studio.execute_agent_deprecated(
            AGENT, {"message": "One", "locationId": LOCATION}, source="public_api"
        )
        body = {"message": "Two", "locationId": LOCATION, "executionId": first["executionId"]}
        second: dict[str, str] = await sdk.agent_studio.execute_agent(AGENT, body)
        return second["response"]

    assert run(conversation) == "Turn 2. You said: Two"


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"message": 3}, 422, "message must be a string"),
        ({"locationId": ""}, 400, "locationId is required"),
        ({"executionId": "made-up"}, 404, "Unknown executionId."),
    ],
)
def test_error_responses_raise_the_error_of_the_sdk(
    run: Callable[[Conversation], Any], fields: dict[str, object], status: int, message: str
) -> None:
    async def conversation(sdk: HighLevel) -> None:
        body = {"message": "Hello", "locationId": LOCATION} | fields
        await sdk.agent_studio.execute_agent(AGENT, body)

    with pytest.raises(GHLError, match=message) as caught:
        run(conversation)
    assert caught.value.status_code == status


def test_an_agent_from_its_creation_to_its_deletion(run: Callable[[Conversation], Any]) -> None:
    async def walk(sdk: HighLevel) -> list[Any]:
        studio, here = sdk.agent_studio, {"locationId": LOCATION}
        created = await studio.create_agent(
            {**here, "status": "active", "name": "A", "version": {}}
        )
        agent, version = created["agent"]["agentId"], created["versions"][0]["versionId"]
        await studio.update_agent_version(version, {**here, "nodes": [{"id": "1"}], "edges": []})
        await studio.promote_and_publish(version, here)
        listed = await studio.get_agents(LOCATION, "1000", "0", is_published="true")
        found = await studio.get_agent_by_id(agent, LOCATION)
        reply = await studio.execute_agent(agent, {**here, "message": "Hello"})
        changed = await studio.update_agent_metadata(agent, {**here, "name": "B"})
        await studio.delete_agent(agent, LOCATION)
        with pytest.raises(GHLError) as caught:
            await studio.get_agent_by_id(agent, LOCATION)
        return [
            agent in [each["agentId"] for each in listed["agents"]],
            found["agent"]["versions"][0]["nodes"],
            reply["response"],
            changed["data"]["name"],
            caught.value.status_code,
        ]

    assert run(walk) == [True, [{"id": "1"}], "Turn 1. You said: Hello", "B", 404]


# The SDK sends its forms in a way that httpx has deprecated.
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_an_expired_token_is_refreshed() -> None:
    """The SDK exchanges a code, and on the 401 of a later day refreshes and sends again."""
    with Mock(strict=False, any_token=True) as mock:

        class Leadway(HighLevel):
            BASE_URL = mock.url

        async def conversation() -> list[str]:
            sdk = Leadway(client_id="app-1", client_secret="made-up")
            try:
                code = {"grantType": "authorization_code", "code": f"{LOCATION}.1"}
                app = {"clientId": "app-1", "clientSecret": "made-up"}
                tokens = await sdk.oauth.get_access_token({**app, **code})
                await sdk.session_storage.set_session(LOCATION, {**tokens, "userType": "Location"})
                body = {"message": "Hello", "locationId": LOCATION}
                texts = []
                for _ in range(2):
                    response = await sdk.agent_studio.execute_agent(AGENT, body)
                    texts.append(response["response"])
                    clock = f"{mock.url}/__mock/clock/advance"
                    async with httpx.AsyncClient() as http:
                        await http.post(clock, json={"seconds": 86_400})
                return texts
            finally:
                await sdk.close()

        assert asyncio.run(conversation()) == ["Turn 1. You said: Hello"] * 2
        lines = httpx.get(f"{mock.url}/__mock/journal").json()["entries"]
        rules = [each["response"]["rule"] for each in lines]
        assert rules == ["access-token", "reply", "token-expired", "access-token", "reply"]
