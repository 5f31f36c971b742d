"""Metrics for Prometheus: requests by operation, status and rule, and their duration.

Each process counts from its start; a reset of the mock does not change the counters. With several
workers, the process that is asked adds the totals of the others (see `peers`).
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Upper limits of the buckets in seconds."""

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A current value."""

    name: str
    text: str
    value: float
    labels: Labels = field(default_factory=dict)


class MetricTotals:
    """Totals of one or more processes, as a value."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int, str, int]] = Counter()
        """Number of requests by operation, status, rule and index of the bucket."""

        self.seconds: defaultdict[str, float] = defaultdict(float)
        """Sum of durations in seconds, by operation."""

    def add(self, other: MetricTotals) -> None:
        """Add other totals to these."""
        self.requests.update(other.requests)
        for operation, seconds in other.seconds.items():
            self.seconds[operation] += seconds

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        requests = [[*key, number] for key, number in self.requests.items()]
        return {"requests": requests, "seconds": self.seconds}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> MetricTotals:
        """Return the totals of a JSON form."""
        totals = cls()
        totals.requests.update({tuple(key): number for *key, number in value["requests"]})
        totals.seconds.update(value["seconds"])
        return totals


class Metrics:
    """Counters of this process. The methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own = MetricTotals()

    def observe(self, operation: str, status: int, rule: str, seconds: float) -> None:
        """Count one request; `operation` is empty if the path has none."""
        bucket = bisect_left(BUCKETS, seconds)
        own = self._own
        with self._lock:
            own.requests[operation, status, rule, bucket] += 1
            own.seconds[operation] += seconds

    def totals(self, *others: MetricTotals) -> MetricTotals:
        """Return the totals of this process plus others."""
        total = MetricTotals()
        with self._lock:
            total.add(self._own)
        for other in others:
            total.add(other)
        return total


def prometheus_text(totals: MetricTotals, *gauges: Gauge) -> str:
    """Return totals and gauges in the text format of Prometheus."""
    lines = [*_request_lines(totals), *_duration_lines(totals)]
    for gauge in gauges:
        lines += _header(gauge.name, gauge.text, "gauge")
        lines.append(_line(gauge.name, gauge.labels, gauge.value))
    return "".join(f"{line}\n" for line in lines)


def _request_lines(totals: MetricTotals) -> Iterator[str]:
    name = "leadway_mock_requests_total"
    yield from _header(name, "Requests.", "counter")
    sums: Counter[tuple[str, int, str]] = Counter()
    for (operation, status, rule, _), number in totals.requests.items():
        sums[operation, status, rule] += number
    for (operation, status, rule), number in sorted(sums.items()):
        labels = {"operation": operation, "status": str(status), "rule": rule}
        yield _line(name, labels, number)


def _duration_lines(totals: MetricTotals) -> Iterator[str]:
    name = "leadway_mock_request_seconds"
    yield from _header(name, "Duration of requests in seconds.", "histogram")
    for operation, seconds in sorted(totals.seconds.items()):
        labels, below = {"operation": operation}, 0
        for bucket, bound in enumerate((*BUCKETS, inf)):
            below += _in_bucket(totals, operation, bucket)
            shown = "+Inf" if bound == inf else f"{bound:g}"
            yield _line(f"{name}_bucket", {**labels, "le": shown}, below)
        yield _line(f"{name}_sum", labels, seconds)
        yield _line(f"{name}_count", labels, below)


def _in_bucket(totals: MetricTotals, operation: str, bucket: int) -> int:
    return sum(
        number
        for (of, _, _, within), number in totals.requests.items()
        if (of, within) == (operation, bucket)
    )


def _header(name: str, text: str, kind: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _line(name: str, labels: Labels, value: float) -> str:
    content = ",".join(f'{label}="{_escape(each)}"' for label, each in labels.items())
    return f"{name}{{{content}}} {value!r}" if content else f"{name} {value!r}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
