"""The simulation agrees with what is known of queues, and with the bounds of the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.scale.costs import Costs, Sizes
from bench.scale.events import Events, Resource, Step
from bench.scale.model import Deployment, capacity, predicted
from bench.scale.simulation import Simulation
from tests.bench.test_scale_model import FILE, MEMORY, REDIS

SIZES = Sizes(1.0, 1.0, 1.0)
MANY_TURNS = 30_000


def test_whoever_comes_first_is_served_first() -> None:
    events, told = Events(), list[tuple[str, float]]()
    desk = Resource(events, 1)

    def visitor(name: str, seconds: float) -> Iterator[Step]:
        yield desk
        yield seconds
        told.append((name, events.now))
        desk.give()

    for name, seconds in (("first", 2.0), ("second", 1.0), ("third", 0.5)):
        events.after(0.0, visitor(name, seconds))  # type: ignore[arg-type]  # nothing is sent in
    for _ in range(9):
        events.next()
    assert told == [("first", 2.0), ("second", 3.0), ("third", 3.5)]


@pytest.mark.parametrize("clients", [1, 2, 8])
def test_two_stations_alike_let_through_what_is_known(clients: int) -> None:
    """A closed network of two exponential stations of mean D: X(N) = N / (N + 1) / D."""
    mean = 0.001
    costs = Costs("any", worker=mean, client=mean, sizes=SIZES)
    simulation = Simulation(costs, Deployment(cores=8, workers=1, alone=True))
    known = clients / (clients + 1) / mean
    assert simulation.rate(clients, MANY_TURNS) == pytest.approx(known, rel=0.03)


def test_one_core_under_two_workers_lets_through_what_one_does() -> None:
    costs = Costs("any", worker=0.001, client=0.0, sizes=SIZES)
    rate = Simulation(costs, Deployment(cores=1, workers=2)).rate(8, MANY_TURNS)
    assert rate == pytest.approx(1_000, rel=0.03)


@pytest.mark.parametrize("costs", [MEMORY, FILE, REDIS], ids=lambda costs: costs.name)
@pytest.mark.parametrize("clients", [1, 4, 64])
@pytest.mark.parametrize("workers", [1, 2, 8])
def test_queues_leave_no_more_than_the_model_allows(
    costs: Costs, clients: int, workers: int
) -> None:
    deployment = Deployment(cores=4, workers=workers, alone=True)
    rate = Simulation(costs, deployment).rate(clients)
    assert rate <= predicted(costs, deployment, clients) * 1.05


@pytest.mark.parametrize(
    ("costs", "deployment"),
    [
        (MEMORY, Deployment(cores=4)),
        (FILE, Deployment(cores=8, workers=4)),
        (REDIS, Deployment(machines=4, cores=4, workers=4)),
        (replace(REDIS, trip=0.01), Deployment(cores=8, workers=2, threads=2)),
    ],
    ids=["process", "file", "redis", "threads"],
)
def test_many_clients_come_near_the_bound(costs: Costs, deployment: Deployment) -> None:
    rate = Simulation(costs, deployment).rate(200)
    assert rate == pytest.approx(capacity(costs, deployment).rate, rel=0.1)


def test_the_same_seed_is_the_same_run() -> None:
    rates = [Simulation(REDIS, Deployment(cores=2), seed=7).rate(5, 500) for _ in range(2)]
    assert rates[0] == rates[1] != Simulation(REDIS, Deployment(cores=2), seed=8).rate(5, 500)
