"""The SDK as typed code uses it: mypy and pyright read it, and a test runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

from leadway import (
    AsyncConversation,
    AsyncLeadway,
    Attempt,
    Conversation,
    HTTPResponse,
    InvalidRequestError,
    Leadway,
    LeadwayError,
    LocationToken,
    OAuthToken,
    RateLimitedError,
    RateLimiter,
    Reply,
    RetryPolicy,
    Secret,
    ServerError,
    Settings,
    Turn,
    Violation,
    image,
)


def settings(url: str) -> Settings:
    made = Settings.from_env(
        {"LEADWAY_TOKEN": "pit-12345678-1234-4234-8234-123456789abc"},
        location_id="C2QujeCh8ZnC7al2InWR",
        base_url=url,
    )
    assert_type(made.timeout, float)
    assert_type(made.token.reveal(), str)
    return made


def converse(url: str, agent_id: str) -> str:
    watched: list[Attempt] = []
    with Leadway(
        settings(url),
        rate_limiter=RateLimiter(),
        observer=watched.append,
        retries=RetryPolicy(attempts=2, retry_on=(ServerError,)),
    ) as leadway:
        chat = leadway.agent(agent_id).conversation(contact_id="cid_abc123def456")
        assert_type(chat, Conversation)
        reply = chat.send("Hello", attachments=[image("https://example.com/image.png")])
        assert_type(reply, Reply)
        assert_type(reply.text, str)
        assert_type(reply.goal_completion, bool)
        assert_type(reply.raw, Mapping[str, Any])
        assert_type(reply.http_response, HTTPResponse)
        assert_type(chat.execution_id, str | None)
        assert_type(chat.history, tuple[Turn, ...])
    assert_type(watched[0].status, int | None)
    return reply.text


async def converse_async(url: str, agent_id: str) -> str:
    async with AsyncLeadway(settings(url)) as leadway:
        agent = leadway.agent(agent_id)
        chat = agent.conversation(restart_expired=True)
        assert_type(chat, AsyncConversation)
        reply = await chat.send("Hello")
        assert_type(reply, Reply)
        return reply.text


async def get_token() -> str:
    return "pit-12345678-1234-4234-8234-123456789abc"


async def refresh_async(url: str, agent_id: str) -> str:
    def store(access_token: Secret, refresh_token: Secret) -> None:
        assert_type((access_token.reveal(), refresh_token.reveal()), tuple[str, str])

    token = OAuthToken("app", "app-secret", "refresh-token", await get_token(), on_refresh=store)
    with Leadway(settings(url), token=token) as leadway:
        reply = leadway.agent(agent_id).execute("Hello")
    location_token = LocationToken(token, "company", "C2QujeCh8ZnC7al2InWR")
    async with AsyncLeadway(settings(url), token=location_token):
        pass  # The mock's token is not that of an agency.
    async with AsyncLeadway(settings(url), token=get_token) as other:
        reply = await other.agent(agent_id).execute("Hello")
    return reply.text


def deprecated(url: str, agent_id: str) -> str:
    with Leadway(settings(url)) as leadway:
        agent = leadway.agent(agent_id)
        # Both checkers warn here, and would say so if there were nothing to ignore.
        return agent.execute_deprecated("Hello").text  # type: ignore[deprecated]  # pyright: ignore[reportDeprecated]


def error_text(error: LeadwayError) -> str:
    assert_type(error.status, int | None)
    assert_type(error.retry_safe, bool)
    if isinstance(error, RateLimitedError):
        assert_type(error.retry_after, float | None)
    if isinstance(error, InvalidRequestError):
        assert_type(error.violations, tuple[Violation, ...])
    return str(error)
