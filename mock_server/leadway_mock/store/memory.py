"""Store in dictionaries of one process; its content is gone at exit.

The dictionaries hold texts and numbers, which Python's garbage collector does not traverse, so a
million sessions cause no pauses. The only other values are lazy texts: of journals, which are
limited, and one for each dialogue.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from leadway_mock.store.base import Append, Increment, Item, LazyText, Snapshot, Store, Write

MAX_EXPIRING = 100_000
"""Counters with an expiry in one namespace, about 50 MB."""


class MemoryStore(Store):
    """A store in memory; see `Store` for the verbs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[
            str, str | LazyText
        ] = {}  # by key and position, with a slash between them
        self._newest: dict[str, int] = {}
        self._oldest: dict[str, int] = {}  # of lists that have dropped entries; else it is 1
        self._counters: dict[str, int] = {}
        self._expiries: dict[str, float] = {}
        self._queues: dict[str, list[tuple[float, str]]] = {}  # counters by expiry, by namespace

    def read(self, keys: Sequence[str]) -> Sequence[Item | None]:
        """See `Store.read`."""
        newest, values = self._newest, self._values
        found: list[tuple[int, str | LazyText] | None] = []
        with self._lock:
            for key in keys:
                position = newest.get(key)
                found.append((position, values[f"{key}/{position}"]) if position else None)
        return [Item(each[0], str(each[1])) if each else None for each in found]

    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        """See `Store.commit`."""
        newest, values, numbers = self._newest, self._values, []
        with self._lock:
            for write in writes:
                if isinstance(write, Increment) or write.after is None:
                    continue
                if write.after != newest.get(write.key, 0):
                    return None
            for write in writes:
                key = write.key
                if isinstance(write, Append):
                    number = newest.get(key, 0)
                    if not number or not write.once:
                        number = newest[key] = number + 1
                        values[f"{key}/{number}"] = write.value
                        if write.keep is not None and number > write.keep:
                            self._drop(key, number - write.keep, write.owned)
                else:
                    expires, former = write.expires, self._expiries.get(key)
                    is_alive = former is None or former > now
                    number = self._counters[key] = self._counters.get(key, 0) * is_alive + 1
                    if former != expires or number == 1:
                        self._set_expiry(key, expires, now)
                numbers.append(number)
        return numbers

    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        """See `Store.items`."""
        with self._lock:
            first = max(after + 1, self._oldest.get(key, 1))
            last = self._newest.get(key, 0)
            if limit is not None:
                last = min(last, first + limit - 1)
            found = [
                (position, self._values[f"{key}/{position}"]) for position in range(first, last + 1)
            ]
        return [Item(position, str(value)) for position, value in found]

    def count(self, key: str) -> int:
        """See `Store.count`."""
        with self._lock:
            return self._newest.get(key, 0) - self._oldest.get(key, 1) + 1

    def delete(self, *keys: str) -> None:
        """See `Store.delete`."""
        with self._lock:
            for key in keys:
                self._delete(key)

    def clear(self, prefix: str = "") -> None:
        """See `Store.clear`."""
        with self._lock:
            self._clear(prefix)

    def export(self, prefix: str) -> Snapshot:
        """See `Store.export`."""
        with self._lock:
            entries = [
                (key.removeprefix(prefix), position, self._values[f"{key}/{position}"])
                for key in sorted(_under(prefix, self._newest))
                for position in range(self._oldest.get(key, 1), self._newest[key] + 1)
            ]
            counters = tuple(
                (key.removeprefix(prefix), self._counters[key], self._expiries.get(key))
                for key in sorted(_under(prefix, self._counters))
            )
        return Snapshot(tuple((key, at, str(value)) for key, at, value in entries), counters)

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

    def without_waiting(self) -> AbstractContextManager[None]:
        """See `Store.without_waiting`."""
        return nullcontext()

    def close(self) -> None:
        """See `Store.close`."""

    def _set_expiry(self, key: str, expires: float | None, now: float) -> None:
        """Set when a counter expires. For a new one, delete the expired ones of its namespace.

        Beyond `MAX_EXPIRING`, those that expire first are deleted: clients invent locations.
        """
        if expires is None:
            self._expiries.pop(key, None)
            return
        self._expiries[key] = expires
        if self._counters[key] > 1:
            return
        queue = self._queue(key, expires)
        while queue and (queue[0][0] <= now or len(queue) > MAX_EXPIRING):
            due, old = heapq.heappop(queue)
            expiry = self._expiries.get(old)
            if expiry is not None and expiry > due:  # It was extended meanwhile.
                heapq.heappush(queue, (expiry, old))
            elif expiry is not None:
                del self._counters[old], self._expiries[old]

    def _drop(self, key: str, upto: int, owned: Sequence[str] = ()) -> None:
        """Drop the entries of a list up to a position, and the lists that they own."""
        oldest = self._oldest.get(key, 1)
        for position in range(oldest, upto + 1):
            value = self._values.pop(f"{key}/{position}")
            for prefix in owned:
                self._delete(f"{prefix}{value}")
        self._oldest[key] = max(oldest, upto + 1)

    def _delete(self, key: str) -> None:
        self._drop(key, self._newest.pop(key, 0))
        self._oldest.pop(key, None)
        self._counters.pop(key, None)
        self._expiries.pop(key, None)

    def _clear(self, prefix: str) -> None:
        for key in [*_under(prefix, self._newest), *_under(prefix, self._counters)]:
            self._delete(key)

    def _queue(self, key: str, expires: float) -> list[tuple[float, str]]:
        namespace, slash, _ = key.partition("/")
        queue = self._queues.setdefault(namespace if slash else "", [])
        heapq.heappush(queue, (expires, key))
        return queue


def _under(prefix: str, keys: dict[str, int]) -> list[str]:
    return [key for key in keys if key.startswith(prefix)]
