"""Histories of clients are correct while workers and whole mocks are killed.

The seed determines victims and times, and each kill comes after a number of responses: no test
waits for a fixed time.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Self
from urllib.parse import urlsplit

import httpx
import pytest

from tests.distributed.checker import faults
from tests.distributed.clients import (
    create_clients,
    run_clients,
    transcripts,
    wait_for_responses,
)
from tests.distributed.history import History, Outcome
from tests.distributed.worker_cluster import WorkerCluster, start_workers
from tests.redis_server import DURABLE, redis_program
from tests.wait import wait_until

KILLS = 5
RESTARTS = 2
WORKERS = 2


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """Yield the URL of a new file."""
    yield f"sqlite:///{folder}/mock.db"


@contextmanager
def redis(_: Path) -> Iterator[str]:
    """Yield the URL of a new server."""
    with redis_program(*DURABLE) as server:
        yield server.long_timeout_url


STORES: Mapping[str, Callable[[Path], AbstractContextManager[str]]] = {
    "sqlite": sqlite,
    "redis": redis,
}
"""Durable stores by name."""


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty durable store."""
    with STORES[request.param](tmp_path) as url:
        yield url


class KillTest:
    """Clients of a mock with several workers during kills; their history is checked at the end."""

    def __init__(self, store: str, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - chooses victims
        self.history = History()
        self._store = store
        self._open = ExitStack()
        self._running = ExitStack()

    def __enter__(self) -> Self:
        self.cluster = self._start("0")
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
        self._open.close()

    def kill_workers(self) -> None:
        """Kill one worker after another, each after some responses."""
        for _ in range(KILLS):
            wait_for_responses(self.history, self.random.randint(5, 40))
            self.cluster.kill(self.random.choice(self.cluster.workers()))
            wait_until(lambda: len(self.cluster.workers()) == WORKERS)

    def kill_all(self) -> None:
        """Kill all processes of the mock, and start it again on the same store and port."""
        for _ in range(RESTARTS):
            wait_for_responses(self.history, self.random.randint(5, 60))
            os.killpg(self.cluster.program.process.pid, signal.SIGKILL)
            port = urlsplit(self.cluster.program.url).port
            self._running.close()
            self.cluster = self._start(str(port))

    def run(self, fail: Callable[[], None]) -> None:
        """Run clients during the kills, and check their history against the stored turns."""
        clients = create_clients(self.history, lambda: [self._client()], shared=5, own=3)
        run_clients(clients, fail, at_least=3)
        stored = transcripts(self._client())
        found = faults(self.history.attempts(), stored, self.history.claims)
        assert found == []

    def _start(self, port: str) -> WorkerCluster:
        flags = ("--store", self._store, "--port", port)
        return self._running.enter_context(start_workers(*flags, workers=WORKERS))

    def _client(self) -> httpx.Client:
        client = httpx.Client(base_url=self.cluster.program.url, timeout=60, trust_env=False)
        return self._open.enter_context(client)


@pytest.mark.parametrize("seed", [1, 2])
def test_histories_are_correct_while_workers_are_killed(store: str, seed: int) -> None:
    with KillTest(store, seed) as test:
        test.run(test.kill_workers)
        assert test.cluster.log().count("was killed by SIGKILL; a new worker replaces it") == KILLS
    assert test.history.count(Outcome.UNKNOWN) >= 1
    assert test.history.claims


@pytest.mark.parametrize("seed", [3, 4])
def test_histories_are_correct_while_the_mock_is_killed(store: str, seed: int) -> None:
    with KillTest(store, seed) as test:
        test.run(test.kill_all)
    assert test.history.count(Outcome.UNKNOWN) >= RESTARTS
    assert test.history.count(Outcome.OK) > 8 * 3
    assert test.history.claims


def test_histories_are_correct_with_several_workers(store: str) -> None:
    with KillTest(store, 5) as test:
        test.run(partial(wait_for_responses, test.history, 200))
    assert test.history.count(Outcome.UNKNOWN) == test.history.count(Outcome.FAIL) == 0
