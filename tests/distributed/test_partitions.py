"""Histories of clients are correct while the connections between mocks and Redis fail.

Each failure lasts until clients have noticed it, and some responses come before the next one: no
test waits for a fixed time. The mocks are not restarted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from leadway_mock.store import StoreUnavailable, open_store
from tests.distributed.failures import ConnectionFailures, LinkFailures, Stalls, open_client
from tests.distributed.history import Outcome
from tests.distributed.mock_cluster import SHORT_TIMEOUTS, MockCluster, start_mocks
from tests.distributed.network_hosts import (
    NetworkLink,
    NoNetworkNamespacesError,
    start_mocks_on_hosts,
)
from tests.network import Proxy
from tests.redis_server import RedisProgram
from tests.tls import Authority
from tests.wait import wait_until

pytestmark = pytest.mark.xdist_group("partitions")

SHORT_CLIENT_TIMEOUT_SECONDS = 0.3
"""Shorter than the time-out of the mock for its server."""


@pytest.fixture(scope="module")
def shared() -> Iterator[MockCluster[Proxy]]:
    with start_mocks(2, options=SHORT_TIMEOUTS) as started:
        yield started


@pytest.fixture
def two_mocks(shared: MockCluster[Proxy]) -> MockCluster[Proxy]:
    """Two mocks on one server, after a reset."""
    with open_client(shared.urls[0]) as opened:
        opened.post("/__mock/reset", json={}).raise_for_status()
    return shared


@pytest.mark.behaviour("store-unavailable")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_histories_are_correct_while_network_and_server_fail(
    two_mocks: MockCluster[Proxy], seed: int
) -> None:
    test = ConnectionFailures(two_mocks, seed)
    test.run()
    assert test.history.count(Outcome.UNKNOWN) >= 3
    assert test.history.count(Outcome.FAIL) >= 3
    assert test.history.claims


@pytest.mark.behaviour("store-unavailable")
def test_histories_are_correct_after_client_time_outs(
    two_mocks: MockCluster[Proxy],
) -> None:
    test = Stalls(two_mocks, 4)
    test.run(timeout=SHORT_CLIENT_TIMEOUT_SECONDS)
    assert any(claim.late for claim in test.history.claims)


@pytest.fixture
def tls_mocks(tmp_path: Path) -> Iterator[MockCluster[Proxy]]:
    """Two mocks that use TLS with their server."""
    with start_mocks(2, options=SHORT_TIMEOUTS, authority=Authority.made(tmp_path)) as started:
        yield started


@pytest.mark.behaviour("store-unavailable")
def test_histories_are_correct_while_tls_connections_fail(tls_mocks: MockCluster[Proxy]) -> None:
    test = ConnectionFailures(tls_mocks, 6)
    test.run()
    assert test.history.count(Outcome.UNKNOWN) >= 3
    assert test.history.count(Outcome.FAIL) >= 3
    assert test.history.claims


@pytest.fixture
def mocks_on_hosts() -> Iterator[MockCluster[NetworkLink]]:
    """Two mocks and a server, each in its own network namespace."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(start_mocks_on_hosts(2))
        except NoNetworkNamespacesError as error:
            pytest.skip(
                f"no network namespaces: {error}; the tests with proxies cover the same failures"
            )
        yield started


@pytest.mark.behaviour("store-unavailable")
def test_histories_are_correct_while_links_between_hosts_fail(
    mocks_on_hosts: MockCluster[NetworkLink],
) -> None:
    test = LinkFailures(mocks_on_hosts, 5)
    test.run()
    assert test.history.count(Outcome.FAIL) >= 3
    assert test.history.claims


def test_a_late_write_after_its_repetition_is_rejected(
    redis_server: RedisProgram,
) -> None:
    with Proxy(redis_server.port) as proxy, redis.Redis.from_url(redis_server.url) as own:
        own.flushall()
        stalled, healthy = (
            open_store(proxy.url + SHORT_TIMEOUTS),
            open_store(redis_server.long_timeout_url),
        )
        proxy.silence()
        with pytest.raises(StoreUnavailable) as caught:
            stalled.append("a", "said", after=0)
        assert caught.value.uncertain
        assert healthy.append("a", "said", after=0) == 1
        own.config_resetstat()
        proxy.heal()
        wait_until(lambda: "cmdstat_evalsha" in own.info("commandstats"))
        assert healthy.count("a") == 1
        stalled.close()
        healthy.close()
