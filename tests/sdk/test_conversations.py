"""Conversations with the mock over sockets."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import trio
from httpcore import ConnectionPool, Request, Response

from leadway import (
    MOCK_TOKEN,
    AgentNotFoundError,
    AsyncLeadway,
    Attempt,
    ClientClosedError,
    ConversationBusyError,
    InactiveAgentError,
    InvalidRequestError,
    InvalidTokenError,
    Leadway,
    MissingScopeError,
    RateLimitedError,
    RateLimiter,
    Reply,
    RetryPolicy,
    SessionNotFoundError,
    VersionHeaderError,
    VersionNotFoundError,
    WrongLocationError,
    image,
)
from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.agents.registry import OTHER_LOCATION_TOKEN, UNKNOWN_TOKEN, UNSCOPED_TOKEN
from tests.sdk.conftest import LOCATION, Send
from tests.sdk.hostile_server import GOOD_BODY, HostileServer, response, send_and_close, send_bytes
from tests.sdk.samples import SAMPLE


def client(url: str, **options: Any) -> Leadway:
    return Leadway(**{"token": MOCK_TOKEN, "location_id": LOCATION, "base_url": url} | options)


@pytest.fixture
def leadway(url: str) -> Iterator[Leadway]:
    with client(url) as made:
        yield made


def test_the_first_example_of_the_page_works(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEADWAY_TOKEN", MOCK_TOKEN)
    monkeypatch.setenv("LEADWAY_LOCATION_ID", LOCATION)
    monkeypatch.setenv("LEADWAY_BASE_URL", url)
    saved: list[str | None] = []
    save = saved.append

    with Leadway.from_env() as leadway:
        chat = leadway.agent("p1q2r3s4t5u6v7w8x9y0z1a2").conversation(contact_id="cid_abc123def456")
        print(chat.send("How can you help me with my marketing?").text)  # noqa: T201 - as it is
        reply = chat.send("Start with email")
        save(chat.execution_id)

    assert capsys.readouterr().out.startswith("Turn 1. You said: How can you help me")
    assert reply.text.startswith("Turn 2. You said: Start with email\nContact: cid_abc123def456")
    assert saved == [reply.execution_id]


def test_async_conversations_continue_and_resume(url: str) -> None:
    async def talk() -> list[str]:
        options: Any = {"token": MOCK_TOKEN, "location_id": LOCATION, "base_url": url}
        async with AsyncLeadway(**options) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            await chat.send("One")
            resumed = leadway.agent(ECHO_ID).conversation(chat.execution_id)
            await resumed.send("Two")
            return [turn.reply.text for turn in (*chat.history, *resumed.history)]

    assert asyncio.run(talk()) == ["Turn 1. You said: One", "Turn 2. You said: Two"]


def test_the_async_client_works_on_trio(url: str) -> None:
    async def talk() -> str:
        options: Any = {"token": MOCK_TOKEN, "location_id": LOCATION, "base_url": url}
        rate_limiter = RateLimiter([(1, 0.01)])
        async with AsyncLeadway(**options, rate_limiter=rate_limiter) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            await chat.send("One")
            return (await chat.send("Two")).text

    assert trio.run(talk) == "Turn 2. You said: Two"


def test_errors_are_not_printed_without_logging(url: str) -> None:
    code = "import sys, leadway; leadway.Leadway(token=sys.argv[2], location_id='x',"
    code += " base_url=sys.argv[1]).agent('nobody').execute('Hello')"
    command = [sys.executable, "-c", code, url, MOCK_TOKEN]
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "AgentNotFoundError: Agent not found" in done.stderr
    assert "attempt 1" not in done.stderr


def test_a_session_can_be_resumed_by_another_client(leadway: Leadway, url: str) -> None:
    first = leadway.agent(ECHO_ID).conversation()
    first.send("One")
    with client(url) as other:
        second = other.agent(ECHO_ID).conversation(first.execution_id)
        assert second.send("Two").text == "Turn 2. You said: Two"
        assert second.execution_id == first.execution_id


def test_every_field_of_a_message_is_sent(leadway: Leadway) -> None:
    chat = leadway.agent(ECHO_ID).conversation(
        contact_id="cid_abc123def456",
        input_variables={"customerName": "John", "orderNumber": "1"},
        version_id="b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d",
    )
    picture = image("https://example.com/image.png")
    text = chat.send("Hi", attachments=[picture], input_variables={"orderNumber": "2"}).text
    for part in ("cid_abc123def456", '"customerName": "John"', '"orderNumber": "2"', "image.png"):
        assert part in text


def test_history_has_messages_and_replies(leadway: Leadway) -> None:
    chat = leadway.agent(ECHO_ID).conversation()
    replies = [chat.send("One"), chat.send("Two")]
    assert [(turn.message, turn.reply) for turn in chat.history] == [
        ("One", replies[0]),
        ("Two", replies[1]),
    ]
    assert repr(chat.execution_id) in repr(chat)


def test_an_expired_session_is_an_error_or_is_restarted(
    mock_with: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    with client(mock_with(session_idle_seconds=0.001)) as leadway:
        plain = leadway.agent(ECHO_ID).conversation()
        restarting = leadway.agent(ECHO_ID).conversation(restart_expired=True)
        old = restarting.send("One").execution_id
        plain.send("One")
        threading.Event().wait(0.05)
        with pytest.raises(SessionNotFoundError):
            plain.send("Two")
        with caplog.at_level(logging.WARNING, "leadway"):
            assert restarting.send("Two").text == "Turn 1. You said: Two"
        assert restarting.execution_id != old
        assert restarting.restarts == 1
        assert f"session {old} has expired" in caplog.text


def test_a_first_message_is_never_restarted(hostile_server: HostileServer) -> None:
    gone = b'{"message": "Unknown executionId.", "statusCode": 404}'
    hostile_server.respond_with(send_bytes(response(404, gone)))
    with client(hostile_server.url) as leadway:
        chat = leadway.agent(ECHO_ID).conversation(restart_expired=True)
        with pytest.raises(SessionNotFoundError):
            chat.send("One")
    assert len(hostile_server.received) == 1


def test_a_connection_closed_by_the_server_is_replaced(hostile_server: HostileServer) -> None:
    hostile_server.respond_with(send_and_close(response(200, GOOD_BODY)))
    with client(hostile_server.url) as leadway:
        chat = leadway.agent(ECHO_ID).conversation()
        chat.send("One")
        threading.Event().wait(0.1)
        chat.send("Two")
    assert len(hostile_server.received) == 2


def test_a_second_message_before_the_response_is_an_error(
    hostile_server: HostileServer,
) -> None:
    received, go_on = threading.Event(), threading.Event()

    def respond_slowly(connection: Any) -> None:
        received.set()
        go_on.wait(10)
        connection.sendall(response(200, GOOD_BODY))

    hostile_server.respond_with(respond_slowly)
    with client(hostile_server.url) as leadway:
        chat = leadway.agent(ECHO_ID).conversation()
        thread = threading.Thread(target=chat.send, args=["One"])
        thread.start()
        received.wait(10)
        with pytest.raises(ConversationBusyError, match="one conversation for each"):
            chat.send("Two")
        go_on.set()
        thread.join()
        assert chat.send("Three").success
        assert [turn.message for turn in chat.history] == ["One", "Three"]


def test_a_second_task_gets_the_same_error(url: str) -> None:
    async def talk() -> tuple[Reply | BaseException, ...]:
        options: Any = {"token": MOCK_TOKEN, "location_id": LOCATION, "base_url": url}
        async with AsyncLeadway(**options) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            return await asyncio.gather(chat.send("1"), chat.send("2"), return_exceptions=True)

    first, second = asyncio.run(talk())
    assert isinstance(first, Reply)
    assert isinstance(second, ConversationBusyError)


def test_a_conversation_continues_after_a_cancelled_task(
    hostile_server: HostileServer,
) -> None:
    received = threading.Event()

    def do_not_respond(connection: Any) -> None:
        received.set()
        connection.recv(1)

    hostile_server.respond_with(do_not_respond, send_bytes(response(200, GOOD_BODY)))

    async def talk() -> str:
        options: Any = {
            "token": MOCK_TOKEN,
            "location_id": LOCATION,
            "base_url": hostile_server.url,
        }
        async with AsyncLeadway(**options) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            task = asyncio.create_task(chat.send("One"))
            await asyncio.to_thread(received.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return (await chat.send("Two")).text

    assert asyncio.run(talk())


ERROR_RESPONSES: list[tuple[dict[str, Any], str, type[Exception]]] = [
    ({"token": UNKNOWN_TOKEN}, ECHO_ID, InvalidTokenError),
    ({"token": UNSCOPED_TOKEN}, ECHO_ID, MissingScopeError),
    ({"token": OTHER_LOCATION_TOKEN}, ECHO_ID, WrongLocationError),
    ({"api_version": "1999-01-01"}, ECHO_ID, VersionHeaderError),
    ({}, "inactiveagent00000000000", InactiveAgentError),
    ({}, "unpublishedagent00000000", AgentNotFoundError),
    ({}, "nobody", AgentNotFoundError),
]


@pytest.mark.parametrize(("options", "agent", "expected"), ERROR_RESPONSES)
def test_each_error_response_has_its_class(
    url: str, options: dict[str, Any], agent: str, expected: type[Exception]
) -> None:
    with client(url, **options) as leadway, pytest.raises(expected):
        leadway.agent(agent).execute("Hello")


def test_an_unpublished_version_has_its_class(leadway: Leadway) -> None:
    with pytest.raises(VersionNotFoundError):
        leadway.agent(ECHO_ID).execute("Hello", version_id="never-published")


def test_an_invalid_request_names_its_fields(leadway: Leadway) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        leadway.agent(ECHO_ID).execute("")
    assert [each.field for each in caught.value.violations] == ["message"]
    assert caught.value.trace_id


@pytest.mark.parametrize("agent", ["", ".", "..", "a\nb", None, 3])
def test_an_invalid_agent_id_is_rejected_at_once(leadway: Leadway, agent: Any) -> None:
    with pytest.raises(InvalidRequestError, match="agent id must be a word such as"):
        leadway.agent(agent)


@pytest.mark.parametrize(
    ("agent", "delimiter"),
    [("foo/bar", "/"), ("https://app.example/agent/x?y#z", "/"), ("x?y", "?"), ("x#y", "#")],
)
def test_a_url_is_rejected_as_agent_id(
    hostile_server: HostileServer, send: Send, agent: str, delimiter: str
) -> None:
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)))
    with pytest.raises(InvalidRequestError) as caught:
        send(hostile_server.url, agent=agent)
    text = str(caught.value)
    assert f"which contains '{delimiter}'; use the id only" in text
    assert "base_url" not in text
    assert (caught.value.attempts, hostile_server.received) == (0, [])


@pytest.mark.parametrize(
    "agent", ["a", "p1q2r3s4t5u6v7w8x9y0", "7e9c1d5a-0b1c-4d2e-8f3a-4b5c6d7e8f90", "é-1_~.:@!$'()"]
)
def test_unusual_agent_ids_are_accepted(leadway: Leadway, agent: str) -> None:
    assert leadway.agent(agent).id == agent
    assert leadway.agent(agent).conversation().agent_id == agent


def test_an_agent_id_is_one_segment_of_the_path(hostile_server: HostileServer) -> None:
    hostile_server.respond_with(send_bytes(response(200, GOOD_BODY)))
    with client(hostile_server.url) as leadway:
        leadway.agent("..\\a b%2fc&d=e;f").execute("Hello")
    (request,) = hostile_server.received
    first_line = request.split(b"\r\n")[0]
    assert b"/agent-studio/agent/..%5Ca%20b%252fc%26d%3De%3Bf/execute" in first_line


def circle() -> list[Any]:
    inner: list[Any] = []
    inner.append(inner)
    return inner


def deep() -> list[Any]:
    inner: list[Any] = []
    for _ in range(100_000):
        inner = [inner]
    return inner


@pytest.mark.parametrize("value", [float("nan"), object(), {1j}, circle(), deep(), "\ud800"])
def test_values_that_are_not_json_are_rejected_and_not_sent(url: str, value: Any) -> None:
    with client(url) as leadway, pytest.raises(InvalidRequestError, match="as JSON"):
        leadway.agent(ECHO_ID).execute("Hello", input_variables={"value": value})


def test_an_invalid_attachment_is_rejected_and_not_sent(leadway: Leadway) -> None:
    as_sent: Any = [{"type": "image", "imageUrl": "https://example.com/image.png"}]
    with pytest.raises(
        InvalidRequestError, match=r"created by image\(url\), not {'type'"
    ) as caught:
        leadway.agent(ECHO_ID).conversation().send("Look", attachments=as_sent)
    assert caught.value.status is None


def test_the_deprecated_path_works_and_warns(leadway: Leadway) -> None:
    with pytest.warns(DeprecationWarning, match="execute") as warned:
        reply = leadway.agent(ECHO_ID).execute_deprecated("Hello")  # type: ignore[deprecated]
    assert warned[0].filename == __file__
    assert "public-api" in reply.http_response.path


def test_a_closed_client_raises(url: str) -> None:
    with client(url) as leadway:
        agent = leadway.agent(ECHO_ID)
    with pytest.raises(ClientClosedError, match="with"):
        agent.execute("Hello")


def test_an_exceeded_quota_has_the_seconds_to_wait(mock_with: Callable[..., str]) -> None:
    with client(mock_with(enforce_quotas=True), retries=RetryPolicy(attempts=1)) as leadway:
        agent = leadway.agent(ECHO_ID)
        with pytest.raises(RateLimitedError) as limited:
            deque(map(agent.execute, ["Hello"] * 201), maxlen=0)
    assert limited.value.retry_after is not None
    assert limited.value.retry_safe


def test_clients_share_a_rate_limiter(url: str) -> None:
    rate_limiter = RateLimiter([(3, 60)], clock=lambda: 0.0)
    with (
        client(url, rate_limiter=rate_limiter) as one,
        client(url, rate_limiter=rate_limiter) as two,
    ):
        for each in (one, two, one):
            each.agent(ECHO_ID).execute("Hello")
    assert rate_limiter.reserve() == 60


def test_each_attempt_is_observed_and_logged(url: str, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Attempt] = []
    with (
        caplog.at_level(logging.DEBUG, "leadway"),
        client(url, observer=seen.append) as leadway,
    ):
        reply = leadway.agent(ECHO_ID).execute("A private message")
        with pytest.raises(InactiveAgentError):
            leadway.agent("inactiveagent00000000000").execute("Hello")
    good, bad = seen
    assert (good.status, good.execution_id, good.error) == (200, reply.execution_id, None)
    assert (bad.status, bad.execution_id) == (400, None)
    assert isinstance(bad.error, InactiveAgentError)
    assert 0 < good.seconds < 60
    assert good.path == f"/agent-studio/agent/{ECHO_ID}/execute"
    ours = [record for record in caplog.records if record.name == "leadway"]
    assert [record.levelname for record in ours] == ["DEBUG", "WARNING"]
    assert reply.interaction_id in ours[0].getMessage()
    assert "A private message" not in caplog.text


FORGED = "e\nCRITICAL leadway forged \x1b[2J\u202e"


def test_ids_of_the_service_forge_no_line_of_a_log(
    hostile_server: HostileServer, caplog: pytest.LogCaptureFixture
) -> None:
    ids = {"executionId": FORGED, "interactionId": FORGED}
    gone = response(404, b'{"message": "Unknown executionId."}')
    good = response(200, json.dumps({**SAMPLE, **ids}).encode())
    hostile_server.respond_with(*map(send_bytes, (good, gone, good)))
    with caplog.at_level(logging.DEBUG, "leadway"), client(hostile_server.url) as leadway:
        chat = leadway.agent(ECHO_ID).conversation(restart_expired=True)
        chat.send("One")
        assert chat.send("Two").execution_id == FORGED
    ours = [record.getMessage() for record in caplog.records if record.name == "leadway"]
    assert len(ours) == 4
    assert all(map(str.isprintable, ours))
    assert sum("e\\nCRITICAL leadway forged \\x1b[2J\\u202e" in line for line in ours) == 3


def fail(_: Attempt) -> None:
    raise LookupError("the observer's own fault")


def test_a_failing_observer_does_not_lose_the_reply(
    url: str, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    assert send(url, observer=fail).text == "Turn 1. You said: Hello"
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.name == "leadway"
    assert re.fullmatch(r"observer <function fail at \w+> failed: attempt 1", record.message)
    assert record.exc_info
    assert record.exc_info[0] is LookupError
    assert "the observer's own fault" in caplog.text


def test_a_failing_observer_does_not_replace_an_error(url: str, send: Send) -> None:
    with pytest.raises(InactiveAgentError) as caught:
        send(url, agent="inactiveagent00000000000", observer=fail)
    assert caught.value.__context__ is None


def test_a_failing_observer_does_not_prevent_a_retry(
    hostile_server: HostileServer, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    busy = response(429, b'{"message": "Too many"}')
    hostile_server.respond_with(send_bytes(busy), send_bytes(response(200, GOOD_BODY)))
    assert send(hostile_server.url, observer=fail).success
    failed = [each.message for each in caplog.records if each.levelno >= logging.ERROR]
    assert [message.rpartition(" ")[2] for message in failed] == ["1", "2"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_exceptions_that_end_the_program_pass_an_observer(
    url: str, send: Send, stop: type[BaseException]
) -> None:
    def raise_stop(_: Attempt) -> None:
        raise stop

    with pytest.raises(stop):
        send(url, observer=raise_stop)


OBSERVER_PROGRAM = """
import logging, sys
from leadway import InactiveAgentError, Leadway

exec(sys.argv[2])
with Leadway(token=sys.argv[3], location_id="here", base_url=sys.argv[1]) as quiet:
    try:
        quiet.agent("inactiveagent00000000000").execute("Hello")
    except InactiveAgentError:
        print("---", file=sys.stderr)
with Leadway(quiet.settings, observer=lambda attempt: attempt.nothing) as leadway:
    print(leadway.agent("p1q2r3s4t5u6v7w8x9y0z1a2").execute("Hello").text)
"""
"""An error response, which is only logged, and an observer that fails."""


@pytest.mark.parametrize(
    ("logs", "errors", "failures"),
    [
        ("", 0, 1),
        ("logging.basicConfig()", 1, 1),
        ("logging.basicConfig(level='CRITICAL')", 0, 0),
        ("logging.getLogger('leadway').addHandler(logging.StreamHandler())", 1, 1),
        ("logging.getLogger('leadway').addHandler(logging.NullHandler())", 0, 0),
    ],
)
def test_a_failing_observer_is_printed_if_logging_is_not_configured(
    url: str, logs: str, errors: int, failures: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OBSERVER_PROGRAM, url, logs, MOCK_TOKEN],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "Turn 1. You said: Hello\n"
    before, _, after = done.stderr.partition("---\n")
    assert before.count("InactiveAgentError") == errors
    assert after.count("Traceback") == after.count("AttributeError: ") == failures


CLIENTS = 30
"""More than the default number of connections that httpx keeps."""


def respond_to_all_at_once(hostile_server: HostileServer) -> set[Any]:
    """Respond after `CLIENTS` requests; return the set of connections."""
    connections = set()
    all_at_once = threading.Barrier(CLIENTS, timeout=30)

    def script(connection: socket.socket) -> None:
        connections.add(connection.getpeername())
        all_at_once.wait()
        send_bytes(response(200, GOOD_BODY))(connection)

    hostile_server.respond_with(script)
    return connections


def test_threads_reuse_connections_and_share_no_pool(
    hostile_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shared pool closes expired connections, even if another thread was just given one."""
    connections, pools, handle = (
        respond_to_all_at_once(hostile_server),
        [],
        ConnectionPool.handle_request,
    )

    def record(pool: ConnectionPool, request: Request) -> Response:
        pools.append(pool)
        return handle(pool, request)

    monkeypatch.setattr(ConnectionPool, "handle_request", record)
    with client(hostile_server.url) as leadway, ThreadPoolExecutor(CLIENTS) as threads:
        for _ in range(3):
            list(threads.map(leadway.agent(ECHO_ID).execute, ["Hello"] * CLIENTS))
    rounds = [pools[start : start + CLIENTS] for start in range(0, len(pools), CLIENTS)]
    assert [len(set(each)) for each in rounds] == [CLIENTS] * 3
    assert len(connections) == CLIENTS


def test_tasks_reuse_connections(hostile_server: HostileServer) -> None:
    """A pool that closes surplus connections may close one that another task was just given."""
    connections = respond_to_all_at_once(hostile_server)

    async def converse() -> None:
        async with AsyncLeadway(
            token=MOCK_TOKEN, location_id=LOCATION, base_url=hostile_server.url
        ) as leadway:
            for _ in range(3):
                await asyncio.gather(
                    *(leadway.agent(ECHO_ID).execute("Hello") for _ in range(CLIENTS))
                )

    asyncio.run(converse())
    assert len(connections) == CLIENTS


def test_a_client_closed_during_a_call_closes_its_last_connection(
    hostile_server: HostileServer,
) -> None:
    received, closed, gone = threading.Event(), threading.Event(), threading.Event()

    def script(connection: socket.socket) -> None:
        received.set()
        closed.wait(10)
        send_bytes(response(200, GOOD_BODY))(connection)
        connection.settimeout(10)
        if connection.recv(1) == b"":
            gone.set()

    hostile_server.respond_with(script)
    with client(hostile_server.url) as leadway, ThreadPoolExecutor(1) as threads:
        reply = threads.submit(leadway.agent(ECHO_ID).execute, "Hello")
        assert received.wait(10)
        leadway.close()
        closed.set()
        assert reply.result(10).text
    assert gone.wait(10)
