"""What clients were told, held against what stands, while what joins mocks and Redis fails.

Each piece of trouble lasts until clients have met it, and some are answered before the next: no
test waits for a time to pass. The mocks run from beginning to end: nobody restarts them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from tests.redis_server import RedisProgram
from leadway_mock.store import Appended, StoreUnavailable, open_store
from tests.network import Proxy
from tests.distributed.worker_cluster import soon
from tests.distributed.history import Outcome
from tests.distributed.network_hosts import Cable, NoHostsError, machines_on_hosts
from tests.distributed.mock_cluster import SHORT, Machines, machines
from tests.distributed.failures import BadLines, PulledCables, Silences, client
from tests.tls import Authority

pytestmark = pytest.mark.xdist_group("partitions")

IMPATIENT = 0.3
"""Seconds after which a client gives up, sooner than the mock gives up the server."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Machines[Proxy]]:
    with machines(2, options=SHORT) as started:
        yield started


@pytest.fixture
def two(shared: Machines[Proxy]) -> Machines[Proxy]:
    """Two mocks on one server, as if just started."""
    with client(shared.urls[0]) as opened:
        opened.post("/__mock/reset", json={}).raise_for_status()
    return shared


@pytest.mark.behaviour("store-unavailable")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_history_betrays_that_the_network_and_the_server_failed(
    two: Machines[Proxy], seed: int
) -> None:
    trial = BadLines(two, seed)
    trial.judge()
    assert trial.history.count(Outcome.UNKNOWN) >= 3
    assert trial.history.count(Outcome.FAIL) >= 3
    assert trial.history.claims


@pytest.mark.behaviour("store-unavailable")
def test_no_history_betrays_that_clients_gave_up_what_was_under_way(two: Machines[Proxy]) -> None:
    trial = Silences(two, 4)
    trial.judge(patience=IMPATIENT)
    assert any(claim.late for claim in trial.history.claims)


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Machines[Proxy]]:
    """Two mocks that speak TLS with their server."""
    with machines(2, options=SHORT, authority=Authority.made(tmp_path)) as started:
        yield started


@pytest.mark.behaviour("store-unavailable")
def test_no_history_betrays_that_lines_failed_which_carry_tls(sealed: Machines[Proxy]) -> None:
    trial = BadLines(sealed, 6)
    trial.judge()
    assert trial.history.count(Outcome.UNKNOWN) >= 3
    assert trial.history.count(Outcome.FAIL) >= 3
    assert trial.history.claims


@pytest.fixture
def far_apart() -> Iterator[Machines[Cable]]:
    """Two mocks and a server, each with a network of its own."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(machines_on_hosts(2))
        except NoHostsError as error:
            pytest.skip(f"No hosts of their own: {error}. The runs over proxies stand for it.")
        yield started


@pytest.mark.behaviour("store-unavailable")
def test_no_history_betrays_that_cables_between_hosts_were_pulled(
    far_apart: Machines[Cable],
) -> None:
    trial = PulledCables(far_apart, 5)
    trial.judge()
    assert trial.history.count(Outcome.FAIL) >= 3
    assert trial.history.claims


def test_a_write_that_lands_behind_the_answer_to_its_repetition_is_refused(
    redis_server: RedisProgram,
) -> None:
    with Proxy(redis_server.port) as line, redis.Redis.from_url(redis_server.url) as own:
        own.flushall()
        cut, good = open_store(line.url + SHORT), open_store(redis_server.long_timeout_url)
        line.silence()
        with pytest.raises(StoreUnavailable) as caught:
            cut.append("a", "said", after=0)
        assert caught.value.uncertain
        assert good.append("a", "said", after=0) == Appended(1)
        own.config_resetstat()
        line.heal()
        assert soon(lambda: "cmdstat_evalsha" in own.info("commandstats"))
        assert good.count("a") == 1
        cut.close()
        good.close()
