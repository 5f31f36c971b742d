"""How many turns a second a deployment answers, what bounds it, and what a load would take.

These are the operational laws of queues (Denning and Buzen, 1978): whatever a turn passes through
answers no more than its servers by the seconds that a turn keeps one of them; the least of these is
the bound, and so few clients that they do not fill it answer as fast as each gets its answers.
Nothing waits in this model, so that it is a bound from above; the simulation knows queues.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.scale.costs import Costs

BYTES_A_SECOND = 1.25e9
"""A network of 10 Gbit/s."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the mock runs: machines with cores and workers, and servers of the store.

    With `alone`, everything is on one machine: the clients and the server of the store, too.
    """

    machines: int = 1
    cores: int = 1
    workers: int = 1
    threads: int = 8
    stores: int = 1
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Station:
    """Something that a turn passes through: `servers` of it, each kept for `seconds` by a turn."""

    name: str
    seconds: float
    servers: int

    @property
    def rate(self) -> float:
        """The most turns that pass in a second."""
        return self.servers / self.seconds if self.seconds else math.inf


@dataclass(frozen=True, slots=True)
class Capacity:
    """The turns a second that a deployment answers at most, and what it is that bounds them."""

    rate: float
    bottleneck: str


def stations(costs: Costs, deployment: Deployment) -> Sequence[Station]:
    """Return what a turn passes through."""
    processes = deployment.machines * deployment.workers
    held = costs.worker + costs.trips * costs.trip + (costs.store if costs.has_server else 0.0)
    found = [
        Station("Python processes", costs.worker, processes),
        Station("threads of the workers", held, processes * deployment.threads),
        Station("cores", on_cores(costs, deployment), deployment.machines * deployment.cores),
        Station(_store_name(costs), costs.store, deployment.stores),
        Station("network of the store", costs.bytes / BYTES_A_SECOND, deployment.stores),
    ]
    return [*found, Station("the client", costs.client, 1)] if deployment.alone else found


def capacity(costs: Costs, deployment: Deployment) -> Capacity:
    """Return the most that a deployment answers."""
    least = min(stations(costs, deployment), key=lambda each: each.rate)
    return Capacity(least.rate, least.name)


def predicted(costs: Costs, deployment: Deployment, clients: int) -> float:
    """Return the turns a second of so many clients, each of which waits for its answers."""
    return min(capacity(costs, deployment).rate, clients / costs.seconds)


def on_cores(costs: Costs, deployment: Deployment) -> float:
    """Return the seconds that a turn keeps a core of the mock's machines."""
    server = costs.store if costs.has_server else 0.0
    return costs.worker + (server + costs.client if deployment.alone else 0.0)


def _store_name(costs: Costs) -> str:
    return "thread of the store" if costs.has_server else "writer of the file"


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for: turns a second, in sessions of so many turns, kept for so many seconds."""

    rate: float
    turns: int = 5
    kept: float = 1800.0
    journal: int = 1_000

    @property
    def sessions(self) -> float:
        """How many sessions are held at a time."""
        return self.rate / self.turns * self.kept


@dataclass(frozen=True, slots=True)
class Policy:
    """How machines are chosen: so many cores each, and no more of anything in use than `busy`."""

    cores: int = 8
    busy: float = 0.6


@dataclass(frozen=True, slots=True)
class Need:
    """What a load takes: workers on machines, servers of the store, and what these hold and move.

    `held` is in bytes, for all servers together; `moved` in bytes a second.
    """

    workers: int
    machines: int
    stores: int
    held: float
    moved: float

    def core_hours(self, policy: Policy, hours: float) -> float:
        """Return what is paid for in so many hours: cores of machines, and one for each server."""
        return (self.machines * policy.cores + self.stores) * hours


def needed(costs: Costs, load: Load, policy: Policy) -> Need:
    """Return what a load takes, at the least."""
    workers = _ceiling(load.rate * costs.worker / policy.busy)
    at_store = max(costs.store, costs.bytes / BYTES_A_SECOND)
    stores = _ceiling(load.rate * at_store / policy.busy)
    sizes, further = costs.sizes, load.turns - 1
    held = load.sessions * (sizes.first + further * sizes.further)
    return Need(
        workers=workers,
        machines=_ceiling(workers / policy.cores),
        stores=stores,
        held=held + stores * load.journal * sizes.entry,
        moved=load.rate * costs.bytes,
    )


def _ceiling(number: float) -> int:
    return max(1, math.ceil(number))
