"""The armed faults of a space, and how often each has fired: exactly, however many ask at once.

What is armed stands in the space's orders. How often it fired is a record of the store, changed
only if nobody was faster, so threads and processes that share the store agree on every count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from math import ceil
from typing import Any

from leadway_mock.faults.json_form import as_json, read_fault
from leadway_mock.faults.model import Fault
from leadway_mock.store import Store


@dataclass(frozen=True, slots=True)
class ArmedFault:
    """A fault in its place. `key` is where its count is kept; each arming has a new one."""

    fault: Fault
    key: str


@dataclass(frozen=True, slots=True)
class FaultHit:
    """One firing: the `number`th of `times`, and the seconds until the caller may come again.

    An `early` one came before that time had passed: it is refused like the firing before it, and
    has that one's number.
    """

    number: int
    times: int
    retry_after: int | None = None
    early_calls: bool = False


@dataclass(frozen=True, slots=True)
class HitCount:
    """How often a fault fired, how many calls came too early, and until when they do."""

    hits: int = 0
    early: int = 0
    until: float | None = None


class ArmedFaults:
    """What is armed in a space, and the counts of it."""

    def __init__(
        self, store: Store, prefix: str = "", orders: tuple[Mapping[str, Any], ...] = ()
    ) -> None:
        """Read the armed faults from a space's `orders`; count under keys with `prefix`."""
        self._store = store
        self._prefix = f"{prefix}faults/"
        self._overrides = orders

    def __iter__(self) -> Iterator[ArmedFault]:
        """Yield the armed faults, the oldest first."""
        for order in self._overrides:
            yield ArmedFault(read_fault(order["fault"]), order["key"])

    def __bool__(self) -> bool:
        """Tell whether any fault is armed."""
        return bool(self._overrides)

    def listed(self) -> list[dict[str, Any]]:
        """Return the armed faults as JSON, each with `hits`, `early` and `left`."""
        return [self._listed(armed) for armed in self]

    def count(self, key: str) -> HitCount:
        """Return how often the fault counted under `key` has fired."""
        return self._read(key)[1]

    def try_fire(
        self, key: str, fault: Fault, *, now: float, retry_after: int | None = None
    ) -> FaultHit | None:
        """Fire `fault`, counted under `key`, unless it has fired often enough: then return None.

        `now` is the space's time. With `retry_after`, calls that come sooner than so many seconds
        after a firing are refused with it.
        """
        while True:
            version, count = self._read(key)
            claimed = _next_count(count, fault.times, now, retry_after)
            if claimed is None:
                return None
            changed, hit = claimed
            text = json.dumps(asdict(changed))
            if self._store.append(self._prefix + key, text, after=version, keep=1):
                return hit

    def forget(self, key: str) -> None:
        """Forget the count under `key`."""
        self._store.delete(self._prefix + key)

    def _listed(self, armed: ArmedFault) -> dict[str, Any]:
        count = self.count(armed.key)
        left = max(0, armed.fault.times - count.hits)
        return {**as_json(armed.fault), "hits": count.hits, "early": count.early, "left": left}

    def _read(self, key: str) -> tuple[int, HitCount]:
        item = self._store.last(self._prefix + key)
        return (item.position, HitCount(**json.loads(item.value))) if item else (0, HitCount())


def _next_count(
    count: HitCount, times: int, now: float, wait: int | None
) -> tuple[HitCount, FaultHit] | None:
    """Return the count after one more call and what the call gets, or None if nothing."""
    remains = min(count.until - now, wait or 0) if count.until is not None else 0.0
    if remains > 0:
        changed = replace(count, early=count.early + 1)
        return changed, FaultHit(count.hits, times, ceil(remains), early_calls=True)
    if count.hits >= times:
        return None
    hits = count.hits + 1
    until = now + wait if wait else None
    return replace(count, hits=hits, until=until), FaultHit(hits, times, wait)
