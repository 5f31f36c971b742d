"""What clients were told, held against what stands, while workers and whole mocks are killed.

The trouble comes in an order that a seed decides, and each piece of it after so many answers: no
test waits for a time to pass.
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

from tests.redis_server import DURABLE, redis_program
from tests.distributed.checker import faults
from tests.distributed.worker_cluster import Crowd, crowd
from tests.distributed.history import History, Outcome
from tests.distributed.clients import answered, begin, talk, transcripts, until

KILLS = 5
RESTARTS = 2
WORKERS = 2


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """A file that all share."""
    yield f"sqlite:///{folder}/mock.db"


@contextmanager
def redis(_: Path) -> Iterator[str]:
    """A server that all share."""
    with redis_program(*DURABLE) as server:
        yield server.long_timeout_url


STORES: Mapping[str, Callable[[Path], AbstractContextManager[str]]] = {
    "sqlite": sqlite,
    "redis": redis,
}
"""The stores that outlive a process, by what gives a new one and its URL."""


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store that is empty and survives."""
    with STORES[request.param](tmp_path) as url:
        yield url


class Trial:
    """Clients that talk to a mock of several workers, through trouble, and are heard at the end."""

    def __init__(self, store: str, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - it chooses victims, and keeps no secret
        self.history = History()
        self._store = store
        self._open = ExitStack()
        self._running = ExitStack()

    def __enter__(self) -> Self:
        self.crowd = self._start("0")
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
        self._open.close()

    def kill_workers(self) -> None:
        """Kill one after the other, each after some answers, so that none is spared for long."""
        for _ in range(KILLS):
            answered(self.history, self.random.randint(5, 40))
            self.crowd.kill(self.random.choice(self.crowd.workers()))
            until(lambda: len(self.crowd.workers()) == WORKERS)

    def kill_all(self) -> None:
        """Kill the whole mock, workers and all, and start it anew on the same store and port."""
        for _ in range(RESTARTS):
            answered(self.history, self.random.randint(5, 60))
            os.killpg(self.crowd.program.process.pid, signal.SIGKILL)
            port = urlsplit(self.crowd.program.url).port
            self._running.close()
            self.crowd = self._start(str(port))

    def judge(self, trouble: Callable[[], None]) -> None:
        """Let clients talk while there is trouble; then hold the history against the store."""
        talkers = begin(self.history, lambda: [self._client()], shared=5, own=3)
        talk(talkers, trouble, at_least=3)
        standing = transcripts(self._client())
        found = faults(self.history.attempts(), standing, self.history.claims)
        assert found == []

    def _start(self, port: str) -> Crowd:
        flags = ("--store", self._store, "--port", port)
        return self._running.enter_context(crowd(*flags, workers=WORKERS))

    def _client(self) -> httpx.Client:
        client = httpx.Client(base_url=self.crowd.program.url, timeout=60, trust_env=False)
        return self._open.enter_context(client)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_history_betrays_that_workers_were_killed(store: str, seed: int) -> None:
    with Trial(store, seed) as trial:
        trial.judge(trial.kill_workers)
        assert trial.crowd.log().count("was ended by SIGKILL; another takes its place") == KILLS
    assert trial.history.count(Outcome.UNKNOWN) >= 1
    assert trial.history.claims


@pytest.mark.parametrize("seed", [3, 4])
def test_no_history_betrays_that_the_whole_mock_was_killed(store: str, seed: int) -> None:
    with Trial(store, seed) as trial:
        trial.judge(trial.kill_all)
    assert trial.history.count(Outcome.UNKNOWN) >= RESTARTS
    assert trial.history.count(Outcome.OK) > 8 * 3
    assert trial.history.claims


def test_no_history_betrays_that_there_are_several_workers(store: str) -> None:
    with Trial(store, 5) as trial:
        trial.judge(partial(answered, trial.history, 200))
    assert trial.history.count(Outcome.UNKNOWN) == trial.history.count(Outcome.FAIL) == 0
