"""Conversations with the mock, over real sockets."""

from __future__ import annotations

import asyncio
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
from httpx import HTTPTransport, Request, Response

from leadway import (
    MADE_UP,
    AsyncLeadway,
    Attempt,
    ClosedError,
    ConversationBusyError,
    InactiveAgentError,
    InvalidRequestError,
    InvalidTokenError,
    Leadway,
    MissingScopeError,
    Pacer,
    RateLimitedError,
    Reply,
    Retries,
    SessionExpiredError,
    UnknownAgentError,
    UnknownVersionError,
    VersionHeaderError,
    WrongLocationError,
    image,
)
from leadway_mock.agents import ECHO_ID, OTHER_LOCATION_TOKEN, UNKNOWN_TOKEN, UNSCOPED_TOKEN
from tests.sdk.conftest import LOCATION, Ask
from tests.sdk.hostile import GOOD_BODY, Hostile, answer, say, say_and_hang_up


def client(url: str, **options: Any) -> Leadway:
    return Leadway(**{"token": MADE_UP, "location_id": LOCATION, "base_url": url} | options)


@pytest.fixture
def leadway(url: str) -> Iterator[Leadway]:
    with client(url) as made:
        yield made


def test_the_first_example_works_as_it_is_written(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEADWAY_TOKEN", MADE_UP)
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


def test_the_same_in_async_code(url: str) -> None:
    async def talk() -> list[str]:
        options: Any = {"token": MADE_UP, "location_id": LOCATION, "base_url": url}
        async with AsyncLeadway(**options) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            await chat.send("One")
            resumed = leadway.agent(ECHO_ID).conversation(chat.execution_id)
            await resumed.send("Two")
            return [turn.reply.text for turn in (*chat.history, *resumed.history)]

    assert asyncio.run(talk()) == ["Turn 1. You said: One", "Turn 2. You said: Two"]


def test_the_same_on_trio(url: str) -> None:
    async def talk() -> str:
        options: Any = {"token": MADE_UP, "location_id": LOCATION, "base_url": url}
        pacer = Pacer([(1, 0.01)])
        async with AsyncLeadway(**options, pacer=pacer) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            await chat.send("One")
            return (await chat.send("Two")).text

    assert trio.run(talk) == "Turn 2. You said: Two"


def test_no_logging_is_forced_on_anybody(url: str) -> None:
    code = "import sys, leadway; leadway.Leadway(token=sys.argv[2], location_id='x',"
    code += " base_url=sys.argv[1]).agent('nobody').execute('Hello')"
    command = [sys.executable, "-c", code, url, MADE_UP]
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "UnknownAgentError: Agent not found" in done.stderr
    assert "attempt 1" not in done.stderr


def test_a_conversation_goes_on_in_another_process(leadway: Leadway, url: str) -> None:
    first = leadway.agent(ECHO_ID).conversation()
    first.send("One")
    with client(url) as other:
        second = other.agent(ECHO_ID).conversation(first.execution_id)
        assert second.send("Two").text == "Turn 2. You said: Two"
        assert second.execution_id == first.execution_id


def test_everything_that_can_come_with_a_message_does(leadway: Leadway) -> None:
    chat = leadway.agent(ECHO_ID).conversation(
        contact_id="cid_abc123def456",
        input_variables={"customerName": "John", "orderNumber": "1"},
        version_id="b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d",
    )
    picture = image("https://example.com/image.png")
    said = chat.send("Hi", attachments=[picture], input_variables={"orderNumber": "2"}).text
    for part in ("cid_abc123def456", '"customerName": "John"', '"orderNumber": "2"', "image.png"):
        assert part in said


def test_history_has_what_was_said(leadway: Leadway) -> None:
    chat = leadway.agent(ECHO_ID).conversation()
    replies = [chat.send("One"), chat.send("Two")]
    assert [(turn.message, turn.reply) for turn in chat.history] == [
        ("One", replies[0]),
        ("Two", replies[1]),
    ]
    assert repr(chat.execution_id) in repr(chat)


def test_an_expired_session_is_an_error_unless_asked_to_begin_anew(
    mock_with: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    with client(mock_with(session_idle_seconds=0.001)) as leadway:
        strict = leadway.agent(ECHO_ID).conversation()
        gentle = leadway.agent(ECHO_ID).conversation(restart_expired=True)
        old = gentle.send("One").execution_id
        strict.send("One")
        threading.Event().wait(0.05)
        with pytest.raises(SessionExpiredError):
            strict.send("Two")
        with caplog.at_level(logging.WARNING, "leadway"):
            assert gentle.send("Two").text == "Turn 1. You said: Two"
        assert gentle.execution_id != old
        assert gentle.restarts == 1
        assert f"session {old} has expired" in caplog.text


def test_a_first_message_is_never_restarted(hostile_server: Hostile) -> None:
    gone = b'{"message": "Unknown executionId.", "statusCode": 404}'
    hostile_server.will(say(answer(404, gone)))
    with client(hostile_server.url) as leadway:
        chat = leadway.agent(ECHO_ID).conversation(restart_expired=True)
        with pytest.raises(SessionExpiredError):
            chat.send("One")
    assert len(hostile_server.heard) == 1


def test_a_connection_that_was_closed_meanwhile_is_replaced(hostile_server: Hostile) -> None:
    hostile_server.will(say_and_hang_up(answer(200, GOOD_BODY)))
    with client(hostile_server.url) as leadway:
        chat = leadway.agent(ECHO_ID).conversation()
        chat.send("One")
        threading.Event().wait(0.1)
        chat.send("Two")
    assert len(hostile_server.heard) == 2


def test_a_second_message_waits_for_the_first_answer(hostile_server: Hostile) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slowly(connection: Any) -> None:
        asked.set()
        go_on.wait(10)
        connection.sendall(answer(200, GOOD_BODY))

    hostile_server.will(slowly)
    with client(hostile_server.url) as leadway:
        chat = leadway.agent(ECHO_ID).conversation()
        thread = threading.Thread(target=chat.send, args=["One"])
        thread.start()
        asked.wait(10)
        with pytest.raises(ConversationBusyError, match="takes turns"):
            chat.send("Two")
        go_on.set()
        thread.join()
        assert chat.send("Three").success
        assert [turn.message for turn in chat.history] == ["One", "Three"]


def test_tasks_do_not_mix_their_turns_either(url: str) -> None:
    async def talk() -> tuple[Reply | BaseException, ...]:
        options: Any = {"token": MADE_UP, "location_id": LOCATION, "base_url": url}
        async with AsyncLeadway(**options) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            return await asyncio.gather(chat.send("1"), chat.send("2"), return_exceptions=True)

    first, second = asyncio.run(talk())
    assert isinstance(first, Reply)
    assert isinstance(second, ConversationBusyError)


def test_a_task_that_is_cancelled_lets_the_conversation_go_on(hostile_server: Hostile) -> None:
    asked = threading.Event()

    def never(connection: Any) -> None:
        asked.set()
        connection.recv(1)

    hostile_server.will(never, say(answer(200, GOOD_BODY)))

    async def talk() -> str:
        options: Any = {"token": MADE_UP, "location_id": LOCATION, "base_url": hostile_server.url}
        async with AsyncLeadway(**options) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            task = asyncio.create_task(chat.send("One"))
            await asyncio.to_thread(asked.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return (await chat.send("Two")).text

    assert asyncio.run(talk())


REFUSALS: list[tuple[dict[str, Any], str, type[Exception]]] = [
    ({"token": UNKNOWN_TOKEN}, ECHO_ID, InvalidTokenError),
    ({"token": UNSCOPED_TOKEN}, ECHO_ID, MissingScopeError),
    ({"token": OTHER_LOCATION_TOKEN}, ECHO_ID, WrongLocationError),
    ({"api_version": "1999-01-01"}, ECHO_ID, VersionHeaderError),
    ({}, "inactiveagent00000000000", InactiveAgentError),
    ({}, "unpublishedagent00000000", UnknownAgentError),
    ({}, "nobody", UnknownAgentError),
]


@pytest.mark.parametrize(("options", "agent", "expected"), REFUSALS)
def test_each_refusal_has_its_class(
    url: str, options: dict[str, Any], agent: str, expected: type[Exception]
) -> None:
    with client(url, **options) as leadway, pytest.raises(expected):
        leadway.agent(agent).execute("Hello")


def test_a_version_that_is_not_published_is_told_apart(leadway: Leadway) -> None:
    with pytest.raises(UnknownVersionError):
        leadway.agent(ECHO_ID).execute("Hello", version_id="never-published")


def test_an_invalid_request_names_its_fields(leadway: Leadway) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        leadway.agent(ECHO_ID).execute("")
    assert [each.field for each in refused.value.violations] == ["message"]
    assert refused.value.trace_id


@pytest.mark.parametrize("agent", ["", ".", "..", "a\nb", None, 3])
def test_what_is_no_agents_id_is_refused_at_once(leadway: Leadway, agent: Any) -> None:
    with pytest.raises(InvalidRequestError, match=r"no agent's id\. An id is a word such as"):
        leadway.agent(agent)


@pytest.mark.parametrize(
    ("agent", "end"),
    [("foo/bar", "/"), ("https://app.example/agent/x?y#z", "/"), ("x?y", "?"), ("x#y", "#")],
)
def test_an_address_is_no_agents_id_in_threads_and_tasks(
    hostile_server: Hostile, ask: Ask, agent: str, end: str
) -> None:
    hostile_server.will(say(answer(200, GOOD_BODY)))
    with pytest.raises(InvalidRequestError) as refused:
        ask(hostile_server.url, agent=agent)
    told = str(refused.value)
    assert f"it has a '{end}' in it. An id is a word such as" in told
    assert "base_url" not in told
    assert (refused.value.attempts, hostile_server.heard) == (0, [])


@pytest.mark.parametrize(
    "agent", ["a", "p1q2r3s4t5u6v7w8x9y0", "7e9c1d5a-0b1c-4d2e-8f3a-4b5c6d7e8f90", "é-1_~.:@!$'()"]
)
def test_whatever_might_be_an_agents_id_is_one(leadway: Leadway, agent: str) -> None:
    assert leadway.agent(agent).id == agent


def test_an_agents_id_is_one_part_of_the_path(hostile_server: Hostile) -> None:
    hostile_server.will(say(answer(200, GOOD_BODY)))
    with client(hostile_server.url) as leadway:
        leadway.agent("..\\a b%2fc&d=e;f").execute("Hello")
    (request,) = hostile_server.heard
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
def test_what_is_no_json_is_refused_and_not_sent(url: str, value: Any) -> None:
    with client(url) as leadway, pytest.raises(InvalidRequestError, match="as JSON"):
        leadway.agent(ECHO_ID).execute("Hello", input_variables={"value": value})


def test_an_attachment_that_is_none_is_refused_and_not_sent(leadway: Leadway) -> None:
    as_sent: Any = [{"type": "image", "imageUrl": "https://example.com/image.png"}]
    with pytest.raises(
        InvalidRequestError, match=r"made by image\(url\), and not {'type'"
    ) as refused:
        leadway.agent(ECHO_ID).conversation().send("Look", attachments=as_sent)
    assert refused.value.status is None


def test_the_old_path_is_there_and_says_that_it_is_old(leadway: Leadway) -> None:
    with pytest.warns(DeprecationWarning, match="execute"):
        reply = leadway.agent(ECHO_ID).execute_deprecated("Hello")  # type: ignore[deprecated]
    assert "public-api" in reply.answer.path


def test_a_closed_client_says_so(url: str) -> None:
    with client(url) as leadway:
        agent = leadway.agent(ECHO_ID)
    with pytest.raises(ClosedError, match="with"):
        agent.execute("Hello")


def test_a_quota_that_is_used_up_tells_the_wait(mock_with: Callable[..., str]) -> None:
    with client(mock_with(enforce_quotas=True), retries=Retries(attempts=1)) as leadway:
        agent = leadway.agent(ECHO_ID)
        with pytest.raises(RateLimitedError) as limited:
            deque(map(agent.execute, ["Hello"] * 201), maxlen=0)
    assert limited.value.retry_after is not None
    assert limited.value.retry_safe


def test_clients_share_a_pacer(url: str) -> None:
    pacer = Pacer([(3, 60)], clock=lambda: 0.0)
    with client(url, pacer=pacer) as one, client(url, pacer=pacer) as two:
        for each in (one, two, one):
            each.agent(ECHO_ID).execute("Hello")
    assert pacer.reserve() == 60


def test_each_attempt_can_be_watched(url: str, caplog: pytest.LogCaptureFixture) -> None:
    watched: list[Attempt] = []
    with caplog.at_level(logging.DEBUG, "leadway"), client(url, observer=watched.append) as leadway:
        reply = leadway.agent(ECHO_ID).execute("A secret of mine")
        with pytest.raises(InactiveAgentError):
            leadway.agent("inactiveagent00000000000").execute("Hello")
    good, bad = watched
    assert (good.status, good.execution_id, good.error) == (200, reply.execution_id, None)
    assert (bad.status, bad.execution_id) == (400, None)
    assert isinstance(bad.error, InactiveAgentError)
    assert 0 < good.seconds < 60
    assert good.path == f"/agent-studio/agent/{ECHO_ID}/execute"
    ours = [record for record in caplog.records if record.name == "leadway"]
    assert [record.levelname for record in ours] == ["DEBUG", "WARNING"]
    assert reply.interaction_id in ours[0].getMessage()
    assert "A secret of mine" not in caplog.text


def failing(_: Attempt) -> None:
    raise LookupError("the observer's own fault")


def test_an_observer_that_fails_costs_nobody_the_reply(
    url: str, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(url, observer=failing).text == "Turn 1. You said: Hello"
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.name == "leadway"
    assert re.fullmatch(r"observer <function failing at \w+> failed: attempt 1", record.message)
    assert record.exc_info
    assert record.exc_info[0] is LookupError
    assert "the observer's own fault" in caplog.text


def test_nor_does_it_take_the_place_of_an_error(url: str, ask: Ask) -> None:
    with pytest.raises(InactiveAgentError) as refused:
        ask(url, agent="inactiveagent00000000000", observer=failing)
    assert refused.value.__context__ is None


def test_nor_does_it_keep_a_message_from_being_sent_again(
    hostile_server: Hostile, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    busy = answer(429, b'{"message": "Too many"}')
    hostile_server.will(say(busy), say(answer(200, GOOD_BODY)))
    assert ask(hostile_server.url, observer=failing).success
    failed = [each.message for each in caplog.records if each.levelno >= logging.ERROR]
    assert [message.rpartition(" ")[2] for message in failed] == ["1", "2"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_to_end_the_program_passes_an_observer(
    url: str, ask: Ask, stop: type[BaseException]
) -> None:
    def stopping(_: Attempt) -> None:
        raise stop

    with pytest.raises(stop):
        ask(url, observer=stopping)


UNHEARD_OF = """
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
"""A refusal, which is the business of logs alone, and an observer that fails."""


@pytest.mark.parametrize(
    ("logs", "refusals", "failures"),
    [
        ("", 0, 1),
        ("logging.basicConfig()", 1, 1),
        ("logging.basicConfig(level='CRITICAL')", 0, 0),
        ("logging.getLogger('leadway').addHandler(logging.StreamHandler())", 1, 1),
        ("logging.getLogger('leadway').addHandler(logging.NullHandler())", 0, 0),
    ],
)
def test_an_observer_that_fails_is_read_by_whoever_asks_for_no_logs(
    url: str, logs: str, refusals: int, failures: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNHEARD_OF, url, logs, MADE_UP],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "Turn 1. You said: Hello\n"
    before, _, after = done.stderr.partition("---\n")
    assert before.count("InactiveAgentError") == refusals
    assert after.count("Traceback") == after.count("AttributeError: ") == failures


CROWD = 30
"""More than httpx keeps connections for by itself."""


def answer_a_crowd(hostile_server: Hostile) -> set[Any]:
    """Answer once a whole crowd has asked; return a set that each connection comes to."""
    connections = set()
    all_at_once = threading.Barrier(CROWD, timeout=30)

    def script(connection: socket.socket) -> None:
        connections.add(connection.getpeername())
        all_at_once.wait()
        say(answer(200, GOOD_BODY))(connection)

    hostile_server.will(script)
    return connections


def test_threads_keep_their_connections_and_share_no_pool(
    hostile_server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shared pool closes what has expired, even if another thread was just given it."""
    connections, pools, handle = answer_a_crowd(hostile_server), [], HTTPTransport.handle_request

    def watched(pool: HTTPTransport, request: Request) -> Response:
        pools.append(pool)
        return handle(pool, request)

    monkeypatch.setattr(HTTPTransport, "handle_request", watched)
    with client(hostile_server.url) as leadway, ThreadPoolExecutor(CROWD) as threads:
        for _ in range(3):
            list(threads.map(leadway.agent(ECHO_ID).execute, ["Hello"] * CROWD))
    rounds = [pools[start : start + CROWD] for start in range(0, len(pools), CROWD)]
    assert [len(set(each)) for each in rounds] == [CROWD] * 3
    assert len(connections) == CROWD


def test_tasks_keep_their_connections(hostile_server: Hostile) -> None:
    """A pool that closes what it thinks too many may close what another task was just given."""
    connections = answer_a_crowd(hostile_server)

    async def converse() -> None:
        async with AsyncLeadway(
            token=MADE_UP, location_id=LOCATION, base_url=hostile_server.url
        ) as leadway:
            for _ in range(3):
                await asyncio.gather(
                    *(leadway.agent(ECHO_ID).execute("Hello") for _ in range(CROWD))
                )

    asyncio.run(converse())
    assert len(connections) == CROWD


def test_a_client_that_is_closed_meanwhile_closes_its_last_connection(
    hostile_server: Hostile,
) -> None:
    asked, closed, gone = threading.Event(), threading.Event(), threading.Event()

    def script(connection: socket.socket) -> None:
        asked.set()
        closed.wait(10)
        say(answer(200, GOOD_BODY))(connection)
        connection.settimeout(10)
        if connection.recv(1) == b"":
            gone.set()

    hostile_server.will(script)
    with client(hostile_server.url) as leadway, ThreadPoolExecutor(1) as threads:
        reply = threads.submit(leadway.agent(ECHO_ID).execute, "Hello")
        assert asked.wait(10)
        leadway.close()
        closed.set()
        assert reply.result(10).text
    assert gone.wait(10)
