"""What clients were told, held against what stands, while the network between mocks and Redis fails.

Each piece of trouble lasts until clients have met it, and then until some were answered again: no
test waits for a time to pass. All mocks run from beginning to end: nobody restarts them.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from random import Random

import httpx
import pytest
import redis

from leadway_mock.store import Appended, StoreUnavailable, open_store
from tests.network import Lost, Proxy
from tests.redis_servers import RedisProgram
from tests.scale.checker import faults
from tests.scale.crowd import soon
from tests.scale.hosts import Cable, NoHostsError, machines_on_hosts
from tests.scale.history import History, Outcome
from tests.scale.machines import SHORT, TURN, Machines, machines
from tests.scale.talkers import answered, begin, talk, transcripts, until

pytestmark = pytest.mark.xdist_group("partitions")

PATIENT = 60.0
IMPATIENT = 0.2
"""Seconds after which a client gives up, sooner than the mock gives up the server."""


class Trial:
    """Clients that talk to several mocks, through trouble, and are heard at the end."""

    def __init__(self, mocks: Machines, seed: int) -> None:
        self.mocks = mocks
        self.random = Random(seed)  # noqa: S311 - it chooses victims, and keeps no secret
        self.history = History()

    def judge(self, trouble: Callable[[], None], *, patience: float = PATIENT) -> None:
        """Let clients talk while there is trouble; then hold the history against the store."""
        with ExitStack() as stack:

            def ways() -> list[httpx.Client]:
                urls = self.random.sample(self.mocks.urls, len(self.mocks.urls))
                return [stack.enter_context(_client(url, patience)) for url in urls]

            talkers = begin(self.history, ways, shared=5, own=3)
            talk(talkers, trouble, at_least=3)
            standing = transcripts(stack.enter_context(_client(self.mocks.urls[0], PATIENT)))
        assert faults(self.history.attempts(), standing, self.history.claims) == []
        assert self.mocks.all_run()

    def met(self, number: int) -> None:
        """Wait until so many more attempts were not answered."""
        wanted = self._unanswered() + number
        until(lambda: self._unanswered() >= wanted)

    def recovered(self) -> None:
        """Wait until clients are answered again."""
        answered(self.history, self.random.randint(3, 12))

    def _unanswered(self) -> int:
        return self.history.count(Outcome.FAIL) + self.history.count(Outcome.UNKNOWN)


def _client(url: str, patience: float) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=patience, trust_env=False)


class Troubles(Trial):
    """All that a proxy can do to a line, and a signal to the server."""

    def all(self) -> None:
        """Make every kind of trouble, in an order that the seed decides."""
        kinds = [
            self.cut_one,
            self.cut_all,
            self.silence_one,
            self.silence_all,
            partial(self.lose, "request"),
            partial(self.lose, "answer"),
            self.slow_one,
            self.crash,
            self.hang,
        ]
        for trouble in self.random.sample(kinds, len(kinds)):
            self.recovered()
            trouble()

    def cut_one(self) -> None:
        line = self._line()
        line.reset()
        self.met(1)
        line.heal()

    def cut_all(self) -> None:
        for line in self._lines:
            line.reset()
        self.met(3)
        for line in self._lines:
            line.heal()

    def silence_one(self) -> None:
        line = self._line()
        line.silence()
        self.met(2)
        line.heal()

    def silence_all(self) -> None:
        for line in self._lines:
            line.silence()
        self.met(3)
        for line in self._lines:
            line.heal()

    def lose(self, what: Lost) -> None:
        line = self._line()
        losses = line.lose(what, TURN, every=3)
        until(lambda: losses.lost >= 3)
        line.heal()

    def silence_often(self) -> None:
        """Silence one line after the other, for longer than impatient clients wait."""
        for _ in range(4):
            self.recovered()
            self.silence_one()

    def slow_one(self) -> None:
        line = self._line()
        line.slow(0.02)
        self.recovered()
        line.heal()

    def crash(self) -> None:
        self.mocks.server.kill()
        self.met(3)
        self.mocks.server.start()

    def hang(self) -> None:
        self.mocks.server.signal(signal.SIGSTOP)
        self.met(3)
        self.mocks.server.signal(signal.SIGCONT)

    @property
    def _lines(self) -> list[Proxy]:
        return [line for line in self.mocks.lines if isinstance(line, Proxy)]

    def _line(self) -> Proxy:
        return self.random.choice(self._lines)


@pytest.fixture(scope="module")
def shared() -> Iterator[Machines]:
    with machines(2, options=SHORT) as started:
        yield started


@pytest.fixture
def two(shared: Machines) -> Machines:
    """Two mocks on one server, as if just started."""
    with httpx.Client(base_url=shared.urls[0], timeout=PATIENT, trust_env=False) as client:
        client.post("/__mock/reset", json={}).raise_for_status()
    return shared


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_history_betrays_that_the_network_and_the_server_failed(
    two: Machines, seed: int
) -> None:
    trial = Troubles(two, seed)
    trial.judge(trial.all)
    assert trial.history.count(Outcome.UNKNOWN) >= 3
    assert trial.history.count(Outcome.FAIL) >= 3
    assert trial.history.claims


def test_no_history_betrays_that_clients_gave_up_what_was_under_way(two: Machines) -> None:
    trial = Troubles(two, 4)
    trial.judge(trial.silence_often, patience=IMPATIENT)
    assert any(claim.late for claim in trial.history.claims)


class PulledCables(Trial):
    """What happens to real hosts: a cable is pulled, answers go astray, the server crashes."""

    def all(self) -> None:
        """Make every kind of trouble, in an order that the seed decides."""
        kinds = [self.pull_one, self.pull_all, self.lose_answers, self.pull_and_crash]
        for trouble in self.random.sample(kinds, len(kinds)):
            self.recovered()
            trouble()

    def pull_one(self) -> None:
        self._pull([self.random.choice(self._cables)], 3)

    def pull_all(self) -> None:
        self._pull(self._cables, 8)

    def lose_answers(self) -> None:
        cable = self.random.choice(self._cables)
        cable.deafen()
        self.met(3)
        cable.undeafen()

    def pull_and_crash(self) -> None:
        for cable in self._cables:
            cable.silence()
        self.met(3)
        self.mocks.server.kill()
        self.mocks.server.start()
        for cable in self._cables:
            cable.heal()

    def _pull(self, cables: list[Cable], number: int) -> None:
        for cable in cables:
            cable.silence()
        self.met(number)
        for cable in cables:
            cable.heal()

    @property
    def _cables(self) -> list[Cable]:
        return [line for line in self.mocks.lines if isinstance(line, Cable)]


@pytest.fixture
def far_apart() -> Iterator[Machines]:
    """Two mocks and a server, each with a network of its own."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(machines_on_hosts(2))
        except NoHostsError as error:
            pytest.skip(f"No hosts of their own here: {error}. The runs over proxies stand for it.")
        yield started


def test_no_history_betrays_that_cables_between_hosts_were_pulled(far_apart: Machines) -> None:
    trial = PulledCables(far_apart, 5)
    trial.judge(trial.all)
    assert trial.history.count(Outcome.UNKNOWN) >= 1
    assert trial.history.claims


def test_a_write_that_lands_behind_the_answer_to_its_repetition_is_refused(
    redis_server: RedisProgram,
) -> None:
    with Proxy(redis_server.port) as line, redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
        cut, good = open_store(line.url + SHORT), open_store(redis_server.url)
        line.silence()
        with pytest.raises(StoreUnavailable) as caught:
            cut.append("a", "said", after=0)
        assert caught.value.uncertain
        assert good.append("a", "said", after=0) == Appended(1)
        client.config_resetstat()
        line.heal()
        assert soon(lambda: "cmdstat_evalsha" in client.info("commandstats"))
        assert good.count("a") == 1
        cut.close()
        good.close()
