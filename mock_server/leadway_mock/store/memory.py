"""Store in dictionaries of one process; its content is gone at exit.

The dictionaries hold only texts and numbers, which Python's garbage collector does not traverse, so
a million sessions cause no pauses.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterator, Sequence

from leadway_mock.store.base import Appended, Expiring, Item, Snapshot

MAX_EXPIRING = 100_000
"""Counters with an expiry in one namespace, about 50 MB."""


class MemoryStore:
    """A store in memory; see `Store` for the verbs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, str] = {}  # by key and position, with a slash between them
        self._newest: dict[str, int] = {}
        self._oldest: dict[str, int] = {}  # of lists that have dropped entries; else it is 1
        self._counters: dict[str, int] = {}
        self._expiries: dict[str, float] = {}
        self._queues: dict[str, list[tuple[float, str]]] = {}  # counters by expiry, by namespace

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> Appended | None:
        """See `Store.append`."""
        with self._lock:
            newest = self._newest.get(key, 0)
            if after is not None and after != newest:
                return None
            position = self._newest[key] = newest + 1
            self._values[f"{key}/{position}"] = value
            if keep is None or position <= keep:
                return Appended(position)
            return Appended(position, self._drop(key, position - keep))

    def last(self, key: str) -> Item | None:
        """See `Store.last`."""
        with self._lock:
            position = self._newest.get(key)
            return Item(position, self._values[f"{key}/{position}"]) if position else None

    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        """See `Store.items`."""
        with self._lock:
            first = max(after + 1, self._oldest.get(key, 1))
            last = self._newest.get(key, 0)
            if limit is not None:
                last = min(last, first + limit - 1)
            return [
                Item(position, self._values[f"{key}/{position}"])
                for position in range(first, last + 1)
            ]

    def count(self, key: str) -> int:
        """See `Store.count`."""
        with self._lock:
            return self._newest.get(key, 0) - self._oldest.get(key, 1) + 1

    def increment(self, key: str, *, now: float = 0.0, expires: float | None = None) -> int:
        """See `Store.increment`."""
        if expires is not None:
            return self.increment_all([(key, expires)], now=now)[0]
        with self._lock:
            former = self._expiries.pop(key, None)
            alive = former is None or former > now
            number = self._counters[key] = self._counters.get(key, 0) * alive + 1
            return number

    def increment_all(self, counters: Sequence[Expiring], *, now: float) -> Sequence[int]:
        """See `Store.increment_all`."""
        numbers = []
        with self._lock:
            for key, expires in counters:
                former = self._expiries.get(key)
                alive = former is None or former > now
                number = self._counters[key] = self._counters.get(key, 0) * alive + 1
                if former != expires:
                    self._expiries[key] = expires
                if number == 1:
                    self._delete_expired(key, now, expires)
                numbers.append(number)
        return numbers

    def delete(self, key: str) -> None:
        """See `Store.delete`."""
        with self._lock:
            self._delete(key)

    def clear(self, prefix: str = "") -> None:
        """See `Store.clear`."""
        with self._lock:
            self._clear(prefix)

    def export(self, prefix: str) -> Snapshot:
        """See `Store.export`."""
        with self._lock:
            return Snapshot(
                tuple(self._entries_under(prefix)),
                tuple(
                    (key.removeprefix(prefix), self._counters[key], self._expiries.get(key))
                    for key in sorted(_under(prefix, self._counters))
                ),
            )

    def restore(self, prefix: str, snapshot: Snapshot) -> None:
        """See `Store.restore`."""
        with self._lock:
            self._clear(prefix)
            for key, position, value in snapshot.entries:
                name = prefix + key
                self._values[f"{name}/{position}"] = value
                self._oldest.setdefault(name, position)
                self._newest[name] = position
            for key, number, expires in snapshot.counters:
                self._counters[prefix + key] = number
                if expires is not None:
                    self._expiries[prefix + key] = expires
                    self._queue(prefix + key, expires)

    def close(self) -> None:
        """See `Store.close`."""

    def _drop(self, key: str, upto: int) -> tuple[str, ...]:
        """Drop the entries of a list up to a position and return them."""
        oldest = self._oldest.get(key, 1)
        if oldest > upto:
            return ()
        self._oldest[key] = upto + 1
        if oldest == upto:  # The usual case: a full list gets one more.
            return (self._values.pop(f"{key}/{oldest}"),)
        return tuple(self._values.pop(f"{key}/{position}") for position in range(oldest, upto + 1))

    def _delete(self, key: str) -> None:
        self._drop(key, self._newest.pop(key, 0))
        self._oldest.pop(key, None)
        self._counters.pop(key, None)
        self._expiries.pop(key, None)

    def _clear(self, prefix: str) -> None:
        for key in [*_under(prefix, self._newest), *_under(prefix, self._counters)]:
            self._delete(key)

    def _entries_under(self, prefix: str) -> Iterator[tuple[str, int, str]]:
        for key in sorted(_under(prefix, self._newest)):
            for position in range(self._oldest.get(key, 1), self._newest[key] + 1):
                yield key.removeprefix(prefix), position, self._values[f"{key}/{position}"]

    def _delete_expired(self, key: str, now: float, expires: float) -> None:
        """Queue a new counter, and delete the expired ones of its namespace.

        Beyond `MAX_EXPIRING`, those that expire first are deleted: clients invent locations.
        """
        queue = self._queue(key, expires)
        while queue and (queue[0][0] <= now or len(queue) > MAX_EXPIRING):
            due, old = heapq.heappop(queue)
            expiry = self._expiries.get(old)
            if expiry is not None and expiry > due:  # It was extended meanwhile.
                heapq.heappush(queue, (expiry, old))
            elif expiry is not None:
                del self._counters[old], self._expiries[old]

    def _queue(self, key: str, expires: float) -> list[tuple[float, str]]:
        namespace, slash, _ = key.partition("/")
        queue = self._queues.setdefault(namespace if slash else "", [])
        heapq.heappush(queue, (expires, key))
        return queue


def _under(prefix: str, keys: dict[str, int]) -> list[str]:
    return [key for key in keys if key.startswith(prefix)]
