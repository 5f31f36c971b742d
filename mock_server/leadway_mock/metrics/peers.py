"""The worker processes of one mock, as one of them sees the others.

The store is shared by all. Only metrics are counted in each process; the process that is asked for
them collects the totals of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from leadway_mock.metrics.counters import MetricTotals


class PeerError(Exception):
    """The other processes cannot be reached."""


@dataclass(frozen=True, slots=True)
class PeerTotals:
    """Totals of the other processes, including those that have ended."""

    totals: MetricTotals = field(default_factory=MetricTotals)
    responding: int = 0
    """Number of processes with current totals; the last known ones are used for the rest."""


class WorkerGroup(Protocol):
    """All processes of one mock."""

    @property
    def size(self) -> int:
        """Configured number of processes."""
        ...

    def collect(self) -> PeerTotals:
        """Return the totals of the others; may be called from any thread. Raises `PeerError`."""
        ...


class SingleProcess:
    """A mock without other processes."""

    size = 1

    def collect(self) -> PeerTotals:
        """Return empty totals."""
        return PeerTotals()
