"""Metrics for Prometheus: requests by operation, status and rule, and their duration.

`Metrics` counts in the memory of one process, `SharedMetrics` in files that all workers of a mock
read. Both count from the start; a reset of the mock does not change them. prometheus_client is
imported where it is needed, because its import takes a twelfth of the mock's start.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Metric

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Upper limits of the buckets in seconds."""

_REQUESTS = ("leadway_mock_requests", "Requests.")
_REQUEST_LABELS = ("operation", "status", "rule")
_SECONDS = ("leadway_mock_request_seconds", "Duration of requests in seconds.")
_SECONDS_LABELS = ("operation",)
_WORKERS = ("leadway_mock_workers", "Running processes of the mock.")


class Metrics:
    """Counters in memory. The methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int, str]] = Counter()
        self._buckets: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def observe(self, operation: str, status: int, rule: str, seconds: float) -> None:
        """Count one request; `operation` is empty if the path has none."""
        bucket = bisect_left(BUCKETS, seconds)
        with self._lock:
            self._requests[operation, status, rule] += 1
            self._buckets[operation][bucket] += 1
            self._seconds[operation] += seconds

    def collect(self) -> Iterator[Metric]:
        """Return the current values."""
        from prometheus_client import core  # noqa: PLC0415 - slow, see above

        requests = core.CounterMetricFamily(*_REQUESTS, labels=_REQUEST_LABELS)
        seconds = core.HistogramMetricFamily(*_SECONDS, labels=_SECONDS_LABELS)
        bounds = [*map(str, BUCKETS), "+Inf"]
        with self._lock:
            for (operation, status, rule), number in self._requests.items():
                requests.add_metric((operation, str(status), rule), number)
            for operation, numbers in self._buckets.items():
                buckets = list(zip(bounds, accumulate(numbers), strict=True))
                seconds.add_metric((operation,), buckets, self._seconds[operation])
        yield from (requests, seconds, core.GaugeMetricFamily(*_WORKERS, 1))


def share_metrics(folder: Path) -> Callable[[int], None]:
    """Let `SharedMetrics` of this process and its forks use the new folder `folder`.

    Return a function to call with the id of each process that has ended; its counters stay.
    """
    folder.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # It reads the variable when it is imported.
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    return mark_process_dead


class SharedMetrics:
    """Counters in files that several processes share; see `Metrics` for the methods."""

    def __init__(self) -> None:
        from prometheus_client import core, multiprocess  # noqa: PLC0415 - as above

        requests = core.Counter(*_REQUESTS, _REQUEST_LABELS, registry=None)
        seconds = core.Histogram(*_SECONDS, _SECONDS_LABELS, registry=None, buckets=BUCKETS)
        core.Gauge(*_WORKERS, registry=None, multiprocess_mode="livesum").set(1)
        self._requests, self._seconds = cache(requests.labels), cache(seconds.labels)
        self._files = core.CollectorRegistry()
        multiprocess.MultiProcessCollector(self._files)  # type: ignore[no-untyped-call] # not typed

    def observe(self, operation: str, status: int, rule: str, seconds: float) -> None:
        """See `Metrics.observe`."""
        self._requests(operation, status, rule).inc()
        self._seconds(operation).observe(seconds)

    def collect(self) -> Iterable[Metric]:
        """See `Metrics.collect`."""
        return self._files.collect()


def prometheus_text(metrics: Metrics | SharedMetrics, *others: Metric) -> bytes:
    """Return counters and other metrics in the text format of Prometheus."""
    from prometheus_client import generate_latest  # noqa: PLC0415 - as above

    families = [*metrics.collect(), *others]
    return generate_latest(SimpleNamespace(collect=lambda: families))
