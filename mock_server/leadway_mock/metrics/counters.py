"""Numbers for Prometheus: requests by operation, status and rule, and how long they took.

They are counted in this process and since its start, as Prometheus expects of what it asks; a
reset does not touch them. Where several processes listen on one socket, nobody can ask each by
itself: the answer then adds what the others have counted, as they tell it at that moment (see
`crew.py`). Kept in the store, the numbers would cost every request several writes.
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
"""Upper bounds in seconds. The mock thinks for about a millisecond."""

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that somebody else keeps."""

    name: str
    text: str
    value: float
    labels: Labels = field(default_factory=dict)


class Tally:
    """What was counted so far: a value that can be sent to another process and added up."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int, str, int]] = Counter()
        """How many there were, by operation, status, rule and number of the bucket."""

        self.seconds: defaultdict[str, float] = defaultdict(float)
        """How long they took, by operation."""

    def add(self, other: Tally) -> None:
        """Add what another tally has counted."""
        self.requests.update(other.requests)
        for operation, seconds in other.seconds.items():
            self.seconds[operation] += seconds

    def as_json(self) -> dict[str, Any]:
        """Return the tally as a JSON object, which `from_json` reads."""
        requests = [[*key, number] for key, number in self.requests.items()]
        return {"requests": requests, "seconds": self.seconds}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Tally:
        """Return the tally that `as_json` made `value` of."""
        tally = cls()
        tally.requests.update({tuple(key): number for *key, number in value["requests"]})
        tally.seconds.update(value["seconds"])
        return tally


class Metrics:
    """Counts what was answered. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own = Tally()

    def observe(self, operation: str, status: int, rule: str, seconds: float) -> None:
        """Count one request that took `seconds`; `operation` is empty where none was meant."""
        bucket = bisect_left(BUCKETS, seconds)
        own = self._own
        with self._lock:
            own.requests[operation, status, rule, bucket] += 1
            own.seconds[operation] += seconds

    def tally(self, *others: Tally) -> Tally:
        """Return what was counted here, with what was counted elsewhere."""
        total = Tally()
        with self._lock:
            total.add(self._own)
        for other in others:
            total.add(other)
        return total


def text_of(tally: Tally, *gauges: Gauge) -> str:
    """Return everything in `tally`, and `gauges`, in the text format of Prometheus."""
    lines = [*_request_lines(tally), *_second_lines(tally)]
    for gauge in gauges:
        lines += _head(gauge.name, gauge.text, "gauge")
        lines.append(_line(gauge.name, gauge.labels, gauge.value))
    return "".join(f"{line}\n" for line in lines)


def _request_lines(tally: Tally) -> Iterator[str]:
    name = "leadway_mock_requests_total"
    yield from _head(name, "Requests answered.", "counter")
    totals: Counter[tuple[str, int, str]] = Counter()
    for (operation, status, rule, _), number in tally.requests.items():
        totals[operation, status, rule] += number
    for (operation, status, rule), number in sorted(totals.items()):
        labels = {"operation": operation, "status": str(status), "rule": rule}
        yield _line(name, labels, number)


def _second_lines(tally: Tally) -> Iterator[str]:
    name = "leadway_mock_request_seconds"
    yield from _head(name, "How long the mock thought about a request.", "histogram")
    for operation, seconds in sorted(tally.seconds.items()):
        labels, below = {"operation": operation}, 0
        for bucket, bound in enumerate((*BUCKETS, inf)):
            below += _in_bucket(tally, operation, bucket)
            shown = "+Inf" if bound == inf else f"{bound:g}"
            yield _line(f"{name}_bucket", {**labels, "le": shown}, below)
        yield _line(f"{name}_sum", labels, seconds)
        yield _line(f"{name}_count", labels, below)


def _in_bucket(tally: Tally, operation: str, bucket: int) -> int:
    return sum(
        number
        for (of, _, _, within), number in tally.requests.items()
        if (of, within) == (operation, bucket)
    )


def _head(name: str, text: str, kind: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _line(name: str, labels: Labels, value: float) -> str:
    told = ",".join(f'{label}="{_escaped(each)}"' for label, each in labels.items())
    return f"{name}{{{told}}} {value!r}" if told else f"{name} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
