"""The model of what a deployment answers: each bound by itself, and sums done by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.scale.costs import Costs, Sizes
from bench.scale.model import (
    BYTES_A_SECOND,
    Deployment,
    Load,
    Policy,
    capacity,
    needed,
    predicted,
    stations,
)

SIZES = Sizes(first=1_000.0, further=500.0, entry=2_000.0)
MEMORY = Costs("memory:", worker=0.0005, client=0.0001, sizes=SIZES)
FILE = replace(MEMORY, name="sqlite:", worker=0.001, store=0.0004)
REDIS = replace(
    MEMORY, name="redis:", worker=0.001, store=0.0001, trips=10.0, trip=0.0005, bytes=5_000.0
)


@pytest.mark.parametrize(
    ("costs", "deployment", "rate", "bottleneck"),
    [
        (MEMORY, Deployment(cores=8), 2_000, "Python processes"),
        (MEMORY, Deployment(cores=1, workers=4), 2_000, "cores"),
        (MEMORY, Deployment(cores=2, workers=2, alone=True), 1 / 0.0003, "cores"),
        (replace(MEMORY, client=0.002), Deployment(cores=9, alone=True), 500, "the client"),
        (FILE, Deployment(cores=8, workers=2), 2_000, "Python processes"),
        (FILE, Deployment(cores=8, workers=4), 2_500, "writer of the file"),
        (REDIS, Deployment(machines=2, cores=4, workers=4), 8_000, "Python processes"),
        (REDIS, Deployment(machines=9, cores=4, workers=4), 10_000, "thread of the store"),
        (REDIS, Deployment(9, 4, 4, stores=3), 30_000, "thread of the store"),
        (REDIS, Deployment(1, 4, 4, threads=1), 4 / 0.0061, "threads of the workers"),
        (replace(REDIS, bytes=1e6), Deployment(9, 4, 4), 1_250, "network of the store"),
    ],
)
def test_each_bound_binds(
    costs: Costs, deployment: Deployment, rate: float, bottleneck: str
) -> None:
    found = capacity(costs, deployment)
    assert found.rate == pytest.approx(rate)
    assert found.bottleneck.startswith(bottleneck)


def test_few_clients_get_what_they_wait_for() -> None:
    """A turn on Redis: 1 ms in the mock, 0.1 in Redis and the client each, 5 on the way."""
    deployment = Deployment(machines=1, cores=4, workers=4)
    assert predicted(REDIS, deployment, 1) == pytest.approx(1 / 0.0062)
    assert predicted(REDIS, deployment, 10) == pytest.approx(10 / 0.0062)
    assert predicted(REDIS, deployment, 1_000) == capacity(REDIS, deployment).rate


def test_of_a_file_the_writing_is_part_of_the_turn() -> None:
    assert predicted(FILE, Deployment(cores=8), 1) == pytest.approx(1 / 0.0011)


def test_a_load_by_hand() -> None:
    """30,000 turns a second: 30 cores' worth of Python, and 3 of Redis, of each 60 % used."""
    need = needed(REDIS, Load(30_000, turns=5, kept=1_800, journal=1_000), Policy(8, 0.6))
    assert (need.workers, need.machines, need.stores) == (50, 7, 5)
    sessions = 30_000 / 5 * 1_800
    assert need.held == pytest.approx(sessions * (1_000 + 4 * 500) + 5 * 1_000 * 2_000)
    assert need.moved == pytest.approx(30_000 * 5_000)
    assert need.core_hours(Policy(8, 0.6), 730) == (7 * 8 + 5) * 730


def test_the_network_may_want_more_servers_than_their_threads_do() -> None:
    heavy = replace(REDIS, bytes=BYTES_A_SECOND / 1_000)
    assert needed(heavy, Load(6_000), Policy(8, 0.6)).stores == 10


seconds = st.floats(1e-6, 1e-1)
numbers = st.integers(1, 64)
costs = st.builds(
    Costs,
    name=st.just("any"),
    worker=seconds,
    client=seconds,
    sizes=st.just(SIZES),
    store=seconds,
    trips=st.floats(1.0, 30.0),
    trip=seconds,
    bytes=st.floats(1.0, 1e6),
)
deployments = st.builds(
    Deployment, numbers, numbers, numbers, numbers, numbers, alone=st.booleans()
)


@given(costs, deployments, st.integers(1, 1_000))
def test_nothing_answers_more_than_any_station_lets_through(
    costs: Costs, deployment: Deployment, clients: int
) -> None:
    found = predicted(costs, deployment, clients)
    assert found <= clients / costs.seconds
    assert all(found <= each.rate for each in stations(costs, deployment))


@given(costs, deployments)
def test_more_of_anything_never_answers_less(costs: Costs, deployment: Deployment) -> None:
    before = capacity(costs, deployment).rate
    more = [
        replace(deployment, machines=deployment.machines + 1),
        replace(deployment, workers=deployment.workers + 1),
        replace(deployment, stores=deployment.stores + 1),
    ]
    assert all(capacity(costs, each).rate >= before for each in more)


@given(costs, st.floats(1.0, 1e5))
def test_what_a_load_takes_does_take_it(costs: Costs, rate: float) -> None:
    policy = Policy(cores=8, busy=0.6)
    need = needed(costs, Load(rate), policy)
    deployment = Deployment(need.machines, policy.cores, policy.cores, 1_000_000, need.stores)
    assert capacity(costs, deployment).rate * policy.busy >= rate * (1 - 1e-9)
