"""Numbers for Prometheus: requests by operation, status and rule, and how long they took.

They are counted in this process and since its start, as Prometheus expects of each process that it
asks; a reset does not touch them. A workplace of several processes has each asked by itself. Kept
in the store, they would cost every request several writes, to learn what a sum over processes says.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Upper bounds in seconds. The mock thinks for about a millisecond."""

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that somebody else keeps."""

    name: str
    text: str
    value: float
    labels: Labels = field(default_factory=dict)


class Metrics:
    """Counts what was answered. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int, str, int]] = Counter()  # the last is a bucket
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def observe(self, operation: str, status: int, rule: str, seconds: float) -> None:
        """Count one request that took `seconds`; `operation` is empty where none was meant."""
        bucket = bisect_left(BUCKETS, seconds)
        with self._lock:
            self._requests[operation, status, rule, bucket] += 1
            self._seconds[operation] += seconds

    def text(self, *gauges: Gauge) -> str:
        """Return everything, and `gauges`, in the text format of Prometheus."""
        with self._lock:
            lines = [*self._request_lines(), *self._second_lines()]
        for gauge in gauges:
            lines += _head(gauge.name, gauge.text, "gauge")
            lines.append(_line(gauge.name, gauge.labels, gauge.value))
        return "".join(f"{line}\n" for line in lines)

    def _request_lines(self) -> Iterator[str]:
        name = "leadway_mock_requests_total"
        yield from _head(name, "Requests answered.", "counter")
        totals: Counter[tuple[str, int, str]] = Counter()
        for (operation, status, rule, _), number in self._requests.items():
            totals[operation, status, rule] += number
        for (operation, status, rule), number in sorted(totals.items()):
            labels = {"operation": operation, "status": str(status), "rule": rule}
            yield _line(name, labels, number)

    def _second_lines(self) -> Iterator[str]:
        name = "leadway_mock_request_seconds"
        yield from _head(name, "How long the mock thought about a request.", "histogram")
        for operation, seconds in sorted(self._seconds.items()):
            labels, below = {"operation": operation}, 0
            for bucket, bound in enumerate((*BUCKETS, inf)):
                below += self._in_bucket(operation, bucket)
                shown = "+Inf" if bound == inf else f"{bound:g}"
                yield _line(f"{name}_bucket", {**labels, "le": shown}, below)
            yield _line(f"{name}_sum", labels, seconds)
            yield _line(f"{name}_count", labels, below)

    def _in_bucket(self, operation: str, bucket: int) -> int:
        return sum(
            number
            for (of, _, _, within), number in self._requests.items()
            if (of, within) == (operation, bucket)
        )


def _head(name: str, text: str, kind: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _line(name: str, labels: Labels, value: float) -> str:
    told = ",".join(f'{label}="{_escaped(each)}"' for label, each in labels.items())
    return f"{name}{{{told}}} {value!r}" if told else f"{name} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
