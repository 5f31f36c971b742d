"""Failures between several mocks and their Redis server, while clients send messages."""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from random import Random
from typing import Generic

import httpx

from tests.distributed.checker import faults
from tests.distributed.clients import (
    create_clients,
    run_clients,
    transcripts,
    wait_for_responses,
)
from tests.distributed.history import History, Outcome
from tests.distributed.mock_cluster import TURN, ConnectionType, MockCluster
from tests.distributed.network_hosts import NetworkLink
from tests.network import Lost, Proxy
from tests.wait import wait_until

CLIENT_TIMEOUT_SECONDS = 60.0


class FailureTest(ABC, Generic[ConnectionType]):
    """Clients of several mocks during failures; their history is checked at the end."""

    def __init__(self, mocks: MockCluster[ConnectionType], seed: int) -> None:
        self.mocks = mocks
        self.random = Random(seed)  # noqa: S311 - chooses failures
        self.history = History()

    @abstractmethod
    def failures(self) -> Sequence[Callable[[], None]]:
        """Return the failures; each lasts until clients have noticed it."""

    def run(self, *, timeout: float = CLIENT_TIMEOUT_SECONDS) -> None:
        """Run clients during all failures, and check their history against the stored turns."""
        with ExitStack() as stack:

            def open_clients() -> list[httpx.Client]:
                urls = self.random.sample(self.mocks.urls, len(self.mocks.urls))
                return [stack.enter_context(open_client(url, timeout)) for url in urls]

            clients = create_clients(self.history, open_clients, shared=5, own=3)
            run_clients(clients, self.fail, at_least=3)
            stored = transcripts(stack.enter_context(open_client(self.mocks.urls[0])))
        assert faults(self.history.attempts(), stored, self.history.claims) == []
        assert self.mocks.all_run()

    def fail(self) -> None:
        """Cause every failure, in an order that the seed determines."""
        failures = self.failures()
        for failure in self.random.sample(failures, len(failures)):
            wait_for_responses(self.history, self.random.randint(3, 12))
            failure()

    def wait_for_errors(self, number: int) -> None:
        """Wait until `number` more attempts have no response."""
        wanted = self._errors() + number
        wait_until(lambda: self._errors() >= wanted)

    def stall(self, connections: Sequence[ConnectionType], number: int) -> None:
        """Stall connections until `number` attempts have no response."""
        for connection in connections:
            connection.silence()
        self.wait_for_errors(number)
        for connection in connections:
            connection.heal()

    def stall_one(self) -> None:
        """Stall the connection of one mock."""
        self.stall([self.choose_connection()], 3)

    def stall_all(self) -> None:
        """Stall the connections of all mocks."""
        self.stall(self.mocks.connections, 8)

    def choose_connection(self) -> ConnectionType:
        """Choose a connection."""
        return self.random.choice(self.mocks.connections)

    def _errors(self) -> int:
        return self.history.count(Outcome.FAIL) + self.history.count(Outcome.UNKNOWN)


def open_client(url: str, timeout: float = CLIENT_TIMEOUT_SECONDS) -> httpx.Client:
    """Open an HTTP client of a mock."""
    return httpx.Client(base_url=url, timeout=timeout, trust_env=False)


class ConnectionFailures(FailureTest[Proxy]):
    """All failures that a proxy can cause, and crash and pause of the server."""

    def failures(self) -> Sequence[Callable[[], None]]:
        """Return all of them."""
        return (
            self.cut_one,
            self.cut_all,
            self.stall_one,
            self.stall_all,
            lambda: self.lose("request"),
            lambda: self.lose("response"),
            self.slow_one,
            self.crash,
            self.pause,
        )

    def cut_one(self) -> None:
        """Reset the connections of one mock."""
        self._cut([self.choose_connection()])

    def cut_all(self) -> None:
        """Reset the connections of all mocks."""
        self._cut(self.mocks.connections)

    def _cut(self, connections: Sequence[Proxy]) -> None:
        for connection in connections:
            connection.reset()
        self.wait_for_errors(3)
        for connection in connections:
            connection.heal()

    def lose(self, what: Lost) -> None:
        """Lose some of the commands that commit turns, or their responses."""
        connection = self.choose_connection()
        losses = connection.lose(what, TURN, every=3)
        wait_until(lambda: losses.lost >= 3)
        connection.heal()

    def slow_one(self) -> None:
        """Delay the responses for one mock."""
        connection = self.choose_connection()
        connection.slow(0.02)
        wait_for_responses(self.history, 10)
        connection.heal()

    def crash(self) -> None:
        """Kill the server, and start it again."""
        self.mocks.server.kill()
        self.wait_for_errors(3)
        self.mocks.server.start()

    def pause(self) -> None:
        """Pause the server."""
        self.mocks.server.signal(signal.SIGSTOP)
        self.wait_for_errors(3)
        self.mocks.server.signal(signal.SIGCONT)


class Stalls(FailureTest[Proxy]):
    """One connection after another stalls, for longer than the time-out of the clients."""

    def failures(self) -> Sequence[Callable[[], None]]:
        """Return four stalls."""
        return (self.stall_one,) * 4


class LinkFailures(FailureTest[NetworkLink]):
    """Links between hosts go down, responses are lost, the server crashes."""

    def failures(self) -> Sequence[Callable[[], None]]:
        """Return all of them."""
        return (self.stall_one, self.stall_all, self.lose_responses, self.crash_while_stalled)

    def lose_responses(self) -> None:
        """Pass requests of a mock, and drop the responses."""
        link = self.choose_connection()
        link.drop_responses()
        self.wait_for_errors(3)
        link.pass_responses()

    def crash_while_stalled(self) -> None:
        """Kill the server and start it again while all links are down."""
        for link in self.mocks.connections:
            link.silence()
        self.wait_for_errors(3)
        self.mocks.server.kill()
        self.mocks.server.start()
        for link in self.mocks.connections:
            link.heal()
