"""Aggregates the metrics of all workers, at the request of one of them.

The last totals of a worker are kept when it ends, and used when it is slow. So a sum never
decreases; only what a killed worker has counted since its last report is lost.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from leadway_mock.metrics.counters import MetricTotals
from leadway_mock.workers.line_protocol import Message, MessageSocket

REPORT_TIMEOUT_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class Worker:
    """A worker process. `number` is its slot, which its replacement takes over."""

    number: int
    process: int
    connection: MessageSocket
    ready: bool = False
    failure: str = ""
    totals: MetricTotals = field(default_factory=MetricTotals)


@dataclass(slots=True)
class _PendingQuery:
    worker: Worker
    number: int
    missing: set[int]
    responding: int = 0
    deadline: float = field(default_factory=lambda: time.monotonic() + REPORT_TIMEOUT_SECONDS)


class MetricsAggregator:
    """Pending queries, and the totals of workers that have ended."""

    def __init__(self, workers: Mapping[int, Worker]) -> None:
        """Use `workers`, the running ones by process id, which the supervisor keeps current."""
        self._workers = workers
        self._exited_total = MetricTotals()
        self._numbers = itertools.count(1)
        self._pending: dict[int, _PendingQuery] = {}

    def on_query(self, worker: Worker, message: Message) -> None:
        """Request the totals of all other workers, for a worker that sent its own."""
        worker.totals = MetricTotals.from_json(message["totals"])
        number = next(self._numbers)
        others = [each for each in self._workers.values() if each.ready and each is not worker]
        self._pending[number] = _PendingQuery(
            worker, message["query"], {each.process for each in others}
        )
        for each in others:
            each.connection.send(report=number)
        self.resolve_ready()

    def on_reply(self, worker: Worker, message: Message) -> None:
        """Store the totals of a worker: the reply to a query, or its final report."""
        worker.totals = MetricTotals.from_json(message["totals"])
        query = self._pending.get(message["of"])
        if query and worker.process in query.missing:
            query.missing.discard(worker.process)
            query.responding += 1
        self.resolve_ready()

    def on_exit(self, worker: Worker) -> None:
        """Keep the totals of a worker that has ended."""
        self._exited_total.add(worker.totals)
        for query in self._pending.values():
            query.missing.discard(worker.process)
        self.resolve_ready()

    def resolve_ready(self) -> None:
        """Respond to queries that are complete or overdue."""
        now = time.monotonic()
        ready = [
            number
            for number, query in self._pending.items()
            if not query.missing or query.deadline <= now
        ]
        for number in ready:
            self._respond(self._pending.pop(number))

    @property
    def is_waiting(self) -> bool:
        """Whether a query is pending."""
        return bool(self._pending)

    def _respond(self, query: _PendingQuery) -> None:
        sums = MetricTotals()
        sums.add(self._exited_total)
        for each in self._workers.values():
            if each is not query.worker:
                sums.add(each.totals)
        query.worker.connection.send(
            others=sums.to_json(), of=query.number, responding=query.responding
        )
