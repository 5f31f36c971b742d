"""Managed agents: turns with a key, lists and reads, over sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from leadway import (
    AgentNotFoundError,
    AsyncLeadway,
    Attempt,
    ConnectionLostError,
    IdempotencyKeyInUseError,
    IdempotencyKeyReusedError,
    InvalidRequestError,
    InvalidResponseError,
    Leadway,
    LeadwayError,
    ManagedAgentDetails,
    ManagedReply,
    RateLimitedError,
    RetryPolicy,
    ServerError,
    SessionNotFoundError,
)
from leadway._calls import HTTPResponse
from leadway._managed_agents import parse_managed_reply
from leadway._responses import classify
from leadway_mock.agents.builtin import MANAGED_ID, MANAGED_UNPUBLISHED_ID
from leadway_mock.testing import Mock

AT_ONCE = RetryPolicy(initial_delay=0.0)
ONCE = RetryPolicy(attempts=1)
REPLY = {
    "success": True,
    "agentId": MANAGED_ID,
    "sessionId": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    "finalText": "Here are today's new contacts…",
    "toolsFired": ["web_search"],
}


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock() as started:
        yield started


def client(mock: Mock, **options: Any) -> Leadway:
    options = {"retries": AT_ONCE} | options
    return Leadway(token=mock.token, base_url=mock.url, location_id="here", **options)


def turn_count(mock: Mock) -> int:
    return sum("turn" in entry for entry in mock.journal)


def keys(mock: Mock) -> list[str]:
    return [entry["request"]["headers"]["idempotency-key"] for entry in mock.journal]


def test_a_conversation_continues_its_session(mock: Mock) -> None:
    with client(mock) as leadway:
        conversation = leadway.managed_agent(MANAGED_ID).conversation(
            contact_id="ann", extra_variables={"plan": "basic", "name": "Ann"}
        )
        first = conversation.send("One")
        second = conversation.send("Two", extra_variables={"plan": "premium"})
    assert first.session_id == second.session_id == conversation.session_id
    assert second.text.splitlines() == [
        "Turn 2. You said: Two",
        'Input variables: {"plan": "premium", "name": "Ann"}',
        "Contact: ann",
    ]
    assert [turn.message for turn in conversation.history] == ["One", "Two"]
    assert len(set(keys(mock))) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"proxy_status": 502},
        {"transport": "EMPTY_RESPONSE"},
        {"transport": "TRUNCATED_BODY"},
        {"transport": "CONNECTION_RESET_BY_PEER"},
    ],
    ids=str,
)
def test_a_lost_response_is_fetched_with_the_same_key(mock: Mock, fault: dict[str, Any]) -> None:
    mock.fault(phase="after-commit", times=2, **fault)
    with client(mock) as leadway:
        reply = leadway.managed_agent(MANAGED_ID).execute("Once")
    assert reply.text == "Turn 1. You said: Once"
    assert turn_count(mock) == 1
    assert len(keys(mock)) == 3
    assert len(set(keys(mock))) == 1


def test_a_lost_response_is_fetched_asynchronously(mock: Mock) -> None:
    mock.fault(phase="after-commit", transport="EMPTY_RESPONSE", times=2)

    async def converse() -> tuple[ManagedReply, ManagedReply]:
        async with AsyncLeadway(
            token=mock.token, base_url=mock.url, location_id="here", retries=AT_ONCE
        ) as leadway:
            agent = leadway.managed_agent(MANAGED_ID)
            assert (await agent.get()).name == "Lead Qualifier"
            assert (await leadway.list_managed_agents()).total == 1
            conversation = agent.conversation()
            return await agent.execute("Once"), await conversation.send("Twice")

    once, twice = asyncio.run(converse())
    assert (once.text, twice.text) == ("Turn 1. You said: Once", "Turn 1. You said: Twice")


def test_an_error_has_the_key_to_retry_with(mock: Mock) -> None:
    mock.fault(phase="after-commit", transport="EMPTY_RESPONSE")
    with client(mock, retries=ONCE) as leadway:
        conversation = leadway.managed_agent(MANAGED_ID).conversation()
        with pytest.raises(ConnectionLostError) as caught:
            conversation.send("Once")
        key = caught.value.idempotency_key
        assert key == keys(mock)[0]
        assert conversation.send("Once", idempotency_key=key).text == "Turn 1. You said: Once"
    assert turn_count(mock) == 1


def test_an_ordinary_message_is_not_sent_again(mock: Mock) -> None:
    mock.fault(phase="after-commit", status=500)
    with client(mock) as leadway, pytest.raises(ServerError) as caught:
        leadway.agent("p1q2r3s4t5u6v7w8x9y0z1a2").execute("Once")
    assert caught.value.idempotency_key is None
    assert turn_count(mock) == 1


def test_a_key_of_another_message_is_an_error(mock: Mock) -> None:
    with client(mock) as leadway:
        agent = leadway.managed_agent(MANAGED_ID)
        agent.execute("One", idempotency_key="one")
        with pytest.raises(IdempotencyKeyReusedError):
            agent.execute("Two", idempotency_key="one")


def test_a_key_in_use_is_tried_again() -> None:
    with Mock(idempotency_concurrent="conflict") as mock, client(mock) as leadway:
        mock.fault(latency="60s", phase="after-commit")
        agent = leadway.managed_agent(MANAGED_ID)
        impatient = client(mock, timeout=0.2, retries=ONCE)
        with impatient, pytest.raises(LeadwayError):
            impatient.managed_agent(MANAGED_ID).execute("Once", idempotency_key="one")
        with pytest.raises(IdempotencyKeyInUseError) as caught:
            agent.execute("Once", idempotency_key="one")
        assert caught.value.attempts == 3
        mock.clock.advance(60)
        assert agent.execute("Once", idempotency_key="one").text == "Turn 1. You said: Once"


@pytest.mark.parametrize(
    ("body", "headers", "retry_safe"),
    [
        ({"retryable": True}, {"retry-after": "1"}, True),
        ({"retryable": True}, {}, False),
        ({"retryable": False}, {"retry-after": "1"}, False),
        ({}, {"retry-after": "1"}, False),
    ],
)
def test_a_429_is_retried_if_it_says_so(
    body: dict[str, Any], headers: dict[str, str], *, retry_safe: bool
) -> None:
    response = HTTPResponse(429, json.dumps({"message": "Slow down", **body}).encode(), headers)
    error = classify(response, parse_managed_reply, has_key=True)
    assert isinstance(error, RateLimitedError)
    assert error.retry_safe is retry_safe
    assert classify(response).retry_safe


def test_an_expired_session_can_be_restarted_with_a_new_key(mock: Mock) -> None:
    with client(mock) as leadway:
        agent = leadway.managed_agent(MANAGED_ID)
        conversation = agent.conversation(restart_expired=True)
        session = conversation.send("One").session_id
        mock.clock.advance(3600)
        reply = conversation.send("Two", idempotency_key="mine")
        assert (reply.text, conversation.restarts) == ("Turn 1. You said: Two", 1)
        assert len(set(keys(mock))) == 3
        with pytest.raises(SessionNotFoundError):
            agent.conversation(session).send("Three")


def test_agents_are_listed_and_read(mock: Mock) -> None:
    with client(mock) as leadway:
        page = leadway.list_managed_agents("QUALIFIER", limit=1)
        assert [agent.name for agent in page.agents] == ["Lead Qualifier"]
        assert (page.total, page.skip, page.limit, page.has_more) == (1, 0, 1, False)
        assert leadway.list_managed_agents(skip=1).agents == ()
        agent = leadway.managed_agent(MANAGED_ID).get()
        assert agent == ManagedAgentDetails(
            id=MANAGED_ID,
            name="Lead Qualifier",
            description="Qualifies inbound leads and books appointments.",
            location_id="here",
            published_version_id=page.agents[0].published_version_id,
            published_at="2026-09-01T12:00:00.000Z",
            model="anthropic/claude-sonnet-4-6",
            tools=("web_search", "kb_search"),
            knowledge_base_ids=("kb_abc123",),
            raw=agent.raw,
        )
        assert agent.raw["plugins"] == [{"slug": "social-planner", "name": "Social Planner"}]
        with pytest.raises(AgentNotFoundError):
            leadway.managed_agent(MANAGED_UNPUBLISHED_ID).get()
        with pytest.raises(InvalidRequestError, match="limit must not be greater than 100"):
            leadway.list_managed_agents(limit=101)


def test_observers_are_told_method_and_session(mock: Mock) -> None:
    attempts: list[Attempt] = []
    with client(mock, observer=attempts.append) as leadway:
        leadway.list_managed_agents()
        reply = leadway.managed_agent(MANAGED_ID).execute("One")
    assert [(each.method, each.execution_id, each.interaction_id) for each in attempts] == [
        ("GET", None, None),
        ("POST", reply.session_id, None),
    ]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"idempotency_key": ""}, "idempotency_key"),
        ({"idempotency_key": "k" * 129}, "idempotency_key"),
        ({"idempotency_key": "k\n"}, "idempotency_key"),
        ({"idempotency_key": 5}, "idempotency_key"),
        ({"extra_variables": ["a"]}, "extra_variables"),
        ({"input_variables": {}}, "input_variables"),
        ({"sesion_id": "x"}, "did you mean `session_id`"),
    ],
)
def test_wrong_arguments_are_named(mock: Mock, fields: dict[str, Any], named: str) -> None:
    with client(mock) as leadway, pytest.raises(InvalidRequestError, match=named):
        leadway.managed_agent(MANAGED_ID).execute("One", **fields)
    assert keys(mock) == []


def test_wrong_arguments_of_a_list_are_named(mock: Mock) -> None:
    with client(mock) as leadway, pytest.raises(InvalidRequestError, match="`skip`"):
        leadway.list_managed_agents(skip="1")  # type: ignore[arg-type]  # what is tested


def parsed(**fields: Any) -> ManagedReply:
    return parse_managed_reply(HTTPResponse(200, json.dumps({**REPLY, **fields}).encode()))


def test_unknown_and_missing_fields_of_a_reply_are_tolerated() -> None:
    reply = parsed(toolsFired=None, generatedMedia=[{"type": "image", "url": "x"}, "?"], mood=1)
    assert (reply.success, reply.tools_fired) == (True, [])
    assert [each.url for each in reply.generated_media] == ["x"]
    assert parsed(success=None).success
    assert parsed().generated_media == []


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"finalText": None}, "finalText"),
        ({"sessionId": 5}, "sessionId"),
        ({"toolsFired": 1}, "tools"),
    ],
)
def test_a_reply_without_text_or_session_is_invalid(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidResponseError, match=named):
        parsed(**fields)
