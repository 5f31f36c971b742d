"""The checker finds every fault, and none in a correct history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import httpx
import pytest
from redis import Redis

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import SystemClock
from leadway_mock.store import Store, open_store
from leadway_mock.web import create_app
from tests.distributed.broken_clients import BROKEN_CLIENTS
from tests.distributed.broken_stores import BROKEN, StoreWrapper
from tests.distributed.checker import Entry, Fault, faults
from tests.distributed.clients import create_clients, run_clients, transcripts
from tests.distributed.history import Attempt, Claim, History, Outcome
from tests.distributed.mock_cluster import TURN
from tests.network import Lost, Proxy
from tests.redis_server import LONG_TIMEOUTS, RedisProgram


def ok(message: str, turn: int, invoked: float, ended: float, session: str = "s") -> Attempt:
    return Attempt(1, message, session, invoked, ended, Outcome.OK, turn, f"i-{message}")


def unknown(message: str, invoked: float, session: str = "s") -> Attempt:
    return Attempt(1, message, session, invoked, begins=not session)


def entries(*messages: str) -> list[Entry]:
    return [Entry(number, each, f"i-{each}") for number, each in enumerate(messages, start=1)]


def kinds(found: list[Fault]) -> list[str]:
    return [each.kind for each in found]


HISTORY = [
    ok("a", 1, 0, 1),
    ok("b", 3, 2, 5),
    ok("c", 2, 3, 4),  # Overlaps with b, so either may be first.
    unknown("d", 6),
    unknown("e", 6),
    Attempt(1, "f", "s", 7, outcome=Outcome.FAIL),
    ok("g", 5, 8, 9),
]
FINAL = {"s": entries("a", "c", "b", "d", "g")}


def test_a_correct_history_has_no_fault() -> None:
    assert faults(HISTORY, FINAL, [Claim(1, "s", "g", 0, 5)]) == []


@pytest.mark.parametrize(
    ("final", "kind", "about"),
    [
        (
            {"s": entries("a", "c", "b", "d")},
            "lost",
            "turn 5: 'g' was acknowledged and is not stored",
        ),
        ({}, "lost", "'a' was acknowledged"),
        ({"s": entries("a", "b", "c", "d", "g")}, "lost", "'b' was acknowledged, 'c' is stored"),
        ({"s": [*FINAL["s"], Entry(6, "d", "x")]}, "not-sent", "'d' is stored 1 too often"),
        ({"s": [*FINAL["s"], Entry(6, "f", "x")]}, "not-sent", "'f' is stored 1 too often"),
        ({"s": [*FINAL["s"], Entry(6, "z", "x")]}, "not-sent", "'z' is stored 1 too often"),
        ({**FINAL, "t": entries("e")}, "not-sent", "session t: 'e' is stored 1 too often"),
        ({"s": [*FINAL["s"], Entry(7, "e", "x")]}, "numbering", "not in order [7]"),
        ({"s": [*FINAL["s"], Entry(5, "e", "x")]}, "numbering", "not in order [5]"),
    ],
)
def test_wrongly_stored_turns_are_found(
    final: dict[str, list[Entry]], kind: str, about: str
) -> None:
    found = [each for each in faults(HISTORY, final) if each.kind == kind]
    assert any(about in each.text for each in found), found


def test_another_interaction_at_the_same_place_is_a_loss() -> None:
    assert kinds(faults([ok("a", 1, 0, 1)], {"s": [Entry(1, "a", "another")]})) == ["lost"]


def test_two_responses_for_one_turn_are_found() -> None:
    found = faults([ok("a", 1, 0, 1), ok("b", 1, 0, 1)], {"s": entries("a")})
    assert "duplicate-response" in kinds(found)


def test_an_order_against_time_is_found() -> None:
    final = {"s": entries("b", "a")}
    found = faults([ok("a", 2, 0, 1), ok("b", 1, 2, 3)], final)
    assert found == [Fault("order", "session s: 'b' is turn 1, sent after the response of turn 2")]
    assert faults([ok("a", 2, 0, 2.5), ok("b", 1, 2, 3)], final) == []


def test_messages_without_a_response_have_an_order_too() -> None:
    final = {"s": entries("d", "a")}
    assert kinds(faults([ok("a", 2, 0, 1), unknown("d", 2)], final)) == ["order"]
    assert faults([ok("a", 2, 3, 4), unknown("d", 2)], final) == []


def test_a_message_sent_twice_may_be_stored_twice() -> None:
    history = [unknown("a", 0), ok("a", 2, 1, 2)]
    assert faults(history, {"s": [Entry(1, "a", "x"), Entry(2, "a", "i-a")]}) == []
    history = [unknown("a", 0), ok("a", 3, 1, 2)]
    thrice = {"s": [Entry(1, "a", "x"), Entry(2, "a", "y"), Entry(3, "a", "i-a")]}
    assert kinds(faults(history, thrice)) == ["not-sent"]


def test_a_session_without_a_response_may_be_opened_once() -> None:
    history = [unknown("a", 0, session="")]
    assert faults(history, {"t": entries("a")}) == []
    assert faults(history, {}) == []
    assert kinds(faults(history, {"t": entries("a"), "u": entries("a")})) == ["not-sent"]


@pytest.mark.parametrize(("processed", "wrong"), [(0, True), (1, False), (2, True)])
def test_a_wrong_conclusion_is_found(processed: int, *, wrong: bool) -> None:
    history = [unknown("a", 0), ok("a", 2, 1, 2)]
    final = {"s": [Entry(1, "a", "x"), Entry(2, "a", "i-a")]}
    found = faults(history, final, [Claim(1, "s", "a", processed, 2)])
    assert kinds(found) == (["wrong-conclusion"] if wrong else [])


@pytest.mark.parametrize(("late", "wrong"), [(0, True), (1, False)])
def test_a_late_turn_must_be_a_time_out_of_its_client(late: int, *, wrong: bool) -> None:
    history = [unknown("a", 0), ok("a", 1, 1, 2)]
    final = {"s": [Entry(1, "a", "i-a"), Entry(2, "a", "x")]}
    found = faults(history, final, [Claim(1, "s", "a", 0, 1, late)])
    assert kinds(found) == (["wrong-conclusion"] if wrong else [])


def test_a_history_is_paired_and_timed() -> None:
    history = History()
    first = history.invoke(1, "a", "")
    second = history.invoke(2, "b", "s")
    history.ok(1, first, "s", 1, "i")
    history.unknown(2, second)
    one, other = history.attempts()
    assert (one.session, one.turn, one.begins) == ("s", 1, True)
    assert one.invoked < other.invoked < one.ended < other.ended
    assert (other.outcome, history.count(Outcome.OK)) == (Outcome.UNKNOWN, 1)


def check_store(store: Store | StoreWrapper) -> tuple[list[Fault], History]:
    """Run clients on a mock with this store; return the faults and the history."""
    emulator = Emulator(Settings(), load_contract(), BUILT_IN, cast("Store", store), SystemClock())
    transport = httpx.WSGITransport(create_app(emulator=emulator))
    history = History()
    try:
        with httpx.Client(base_url="http://127.0.0.1", transport=transport) as http:
            clients = create_clients(history, lambda: [http], shared=4, own=2)
            run_clients(clients, lambda: None, at_least=10)
            return faults(history.attempts(), transcripts(http), history.claims), history
    finally:
        emulator.close()


@pytest.fixture(params=["memory", "sqlite", "redis"])
def healthy_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store without a bug, of each kind."""
    url = {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path}/mock.db"}.get(request.param, "")
    if not url:
        server: RedisProgram = request.getfixturevalue("redis_server")
        with Redis.from_url(server.url) as client:
            client.flushall()
        url = server.url + LONG_TIMEOUTS
    with closing(open_store(url)) as store:
        yield store


def test_a_healthy_store_has_no_fault(healthy_store: Store) -> None:
    found, history = check_store(StoreWrapper(healthy_store))
    assert found == []
    assert history.count(Outcome.OK) == 62


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_store_is_caught(how: str, healthy_store: Store) -> None:
    wrap, kind = BROKEN[how]
    found, _ = check_store(wrap(healthy_store))
    assert kind in kinds(found), found


@pytest.fixture
def proxy(redis_server: RedisProgram) -> Iterator[Proxy]:
    """A proxy to an empty server."""
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    with Proxy(redis_server.port) as opened:
        yield opened


@pytest.mark.parametrize("what", ["request", "response"])
def test_a_correct_client_has_no_fault_with_lost_commands(proxy: Proxy, what: Lost) -> None:
    store = open_store(proxy.url + LONG_TIMEOUTS)
    losses = proxy.lose(what, TURN, every=5)
    found, history = check_store(store)
    assert found == []
    assert losses.lost >= 10
    assert history.count(Outcome.UNKNOWN) == losses.lost


@pytest.mark.parametrize("how", BROKEN_CLIENTS)
def test_a_broken_client_is_caught_with_lost_commands(proxy: Proxy, how: str) -> None:
    wrap, what, kind = BROKEN_CLIENTS[how]
    store = open_store(proxy.url + LONG_TIMEOUTS)
    proxy.lose(what, TURN, every=5)
    found, _ = check_store(wrap(store))
    assert kind in kinds(found), found
