"""Outages of the store: error responses meanwhile, and recovery."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from leadway_mock.config.settings import Settings
from leadway_mock.http.messages import Response
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.store import Store, StoreUnavailable, WouldBlock, Write, open_store, sqlite
from leadway_mock.store.memory import MemoryStore
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.mock.client import CURRENT, LOCATION, TOKEN, EmulatorClient
from tests.network import Proxy
from tests.redis_server import DURABLE, RedisProgram, redis_program
from tests.wait import wait_until

PATIENCE = 30.0
"""Time-out for events that certainly happen, even on a slow machine."""

THREADS = Settings().threads

HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}


@contextmanager
def serving(store: str) -> Iterator[httpx.Client]:
    """Serve a mock over that store, and call it."""
    emulator = build_emulator(Settings(store=store, validate_responses=True))
    try:
        with (
            open_server(create_app(emulator=emulator), Settings(port=0)) as server,
            httpx.Client(base_url=server.url, trust_env=False, timeout=PATIENCE) as client,
        ):
            yield client
    finally:
        emulator.close()


def say(client: httpx.Client, **fields: str) -> httpx.Response:
    body = {"message": "hello", "locationId": LOCATION} | fields
    return client.post(CURRENT, headers=HEADERS, json=body)


def assert_outage(response: httpx.Response, why: str) -> None:
    """Check the error response of a request that needs the store."""
    assert response.status_code == 503
    assert response.json() == {"statusCode": 503, "message": "Service Unavailable"}
    assert response.headers["Retry-After"] == "1"
    assert response.headers["X-Mock-Rule"] == "store-unavailable"
    assert response.headers["X-Mock-Evidence"] == "invented"
    assert response.headers["X-Trace-Id"]
    assert why in response.headers["X-Mock-Hint"]


def assert_turns(client: httpx.Client, session: str, turns: int) -> None:
    found = client.get(f"/__mock/sessions/{session}").json()
    assert [turn["turn"] for turn in found["transcript"]] == list(range(1, turns + 1)), found


@pytest.fixture
def server() -> Iterator[RedisProgram]:
    with redis_program(*DURABLE) as started:
        yield started


@pytest.mark.behaviour("store-unavailable")
def test_a_conversation_survives_a_crash_of_its_store(server: RedisProgram) -> None:
    with serving(server.url) as client:
        session = say(client).json()["executionId"]
        port = server.port
        server.kill()
        assert_outage(say(client, executionId=session), "does not respond")
        for path in ("health", "sessions", "journal", "settings"):
            response = client.get(f"/__mock/{path}")
            assert response.status_code == 503
            assert response.headers["Retry-After"] == "1"
            assert "does not respond" in response.json()["message"]
        server.start()
        assert server.port == port
        assert say(client, executionId=session).status_code == 200
        assert_turns(client, session, 2)


@dataclass
class Conversation:
    """One conversation, as its client knows it."""

    session: str
    acknowledged: list[str]
    """The `interactionId` of each response."""

    unsure: int = 0
    """How often the mock could not tell whether a turn was kept."""

    def go_on(self, client: httpx.Client) -> None:
        """Say one thing more."""
        response = say(client, executionId=self.session)
        if response.status_code == 200:
            self.acknowledged.append(response.json()["interactionId"])
            return
        assert response.status_code == 503
        self.unsure += "Retry-After" not in response.headers

    def until(self, client: httpx.Client, responses: int) -> None:
        """Send messages until there are so many responses."""
        deadline = time.monotonic() + PATIENCE
        while len(self.acknowledged) < responses and time.monotonic() < deadline:
            self.go_on(client)
        assert len(self.acknowledged) >= responses

    def check(self, client: httpx.Client) -> None:
        """Check that each acknowledged turn is stored once and in order, with few others."""
        found = client.get(f"/__mock/sessions/{self.session}", params={"limit": 1_000}).json()
        kept = [turn["interactionId"] for turn in found["transcript"]]
        assert [each for each in kept if each in set(self.acknowledged)] == self.acknowledged
        assert len(set(kept)) == len(kept) == found["turns"]
        assert len(kept) <= len(self.acknowledged) + self.unsure


def start_conversation(client: httpx.Client) -> Conversation:
    response = say(client).json()
    return Conversation(response["executionId"], [response["interactionId"]])


def _least(conversations: Sequence[Conversation]) -> int:
    return min(len(conversation.acknowledged) for conversation in conversations)


@pytest.mark.behaviour("store-unavailable")
def test_a_crash_during_conversations_loses_no_acknowledged_turn(
    server: RedisProgram,
) -> None:
    with serving(server.url) as client, ThreadPoolExecutor(4) as pool:
        conversations = [start_conversation(client) for _ in range(4)]
        for round_ in (1, 2, 3):
            running = [
                pool.submit(conversation.until, client, 8 * round_)
                for conversation in conversations
            ]
            while _least(conversations) < 8 * round_ - 5 and not all(
                each.done() for each in running
            ):
                time.sleep(0.001)
            server.kill()
            server.start()
            for each in running:
                each.result()
        for conversation in conversations:
            conversation.check(client)


@pytest.mark.behaviour("store-unavailable")
def test_a_hanging_store_delays_requests_for_a_limited_time(server: RedisProgram) -> None:
    with serving(f"{server.url}?socket_timeout=0.2") as client:
        session = say(client).json()["executionId"]
        server.signal(signal.SIGSTOP)
        began = time.monotonic()
        assert_outage(say(client, executionId=session), "Timeout")
        assert_outage(say(client, executionId=session), "Timeout")
        assert time.monotonic() - began < PATIENCE / 2
        server.signal(signal.SIGCONT)
        assert say(client, executionId=session).status_code == 200
        assert_turns(client, session, 2)


@pytest.mark.behaviour("store-unavailable")
def test_one_request_waits_for_a_hanging_store_and_others_get_503_at_once(
    server: RedisProgram,
) -> None:
    with (
        serving(f"{server.url}?socket_timeout=3") as client,
        ThreadPoolExecutor(2 * THREADS) as pool,
    ):
        server.signal(signal.SIGSTOP)
        assert_outage(say(client), "Timeout")
        asked = [pool.submit(say, client) for _ in range(2 * THREADS - 1)]
        asked.append(pool.submit(client.get, "/__mock/health"))
        reported = list(islice(as_completed(asked), len(asked) - 1))
        server.signal(signal.SIGCONT)
        for each in reported:
            assert each.result().status_code == 503
            assert "Timeout" in each.result().headers["X-Mock-Hint"]
        (waited,) = set(asked) - set(reported)
        assert waited.result().status_code == 200
        assert say(client).status_code == 200


def test_idle_connections_to_a_hanging_store_are_not_tried_in_turn(
    server: RedisProgram,
) -> None:
    with Proxy(server.port) as line, ThreadPoolExecutor(THREADS) as pool:
        store = open_store(f"{line.url}?socket_timeout=3")
        line.slow(0.1)  # So that each thread has a connection of its own.
        counts = partial(pool.map, store.count, "a" * THREADS)
        assert list(counts()) == [0] * THREADS
        assert line.connections > 1
        line.strand()
        with pytest.raises(StoreUnavailable, match="Timeout"):
            store.count("a")
        assert store.count("a") == 0
        assert list(counts()) == [0] * THREADS
        store.close()


@pytest.mark.behaviour("store-unavailable")
def test_a_read_only_store_is_reported(server: RedisProgram) -> None:
    with serving(server.url) as client, redis.Redis.from_url(server.url) as own:
        own.replicaof("127.0.0.1", "1")
        assert_outage(say(client), "read only replica")
        own.replicaof("NO", "ONE")
        assert say(client).status_code == 200


def test_an_append_without_a_response_is_uncertain_and_never_repeated(server: RedisProgram) -> None:
    store = open_store(f"{server.url}?socket_timeout=0.2")
    store.append("a", "x")
    server.signal(signal.SIGSTOP)
    with pytest.raises(StoreUnavailable) as caught:
        store.append("a", "y")
    assert caught.value.uncertain
    with pytest.raises(StoreUnavailable) as caught:
        store.last("a")
    assert not caught.value.uncertain
    server.signal(signal.SIGCONT)
    # It was in the server's hands, and is done after all: once.
    wait_until(lambda: store.count("a") >= 2)
    store.append("a", "z")
    assert [item.value for item in store.items("a")] == ["x", "y", "z"]
    server.kill()
    with pytest.raises(StoreUnavailable) as caught:
        store.append("a", "never sent")
    assert not caught.value.uncertain
    store.close()


class FailingStore(MemoryStore):
    """A store that appends, and says that it cannot tell, under keys with some text in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        done = super().commit(writes, now=now)
        if any(self._text in write.key for write in writes):
            raise StoreUnavailable("The store is out.", uncertain=True)
        return done


class ContendedStore(MemoryStore):
    """A store where another request seems to change the same state before each commit."""

    is_contended = False

    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        return None if self.is_contended else super().commit(writes, now=now)


CONTENDED = "Other requests changed the same state before each of 1,000 attempts."
AGENT = {"id": "one", "name": "x", "location": LOCATION, "versions": [{"id": "v1"}]}


@pytest.mark.behaviour("store-unavailable")
def test_a_request_whose_commits_all_fail_ends(
    client_with: Callable[..., EmulatorClient],
) -> None:
    store = ContendedStore()
    client = client_with(store=store)
    store.is_contended = True
    response = client.say()
    assert (response.status, response.headers["Retry-After"]) == (503, "1")
    assert CONTENDED in response.hint


@pytest.mark.behaviour("store-unavailable")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/agents/seed", {"agents": [AGENT | {"id": "two", "versions": [{"id": "v2"}]}]}),
        ("PUT", "/agents/one/replies", {"replies": []}),
        ("PATCH", "/settings", {"seed": 7}),
    ],
)
def test_a_control_request_whose_commits_all_fail_ends(
    client_with: Callable[..., EmulatorClient], method: str, path: str, body: dict[str, object]
) -> None:
    store = ContendedStore()
    client = create_app(emulator=client_with(store=store).emulator).test_client()
    assert client.post("/__mock/agents/seed", json={"agents": [AGENT]}).status_code == 200
    store.is_contended = True
    response = client.open(f"/__mock{path}", method=method, json=body)
    assert (response.status_code, response.headers["X-Mock-Rule"]) == (503, "store-unavailable")
    assert response.get_json()["message"] == CONTENDED


def assert_unsafe_to_repeat(response: Response) -> None:
    assert response.status == 503
    assert "Retry-After" not in response.headers
    assert "check before you send the request again" in response.hint


@pytest.mark.behaviour("store-unavailable")
def test_no_retry_is_advised_where_a_turn_may_be_stored(
    client_with: Callable[..., EmulatorClient],
) -> None:
    assert_unsafe_to_repeat(client_with(store=FailingStore("turns/")).say())


@pytest.mark.behaviour("store-unavailable")
def test_a_retry_is_advised_where_only_a_journal_entry_may_be_stored(
    client_with: Callable[..., EmulatorClient],
) -> None:
    response = client_with(store=FailingStore("journal")).say(message="")
    assert response.status == 503
    assert response.headers["Retry-After"] == "1"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file for a store that does not wait long for others."""
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    return tmp_path / "mock.db"


@pytest.mark.behaviour("store-unavailable")
def test_a_file_that_another_program_has_locked(file: Path) -> None:
    with serving(f"sqlite:///{file}") as client:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert_outage(say(client), "database is locked")
        other.execute("ROLLBACK")
        other.close()
        assert say(client).status_code == 200


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[httpx.Client, sqlite3.Connection]]:
    """Serve a mock over a file, with a connection of another program that may lock it."""
    file = tmp_path / "mock.db"
    with serving(f"sqlite:///{file}") as client:
        other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        yield client, other
        other.close()


def test_a_request_that_waits_for_a_file_is_handled_once_and_does_not_hold_the_others(
    locked: tuple[httpx.Client, sqlite3.Connection],
) -> None:
    client, other = locked
    session = say(client).json()["executionId"]
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(say, client, executionId=session) for _ in range(2)]
        time.sleep(0.2)
        # The loop is free, and so are threads for what does not need the store.
        assert client.get("/__mock/openapi.yaml").status_code == 200
        assert not any(each.done() for each in waiting)
        other.execute("COMMIT")
        assert [each.result().status_code for each in waiting] == [200, 200]
    assert_turns(client, session, 3)
    assert client.get("/__mock/journal").json()["count"] == 3


def test_in_the_loop_a_verb_that_would_wait_writes_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/mock.db")
    other = sqlite3.connect(tmp_path / "mock.db", isolation_level=None)
    with store.without_waiting():
        assert store.append("a", "x") == 1
    other.execute("BEGIN IMMEDIATE")
    with store.without_waiting():
        assert store.count("a") == 1  # Readers do not wait for a writer.
    with pytest.raises(WouldBlock), store.without_waiting():
        store.append("a", "y")
    other.execute("COMMIT")
    with pytest.raises(WouldBlock), store.without_waiting():
        pytest.fail("The loop leaves a busy database to threads for a while.")
    assert store.append("a", "z") == 2
    other.close()
    store.close()


def test_in_the_loop_a_request_commits_once(
    tmp_path: Path, client_with: Callable[..., EmulatorClient]
) -> None:
    """The number of a request, for its seed, is a commit of its own; a second one might wait."""
    store = open_store(f"sqlite:///{tmp_path}/mock.db")
    client = client_with(store=store, seed=1)
    with pytest.raises(WouldBlock), store.without_waiting():
        client.say()
    assert client.say().status == 200
    assert client.emulator.journal.count() == 1
    store.close()


@pytest.fixture
def full_store(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store on a disk that is full after a few pages."""
    connect = sqlite3.connect

    def small(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.execute("PRAGMA max_page_count = 8")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    store = open_store(f"sqlite:///{file}")
    yield store
    store.close()


def test_a_full_disk_loses_nothing_and_the_mock_recovers(full_store: Store) -> None:
    full_store.append("a", "small")
    large = "x" * 100_000
    with pytest.raises(StoreUnavailable, match="full") as caught:
        full_store.append("b", large)
    assert not caught.value.uncertain
    snapshot = full_store.export("a")
    too_much = type(snapshot)((("", 1, large),))
    with pytest.raises(StoreUnavailable, match="full"):
        full_store.restore("a", too_much)
    assert [item.value for item in full_store.items("a")] == ["small"]
    assert full_store.append("a", "more") == 2
