"""The judge is judged: it finds what is wrong, says nothing of what is right, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from redis import Redis

from bench.redis_servers import PATIENT, RedisProgram
from leadway_mock.agents import BUILT_IN
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import SystemClock
from leadway_mock.store import Store, open_store
from leadway_mock.web import create_app
from tests.network import Lost, Proxy
from tests.scale.broken_clients import BROKEN_CLIENTS
from tests.scale.broken_stores import BROKEN, Faithful
from tests.scale.checker import Entry, Fault, faults
from tests.scale.history import Attempt, Claim, History, Outcome
from tests.scale.machines import TURN
from tests.scale.talkers import begin, talk, transcripts


def ok(message: str, turn: int, invoked: float, ended: float, session: str = "s") -> Attempt:
    return Attempt(1, message, session, invoked, ended, Outcome.OK, turn, f"i-{message}")


def unknown(message: str, invoked: float, session: str = "s") -> Attempt:
    return Attempt(1, message, session, invoked, begins=not session)


def stands(*messages: str) -> list[Entry]:
    return [Entry(number, each, f"i-{each}") for number, each in enumerate(messages, start=1)]


def kinds(found: list[Fault]) -> list[str]:
    return [each.kind for each in found]


HISTORY = [
    ok("a", 1, 0, 1),
    ok("b", 3, 2, 5),
    ok("c", 2, 3, 4),  # At the same time as b, so either may be first.
    unknown("d", 6),
    unknown("e", 6),
    Attempt(1, "f", "s", 7, outcome=Outcome.FAIL),
    ok("g", 5, 8, 9),
]
FINAL = {"s": stands("a", "c", "b", "d", "g")}


def test_a_good_history_has_no_fault() -> None:
    assert faults(HISTORY, FINAL, [Claim(1, "s", "g", 0, 5)]) == []


@pytest.mark.parametrize(
    ("final", "kind", "about"),
    [
        ({"s": stands("a", "c", "b", "d")}, "lost", "turn 5: 'g' was answered, and does not stand"),
        ({}, "lost", "'a' was answered"),
        ({"s": stands("a", "b", "c", "d", "g")}, "lost", "'b' was answered, 'c' stands"),
        ({"s": [*FINAL["s"], Entry(6, "d", "x")]}, "unsent", "'d' stands 1 too often"),
        ({"s": [*FINAL["s"], Entry(6, "f", "x")]}, "unsent", "'f' stands 1 too often"),
        ({"s": [*FINAL["s"], Entry(6, "z", "x")]}, "unsent", "'z' stands 1 too often"),
        ({**FINAL, "t": stands("e")}, "unsent", "session t: 'e' stands 1 too often"),
        ({"s": [*FINAL["s"], Entry(7, "e", "x")]}, "numbering", "not in order [7]"),
        ({"s": [*FINAL["s"], Entry(5, "e", "x")]}, "numbering", "not in order [5]"),
    ],
)
def test_what_stands_wrongly_is_found(final: dict[str, list[Entry]], kind: str, about: str) -> None:
    found = [each for each in faults(HISTORY, final) if each.kind == kind]
    assert any(about in each.text for each in found), found


def test_another_interaction_at_the_same_place_is_a_loss() -> None:
    assert kinds(faults([ok("a", 1, 0, 1)], {"s": [Entry(1, "a", "another")]})) == ["lost"]


def test_two_answers_for_one_turn_are_found() -> None:
    found = faults([ok("a", 1, 0, 1), ok("b", 1, 0, 1)], {"s": stands("a")})
    assert "told-twice" in kinds(found)


def test_an_order_against_time_is_found() -> None:
    final = {"s": stands("b", "a")}
    found = faults([ok("a", 2, 0, 1), ok("b", 1, 2, 3)], final)
    assert found == [Fault("order", "session s: 'b' is turn 1, sent after turn 2 was answered")]
    assert faults([ok("a", 2, 0, 2.5), ok("b", 1, 2, 3)], final) == []


def test_what_was_not_answered_has_its_order_too() -> None:
    final = {"s": stands("d", "a")}
    assert kinds(faults([ok("a", 2, 0, 1), unknown("d", 2)], final)) == ["order"]
    assert faults([ok("a", 2, 3, 4), unknown("d", 2)], final) == []


def test_what_was_sent_twice_may_stand_twice_and_no_oftener() -> None:
    history = [unknown("a", 0), ok("a", 2, 1, 2)]
    assert faults(history, {"s": [Entry(1, "a", "x"), Entry(2, "a", "i-a")]}) == []
    history = [unknown("a", 0), ok("a", 3, 1, 2)]
    thrice = {"s": [Entry(1, "a", "x"), Entry(2, "a", "y"), Entry(3, "a", "i-a")]}
    assert kinds(faults(history, thrice)) == ["unsent"]


def test_a_session_may_begin_without_an_answer_but_once() -> None:
    history = [unknown("a", 0, session="")]
    assert faults(history, {"t": stands("a")}) == []
    assert faults(history, {}) == []
    assert kinds(faults(history, {"t": stands("a"), "u": stands("a")})) == ["unsent"]


@pytest.mark.parametrize(("heard", "wrong"), [(0, True), (1, False), (2, True)])
def test_a_client_that_is_mistaken_is_found(heard: int, *, wrong: bool) -> None:
    history = [unknown("a", 0), ok("a", 2, 1, 2)]
    final = {"s": [Entry(1, "a", "x"), Entry(2, "a", "i-a")]}
    found = faults(history, final, [Claim(1, "s", "a", heard, 2)])
    assert kinds(found) == (["mistaken"] if wrong else [])


@pytest.mark.parametrize(("late", "wrong"), [(0, True), (1, False)])
def test_what_is_heard_behind_its_answer_was_given_up_by_its_client(
    late: int, *, wrong: bool
) -> None:
    history = [unknown("a", 0), ok("a", 1, 1, 2)]
    final = {"s": [Entry(1, "a", "i-a"), Entry(2, "a", "x")]}
    found = faults(history, final, [Claim(1, "s", "a", 0, 1, late)])
    assert kinds(found) == (["mistaken"] if wrong else [])


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


def judged(store: Store) -> tuple[list[Fault], History]:
    """Let clients talk to a mock on a store, broken or not; return what is wrong then."""
    emulator = Emulator(Settings(), load_contract(), BUILT_IN, store, SystemClock())
    transport = httpx.WSGITransport(create_app(emulator=emulator))
    history = History()
    try:
        with httpx.Client(base_url="http://127.0.0.1", transport=transport) as http:
            talkers = begin(history, lambda: [http], shared=4, own=2)
            talk(talkers, lambda: None, at_least=10)
            return faults(history.attempts(), transcripts(http), history.claims), history
    finally:
        emulator.close()


@pytest.fixture
def good(tmp_path: Path) -> Iterator[Store]:
    """A good store."""
    with closing(open_store(f"sqlite:///{tmp_path}/mock.db")) as store:
        yield store


def test_a_good_store_is_not_accused(good: Store) -> None:
    found, history = judged(Faithful(good))
    assert found == []
    assert history.count(Outcome.OK) == 62


@pytest.mark.parametrize("how", BROKEN)
def test_a_store_that_was_broken_is_caught(how: str, good: Store) -> None:
    wrap, kind = BROKEN[how]
    found, _ = judged(wrap(good))
    assert kind in kinds(found), found


@pytest.fixture
def line(redis_server: RedisProgram) -> Iterator[Proxy]:
    """A line to a server that is empty."""
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    with Proxy(redis_server.port) as opened:
        yield opened


@pytest.mark.parametrize("what", ["request", "answer"])
def test_a_good_client_is_not_accused_of_what_its_line_loses(line: Proxy, what: Lost) -> None:
    store = open_store(line.url + PATIENT)
    losses = line.lose(what, TURN, every=5)
    found, history = judged(store)
    assert found == []
    assert losses.lost >= 10
    assert history.count(Outcome.UNKNOWN) == losses.lost


@pytest.mark.parametrize("how", BROKEN_CLIENTS)
def test_a_client_that_was_broken_is_caught_over_a_line_that_loses(line: Proxy, how: str) -> None:
    wrap, what, kind = BROKEN_CLIENTS[how]
    store = open_store(line.url + PATIENT)
    line.lose(what, TURN, every=5)
    found, _ = judged(wrap(store))
    assert kind in kinds(found), found
