"""Jumps of the system clock: no connection is lost, and times stay correct."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.config.settings import Settings
from leadway_mock.http_server import Server, protocol
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.state.clock import ManualClock
from tests.mock.client import EmulatorClient, content
from tests.mock.raw_client import RawClient
from tests.stress.bad_clients import GET, MESSAGE, TIMEOUT_SECONDS, constant, simple
from tests.wait import wait_until

DAY = 86_400.0
JUMPS = [DAY, -DAY, 10 * 365 * DAY, -10 * 365 * DAY, 0.001, -0.001]


class SystemClock:
    """The time of day as this process sees it."""

    def __init__(self, real: Callable[[], float]) -> None:
        self._real = real
        self.ahead = 0.0

    def __call__(self) -> float:
        return self._real() + self.ahead


@pytest.fixture
def system_clock(monkeypatch: pytest.MonkeyPatch) -> SystemClock:
    clock = SystemClock(time.time)
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture
def server() -> Iterator[Server]:
    with simple(constant) as server:
        yield server


def jumped(connection: RawClient, system_clock: SystemClock, seconds: float) -> None:
    """Let the clock jump, and the server have a request, a look at all it holds, and another."""
    system_clock.ahead += seconds
    for _ in range(2):
        assert connection.send(GET).reply()


def test_no_connection_is_lost(
    server: Server, system_clock: SystemClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one that is silent, nor one amid a head, nor one amid a body."""
    looked: list[float] = []
    look = protocol.HttpProtocol.close_if_overdue

    def watched(connection: protocol.HttpProtocol, now: float) -> None:
        looked.append(now)
        look(connection, now)

    monkeypatch.setattr("leadway_mock.http_server.server._TICKS_BETWEEN_CHECKS", 1)
    monkeypatch.setattr(protocol.HttpProtocol, "close_if_overdue", watched)
    with ExitStack() as stack:
        begun = [stack.enter_context(RawClient(server.url)) for _ in range(3)]
        for client, start in zip(begun, (b"", MESSAGE[:50], MESSAGE[:-5]), strict=True):
            client.send(start)
        other = stack.enter_context(RawClient(server.url))
        for seconds in JUMPS:
            jumped(other, system_clock, seconds)
            looked.clear()
            wait_until(lambda: len(looked) >= 4)
        for client, rest in zip(begun, (MESSAGE, MESSAGE[50:], MESSAGE[-5:]), strict=True):
            assert client.send(rest).reply()


def test_a_rejected_client_is_disconnected_in_time(
    server: Server, system_clock: SystemClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.05)
    with RawClient(server.url) as rejected:
        assert rejected.send(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n").reply()
        system_clock.ahead -= DAY
        wait_until(lambda: not server.connections)


def test_stopping_takes_no_longer(system_clock: SystemClock) -> None:
    with simple(constant, grace=TIMEOUT_SECONDS) as server, RawClient(server.url) as idle:
        assert idle.send(GET).reply()
        system_clock.ahead -= DAY
        began = time.monotonic()
        server.stop()
        assert idle.is_closed()
        assert time.monotonic() - began < TIMEOUT_SECONDS / 2


@contextmanager
def system_clock_client(**settings: Any) -> Iterator[EmulatorClient]:
    """Yield a client of an emulator that uses the system clock."""
    with closing(build_emulator(Settings(seed=1, **settings))) as emulator:
        yield EmulatorClient(emulator, ManualClock())


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory:" if request.param == "memory" else f"sqlite:///{tmp_path / 'mock.db'}"


def test_quotas_are_correct_at_any_time(store: str, system_clock: SystemClock) -> None:
    """After any jump some succeed, and the others get a Retry-After of at most one window."""
    with system_clock_client(
        store=store, enforce_quotas=True, quota_10_seconds=3, quota_minute=1_000
    ) as client:
        for seconds in (0.0, *JUMPS, 5.0, -5.0, 60.0, -3.0, 7.0):
            system_clock.ahead += seconds
            responses = [client.say() for _ in range(8)]
            assert {response.status for response in responses} <= {200, 429}
            assert responses[-1].status == 429
            for response in responses:
                assert 0 <= int(response.headers["X-RateLimit-Remaining"]) <= 3
                if response.status == 429:
                    assert 1 <= int(response.headers["Retry-After"]) <= 10


def test_a_quota_is_free_again_after_retry_after(store: str, system_clock: SystemClock) -> None:
    with system_clock_client(
        store=store, enforce_quotas=True, quota_10_seconds=3, quota_minute=1_000
    ) as client:
        system_clock.ahead -= DAY
        rejected = [client.say() for _ in range(8)][-1]
        system_clock.ahead += int(rejected.headers["Retry-After"])
        assert client.say().status == 200


def test_sessions_expire_by_the_clock(store: str, system_clock: SystemClock) -> None:
    with system_clock_client(store=store) as client:
        session = client.begin()
        system_clock.ahead -= DAY
        assert client.say(executionId=session).status == 200
        system_clock.ahead += DAY
        assert client.say(executionId=session).status == 404
        system_clock.ahead -= DAY
        assert content(client.say(executionId=session))["response"].startswith("Turn 3.")


def test_the_journal_is_in_the_order_of_arrival(store: str, system_clock: SystemClock) -> None:
    with system_clock_client(store=store, max_journal=10) as client:
        for seconds in JUMPS * 4:
            system_clock.ahead += seconds
            client.say()
        entries = client.emulator.journal.entries(after=0, limit=100)
        assert [entry["number"] for entry in entries] == list(range(15, 25))
        assert all(0 <= entry["durationMs"] < 60_000 for entry in entries)


def test_counters_do_not_accumulate_while_the_clock_jumps(system_clock: SystemClock) -> None:
    """A thousand jumps, most of them back; what is over by the clock is forgotten all the same."""
    with system_clock_client() as client:
        for number in range(1_000):
            system_clock.ahead += DAY if number % 3 == 0 else -DAY / 2
            client.say()
        system_clock.ahead += 2 * DAY
        client.say()
        system_clock.ahead += 2 * DAY
        client.say()
        counted = client.emulator._store.export("").counters  # noqa: SLF001 - no method returns it
        assert len(counted) <= 4
