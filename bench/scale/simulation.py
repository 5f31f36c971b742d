"""A deployment, played turn by turn: the same unit costs as in the model, with queues.

A worker is a process whose threads share one interpreter lock; whatever uses a processor needs a
core as well. How long something takes varies: it is exponential, with the unit cost as its mean.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bench.scale.costs import Costs
from bench.scale.events import Events, Process, Resource
from bench.scale.model import Deployment

TURNS = 3_000
WARM_UP = 300


@dataclass(frozen=True, slots=True)
class _Worker:
    """One process: its threads, of which one at a time has the lock."""

    threads: Resource
    lock: Resource
    cores: Resource


class Simulation:
    """Clients, of which each waits for its answer and asks again."""

    def __init__(self, costs: Costs, deployment: Deployment, *, seed: int = 1) -> None:
        self._costs = costs
        self._events = Events()
        self._random = random.Random(seed)
        self._answered = 0
        self._stores = [self._some(1) for _ in range(deployment.stores)]
        hosts = [self._some(deployment.cores) for _ in range(deployment.machines)]
        # Whatever else a turn needs a core for is elsewhere, and has as many as it likes.
        self._elsewhere = hosts[0] if deployment.alone else self._some(1_000_000)
        self._client = self._some(1 if deployment.alone else 1_000_000)
        self._workers = _workers(self._events, deployment, hosts)

    def rate(self, clients: int, turns: int = TURNS) -> float:
        """Return the turns a second of so many clients."""
        for number in range(clients):
            self._events.after(0.0, self._conversation(number))
        self._until(WARM_UP)
        began = self._events.now
        self._until(WARM_UP + turns)
        return turns / (self._events.now - began)

    def _until(self, answered: int) -> None:
        while self._answered < answered:
            self._events.next()

    def _some(self, number: int) -> Resource:
        return Resource(self._events, number)

    def _conversation(self, number: int) -> Process:
        """Say one turn after the other, on a connection that stays with its worker."""
        worker = self._workers[number % len(self._workers)]
        store = self._stores[number % len(self._stores)]
        while True:
            yield from self._busy(self._costs.client, self._client, self._elsewhere)
            yield worker.threads
            yield from self._turn(worker, store)
            worker.threads.give()
            self._answered += 1

    def _turn(self, worker: _Worker, store: Resource) -> Process:
        """Answer: think, and between two thoughts ask the store."""
        costs = self._costs
        if not costs.has_server:
            yield from self._busy(costs.worker - costs.store, worker.lock, worker.cores)
            yield from self._write(worker, store)
            return
        asked = max(1, round(costs.trips))
        for _ in range(asked):
            yield from self._busy(costs.worker / (asked + 1), worker.lock, worker.cores)
            yield costs.trip
            yield from self._busy(costs.store / asked, store, self._elsewhere)
        yield from self._busy(costs.worker / (asked + 1), worker.lock, worker.cores)

    def _write(self, worker: _Worker, store: Resource) -> Process:
        """Write to a file, if there is one; the other threads of the worker wait meanwhile."""
        if self._costs.store:
            yield worker.lock
            yield from self._busy(self._costs.store, store, worker.cores)
            worker.lock.give()

    def _busy(self, mean: float, lock: Resource, cores: Resource) -> Process:
        """Hold a lock, and for as long a core."""
        if not mean:
            return
        yield lock
        yield cores
        yield self._random.expovariate(1 / mean)
        cores.give()
        lock.give()


def _workers(
    events: Events, deployment: Deployment, hosts: Sequence[Resource]
) -> Sequence[_Worker]:
    """Return the workers, of the first machine first of all."""
    return [
        _Worker(Resource(events, deployment.threads), Resource(events, 1), cores)
        for cores in hosts
        for _ in range(deployment.workers)
    ]
