"""One turn takes few Python calls, whatever the shape of its request. No time is measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from leadway_mock.http.messages import Request
from leadway_mock.store import open_store
from tests.mock.client import CURRENT, LOCATION, TOKEN, EmulatorClient
from tests.mock.studio import Studio

MAX_CALLS = 120
"""Python calls of a turn with the vendor's sample; every function counts, not only ours."""

MAX_FACTOR = 1.15
"""How many times as many calls another shape of request may take."""

MAX_FACTOR_OF_CHANGES = 1.45
"""How many times as many calls as a turn a change of an agent may take."""

HEADERS = {
    "host": "127.0.0.1",
    "accept": "*/*",
    "authorization": f"Bearer {TOKEN}",
    "version": "2021-07-28",
    "content-type": "application/json",
}

SHAPES: dict[str, dict[str, Any]] = {
    "equals sign": {"message": "a=b"},
    "URL": {"message": "see https://example.com/a?b=c&d=e"},
    "percent": {"message": "100% of it"},
    "dots": {"message": "Yes. No. Perhaps. See version 1.2.3."},
    "emoji and escapes": {"message": 'line\nbreak "quoted" \N{PARTY POPPER} \\'},
    "4 KB": {"message": "word " * 800},
    "JSON Web Token": {"message": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"},
    "attachment": {"attachments": [{"type": "image", "imageUrl": "https://example.com/a.png"}]},
    "no trace id": {"traced": False},
}


def count_calls(
    client: EmulatorClient,
    number: int,
    message: str = "hello",
    query: str = "source=api",
    *,
    traced: bool = True,
    **fields: object,
) -> int:
    """Return how many Python functions one turn calls; if `traced`, it has a new trace id."""
    body = {
        "message": message,
        "locationId": LOCATION,
        "contactId": "c1",
        "inputVariables": {"customerName": "Ada Lovelace", "plan": "premium"},
    } | fields
    trace = {"traceparent": f"00-{number:032x}-{number:016x}-01"} if traced else {}
    headers = HEADERS | trace
    request = Request("POST", CURRENT, query, headers, json.dumps(body).encode())
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        response = client.emulator.handle(request)
    finally:
        sys.setprofile(before)
    assert response.status == 200
    return calls


@pytest.fixture(params=["memory:", "sqlite:"])
def count_with_store(
    request: pytest.FixtureRequest, client_with: Callable[..., EmulatorClient], tmp_path: Path
) -> Callable[..., int]:
    """Count as `count` does; with SQLite the journal entry is written in the request."""
    url = f"sqlite:///{tmp_path / 'turns.db'}" if request.param == "sqlite:" else request.param
    return _counter(client_with(seed=None, validate_responses=False, store=open_store(url)))


@pytest.fixture
def count(client_with: Callable[..., EmulatorClient]) -> Callable[..., int]:
    return _counter(client_with(seed=None, validate_responses=False))


def _counter(client: EmulatorClient) -> Callable[..., int]:
    """Count the calls of one turn, after some that fill the caches of functions.

    The smaller of two counts, since ids are drawn from the system in batches.
    """
    for number in range(1, 21):
        count_calls(client, number)
    return lambda **named: min(count_calls(client, number, **named) for number in (98, 99))


def test_the_vendors_sample_takes_few_calls(count: Callable[..., int]) -> None:
    assert count() <= MAX_CALLS


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_of_a_request_takes_many_more_calls(
    shape: str, count_with_store: Callable[..., int]
) -> None:
    assert count_with_store(**SHAPES[shape]) <= MAX_FACTOR * count_with_store()


def test_changes_of_agents_take_few_more_calls_than_a_turn(
    client_with: Callable[..., EmulatorClient],
) -> None:
    studio = Studio(client_with(seed=None, validate_responses=False))
    turn = min(_calls(studio.client.say) for _ in range(5))
    found: dict[str, int] = {}
    for _ in range(5):
        agent, version = studio.create()
        operations: dict[str, Callable[[], object]] = {
            "create": studio.create,
            "list": studio.read,
            "get": partial(studio.read, f"/{agent}"),
            "update": partial(studio.update, version, nodes=[{"id": 1}]),
            "change": partial(studio.change, agent, name="x"),
            "publish": partial(studio.publish, version),
            "delete": partial(studio.delete, agent),
        }
        for name, operation in operations.items():
            calls = _calls(operation)
            found[name] = min(found.get(name, calls), calls)
    # A list costs some calls for each agent on its page.
    above = {name for name, calls in found.items() if calls > MAX_FACTOR_OF_CHANGES * turn}
    assert above <= {"list"}, (turn, found)


def test_a_page_of_a_list_costs_the_same_among_many_agents(
    client_with: Callable[..., EmulatorClient],
) -> None:
    studio = Studio(client_with(seed=None, validate_responses=False))
    page = partial(studio.read, query="limit=5&offset=2")
    for _ in range(10):
        studio.create()
    few = min(_calls(page) for _ in range(3))
    for _ in range(200):
        studio.create()
    assert min(_calls(page) for _ in range(3)) == few


def _calls(operation: Callable[[], object]) -> int:
    calls, before = 0, sys.getprofile()

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        operation()
    finally:
        sys.setprofile(before)
    return calls


def test_a_query_takes_no_more_calls_than_none(count: Callable[..., int]) -> None:
    assert count() <= count(query="") + 2
