"""Limits of memory and processing time, whatever is sent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.http.messages import Request, Response
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.store.sqlite import SQLiteStore
from leadway_mock.web import PLATFORM, create_app
from tests.security.client import LOCATION, PATH, TOKEN, begin, say

CONTRACT = load_contract()
HEADERS = {
    "authorization": f"Bearer {TOKEN}",
    "version": "2021-07-28",
    "content-type": "application/json",
}
MEGABYTE = 1_000_000
BODY = {"message": "hello", "locationId": LOCATION}


class Mock:
    """An emulator over a store that can be looked into."""

    def __init__(self, **settings: Any) -> None:
        self.store = SQLiteStore(Path(":memory:"))
        self.clock = ManualClock()
        chosen = Settings(seed=1, **settings)
        self.emulator = Emulator(chosen, CONTRACT, BUILT_IN, self.store, self.clock)
        self.client = create_app(emulator=self.emulator).test_client()

    def post(self, body: object, **changes: Any) -> Response:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = HEADERS | changes.get("headers", {})
        path, query = changes.get("path", PATH), changes.get("query", "")
        return self.emulator.handle(Request("POST", path, query, headers, payload))

    def close(self) -> None:
        self.emulator.close()

    def rows(self, table: str) -> int:
        connection = self.store._connection  # noqa: SLF001 - no method returns it
        count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        return count

    def steps(self, work: Callable[[], object]) -> int:
        """Return how many steps SQLite takes for `work`: the cost, whatever the machine."""
        taken = 0

        def step() -> None:
            nonlocal taken
            taken += 1

        connection = self.store._connection  # noqa: SLF001 - no method returns it
        connection.set_progress_handler(step, 1)
        work()
        connection.set_progress_handler(None, 0)
        return taken


MockWith = Callable[..., Mock]


@pytest.fixture
def mock_with() -> Iterator[MockWith]:
    """Make mocks with the settings that a test names, and close them after it."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(closing(Mock(**settings)))


def test_the_journal_is_limited(mock_with: MockWith) -> None:
    mock = mock_with(max_journal=5)
    for _ in range(30):
        say(mock.client)
    assert mock.client.get("/__mock/journal").get_json()["count"] == 5


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (BODY | {"message": "x" * MEGABYTE}, {}),
        (BODY | {"locationId": "x" * MEGABYTE}, {}),
        (BODY | {"executionId": "x" * MEGABYTE}, {}),
        (BODY | {"versionId": "x" * MEGABYTE}, {}),
        (BODY | {"x" * MEGABYTE: 1}, {}),
        (BODY | {f"{n}" + "x" * 10_000: 1 for n in range(90)}, {}),
        (BODY | {"attachments": [{}] * 300_000}, {}),
        (BODY | {"inputVariables": {f"{n}": n for n in range(60_000)}}, {}),
        (b"x" * MEGABYTE, {}),
        (b"\xff" * MEGABYTE, {}),
        (BODY, {"query": "x" * MEGABYTE}),
        (BODY, {"path": "/" + "x" * MEGABYTE}),
        (BODY, {"path": f"/agent-studio/agent/{'x' * MEGABYTE}/execute"}),
        (BODY, {"headers": {f"x-{n}": "x" * 1_000 for n in range(1_000)}}),
        (BODY, {"headers": {"x" * MEGABYTE: "x" * MEGABYTE}}),
        (BODY, {"headers": {"version": "x" * MEGABYTE}}),
        (BODY, {"headers": {"content-type": "x" * MEGABYTE}}),
        (BODY, {"headers": {"prefer": "example=" + "x" * MEGABYTE}}),
    ],
    ids=range(18),
)
def test_an_entry_of_the_journal_is_limited(
    mock_with: MockWith, body: object, changes: dict[str, Any]
) -> None:
    mock = mock_with()
    response = mock.post(body, **changes)
    (entry,) = mock.emulator.journal.entries(after=0, limit=10)
    assert len(json.dumps(entry)) < 250_000
    assert sum(len(name) + len(value) for name, value in response.headers.items()) < 5_000


def test_sessions_are_limited_and_the_oldest_are_dropped_with_their_turns(
    mock_with: MockWith,
) -> None:
    mock = mock_with(max_sessions=3, max_journal=1)
    oldest = begin(mock.client)
    for _ in range(20):
        say(mock.client, executionId=oldest)
    kept = [begin(mock.client) for _ in range(3)]
    assert say(mock.client, executionId=oldest).status_code == 404
    assert mock.client.get(f"/__mock/sessions/{oldest}").status_code == 404
    listed = mock.client.get("/__mock/sessions").get_json()["sessions"]
    assert [session["executionId"] for session in listed] == kept
    assert mock.rows("entries") == 1 + 3 + 3  # the journal, the list, and a turn of each


def test_turns_are_limited_and_numbering_continues(mock_with: MockWith) -> None:
    mock = mock_with(max_turns=3, max_journal=1)
    execution_id = begin(mock.client)
    for _ in range(20):
        say(mock.client, executionId=execution_id)
    session = mock.client.get(f"/__mock/sessions/{execution_id}").get_json()
    assert [turn["turn"] for turn in session["transcript"]] == [19, 20, 21]
    assert "Turn 22." in say(mock.client, executionId=execution_id).get_json()["response"]
    assert mock.rows("entries") == 1 + 1 + 3


def test_expired_counters_are_deleted(mock_with: MockWith) -> None:
    mock = mock_with()
    for number in range(50):
        mock.post(BODY | {"locationId": f"{number}" + "x" * 1_000})
    assert mock.rows("counters") > 100
    mock.clock.advance(2 * 86_400)
    mock.post(BODY)
    assert mock.rows("counters") < 10


def test_a_body_is_limited(mock_with: MockWith) -> None:
    mock = mock_with(max_body_bytes=1_000)
    assert mock.client.post(PATH, data=b"x" * 1_000, headers=HEADERS).status_code == 400
    assert mock.client.post(PATH, data=b"x" * 1_001, headers=HEADERS).status_code == 413
    assert say(mock.client, "x" * 2_000).status_code == 413
    assert mock.client.get("/__mock/sessions").get_json()["count"] == 0


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("POST", "/agent-studio/agent", 2_000),
        ("PATCH", "/agent-studio/agent/versions/a", 2_000),
        ("PATCH", "/agent-studio/agent/a", 1_000),
        ("POST", PATH, 1_000),
    ],
)
def test_only_calls_that_need_it_have_the_limit_of_agents(
    mock_with: MockWith, method: str, path: str, limit: int
) -> None:
    mock = mock_with(max_body_bytes=1_000, max_agent_bytes=2_000)
    assert mock.client.application.extensions[PLATFORM].max_body(path) == limit
    body = json.dumps({"locationId": "here", "name": "x" * (limit - 38)})
    for length, is_rejected in (limit, False), (limit + 1, True):
        sent = body + " " * (length - len(body))
        status = mock.client.open(path, method=method, data=sent, headers=HEADERS).status_code
        assert (status == 413) == is_rejected


def test_an_error_response_lists_at_most_a_hundred_violations(mock_with: MockWith) -> None:
    response = mock_with().post(BODY | {"attachments": [0] * 300_000})
    assert response.status == 422
    assert isinstance(response.content, dict)
    assert len(response.content["message"]) == 100


def test_a_turn_costs_the_same_early_and_late(mock_with: MockWith) -> None:
    mock = mock_with(max_journal=50)
    execution_id = begin(mock.client)
    for _ in range(60):
        mock.post(BODY | {"executionId": execution_id})
    early = mock.steps(lambda: mock.post(BODY | {"executionId": execution_id}))
    for _ in range(500):
        mock.post(BODY | {"executionId": execution_id})
    late = mock.steps(lambda: mock.post(BODY | {"executionId": execution_id}))
    assert late < early * 1.2


def test_a_session_costs_the_same_among_few_and_among_many(mock_with: MockWith) -> None:
    mock = mock_with(max_journal=50)
    for _ in range(60):
        mock.post(BODY)
    early = mock.steps(lambda: mock.post(BODY))
    for _ in range(500):
        mock.post(BODY)
    assert mock.steps(lambda: mock.post(BODY)) < early * 1.2


def many(*parts: bytes) -> bytes:
    return b"{" + b",".join(parts) + b"}"


SLOW: dict[str, bytes] = {
    "deep arrays": b"[" * MEGABYTE,
    "deep objects": b'{"a":' * 200_000,
    "deep and closed": b"[" * 500_000 + b"]" * 500_000,
    "a property twice at the end": many(*(b'"%d":1' % n for n in range(70_000)), b'"x":1,"x":2'),
    "a property many times": many(*[b'"a":1'] * 150_000),
    "unknown properties": many(*(b'"%d":1' % n for n in range(70_000))),
    "broken attachments": b'{"message":"m","locationId":"l","attachments":[%s]}'
    % b",".join([b"{}"] * 300_000),
    "a long unknown name": b'{"message":"m","locationId":"l","%s":1}' % (b"messagf" * 130_000),
    "half of a token, often": b'{"message":"%s","locationId":"l"}' % (b"-eyJ" * 240_000),
    "bearer and spaces": b'{"message":"bearer%s","locationId":"l"}' % (b" " * 900_000),
    "bearer, often": b'{"message":"%s","locationId":"l"}' % (b"bearer " * 140_000),
    "many secrets": b'{"message":"%s","locationId":"l"}' % (b"token=x&" * 120_000),
    "a long number": b'{"message":"m","locationId":"l","inputVariables":{"a":%s}}'
    % (b"9" * 900_000),
    "a long fraction": b'{"message":"m","locationId":"l","inputVariables":{"a":0.%s}}'
    % (b"9" * 900_000),
    "many long numbers": b'{"message":"m","locationId":"l","inputVariables":{"a":[%s]}}'
    % b",".join([b"9" * 4_000] * 240),
    "colliding numbers": b'{"message":"m","locationId":"l","inputVariables":{%s}}'
    % b",".join(b'"%d":%d' % (n, n * (2**61 - 1)) for n in range(20_000)),
    "escapes": b'{"message":"%s","locationId":"l"}' % (b"\\u00e9" * 160_000),
}


@pytest.mark.parametrize("name", SLOW)
def test_no_body_takes_long_to_process(mock_with: MockWith, name: str) -> None:
    mock = mock_with(validate_responses=True)
    began = time.thread_time()
    assert mock.post(SLOW[name]).status < 500
    # A megabyte of anything takes a fraction of a second; before it was made so, some took minutes.
    assert time.thread_time() - began < 10


def test_no_header_takes_long_to_process(mock_with: MockWith) -> None:
    mock = mock_with(validate_responses=True)
    began = time.thread_time()
    for text in ("Bearer " + "e30." * 15_000, "Bearer " + " " * 60_000, "Bearer " + "A" * 60_000):
        assert mock.post(BODY, headers={"authorization": text}).status == 401
    for text in ("application/json;" + "a=b;" * 15_000, 'application/json;x="' + "\\" * 60_000):
        assert mock.post(BODY, headers={"content-type": text}).status < 500
    for text in ("," * 60_000, "code=200;" * 7_000, "example=" + '"' * 60_000):
        assert mock.post(BODY, headers={"prefer": text}).status < 500
    assert time.thread_time() - began < 10
