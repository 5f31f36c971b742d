"""Armed faults of a namespace, with an exact count of how often each has fired.

The faults are part of the namespace's overrides. A count is a record of the store, changed by a
conditional write, so that threads and processes that share the store agree on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from math import ceil
from typing import Any

from leadway_mock.faults.model import Fault, as_json, read_fault
from leadway_mock.store import Append, Item, Reads, Store


@dataclass(frozen=True, slots=True)
class CountedFault:
    """A fault, and the key of its count, which is new each time the fault is armed."""

    fault: Fault
    key: str


@dataclass(frozen=True, slots=True)
class FaultHit:
    """One firing: its number from 1, and the seconds after which the client may retry.

    With `early_calls`, the request was sent before that time: it is rejected like the one before,
    and has its number.
    """

    number: int
    retry_after: int | None = None
    early_calls: bool = False


@dataclass(frozen=True, slots=True)
class HitCount:
    """How often a fault fired, how many calls were too early, and the end of the wait."""

    hits: int = 0
    early: int = 0
    until: float | None = None


class ArmedFaults:
    """The armed faults of a namespace, and their counts."""

    def __init__(
        self, store: Store, prefix: str = "", overrides: tuple[Mapping[str, Any], ...] = ()
    ) -> None:
        """Read the armed faults from `overrides`; count under keys with `prefix`."""
        self._store = store
        self._prefix = f"{prefix}faults/"
        self._overrides = overrides
        self.is_empty = not overrides
        """Whether no fault is armed."""

        self._armed: list[CountedFault] | None = None

    def __iter__(self) -> Iterator[CountedFault]:
        """Yield the armed faults, the oldest first."""
        if self._armed is None:
            self._armed = [
                CountedFault(read_fault(each["fault"]), each["key"]) for each in self._overrides
            ]
        return iter(self._armed)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the armed faults as JSON, each with its counts."""
        found: list[dict[str, Any]] = []
        for armed in self:
            count, times = self.count(armed.key), armed.fault.times
            left = None if isinstance(times, str) else max(0, times - count.hits)
            counts = {"hits": count.hits, "earlyCalls": count.early, "remaining": left}
            found.append(as_json(armed.fault) | counts)
        return found

    def count(self, key: str) -> HitCount:
        """Return how often the fault counted under `key` has fired."""
        return self._count(self._store.last(self._prefix + key))[1]

    def try_fire(
        self,
        key: str,
        fault: Fault,
        reads: Reads,
        *,
        now: float,
        retry_after: int | None = None,
    ) -> tuple[FaultHit, Append] | None:
        """Fire `fault`, counted under `key`; return the hit, and the write that counts it.

        Returns None if the fault has fired `fault.times` times. `now` is the namespace's time. With
        `retry_after`, calls within that many seconds after a firing are early calls and get the
        same error.
        """
        version, count = self._count(reads.last(self._prefix + key))
        next_count = _next_count(count, fault, now, retry_after)
        if next_count is None:
            return None
        changed, hit = next_count
        text = json.dumps(asdict(changed))
        return hit, Append(self._prefix + key, text, after=version, keep=1)

    def load(self, reads: Reads) -> None:
        """Read the counts of all armed faults in one step."""
        reads.load(*(self._prefix + armed.key for armed in self))

    def delete_count(self, key: str) -> None:
        """Delete the count under `key`."""
        self._store.delete(self._prefix + key)

    def _count(self, item: Item | None) -> tuple[int, HitCount]:
        if item is None:
            return 0, HitCount()
        return item.position, self._store.decode(item.value, count_from_json)


def _next_count(
    count: HitCount, fault: Fault, now: float, wait: int | None
) -> tuple[HitCount, FaultHit] | None:
    """Return the count after one more call and the hit, or None if the fault does not fire."""
    remaining = min(count.until - now, wait or 0) if count.until is not None else 0.0
    if remaining > 0:
        changed = replace(count, early=count.early + 1)
        return changed, FaultHit(count.hits, ceil(remaining), early_calls=True)
    if count.hits >= fault.max_hits:
        return None
    hits = count.hits + 1
    until = now + wait if wait else None
    return replace(count, hits=hits, until=until), FaultHit(hits, wait)


def count_from_json(content: Mapping[str, Any]) -> HitCount:
    """Return the count of its JSON; raises `TypeError`."""
    count = HitCount(**content)
    if not all(isinstance(each, int | float | None) for each in content.values()):
        raise TypeError("a value of the count has another type")
    return count
