"""Stores with deliberate bugs; the checker must catch every one.

All wrap a healthy store and change some of the appended turns.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

from leadway_mock.store import Append, Item, Store, Write

TURNS = "turns/"
BUG_INTERVAL = 7
"""One of so many appends goes wrong."""


class StoreWrapper:
    """Passes everything on; subclasses override what is broken."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._appends = 0
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def read(self, keys: Sequence[str]) -> Sequence[Item | None]:
        """Return the newest entry of each list."""
        with self._lock:
            return [self.last(key) for key in keys]

    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        """Commit; a turn that is not the first of its session goes through `append`."""
        with self._lock:
            at, turn = _find_turn(writes)
            if turn is None:
                return self.store.commit(writes, now=now)
            added = self.append(turn.key, str(turn.value), after=turn.after, keep=turn.keep)
            if not added:
                return None
            others = [write for write in writes if write is not turn]
            numbers = list(self.store.commit(others, now=now) or ()) if others else []
            return [*numbers[:at], added, *numbers[at:]]

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> int | None:
        """Append, at intervals wrongly."""
        self._appends += 1
        if self._appends % BUG_INTERVAL or not after:
            return self.store.append(key, value, after=after, keep=keep)
        return self.append_wrongly(key, value, after)

    def append_wrongly(self, key: str, value: str, after: int) -> int | None:
        """Append a turn that is not the first of its session."""
        return self.store.append(key, value, after=after)

    def last(self, key: str) -> Item | None:
        """Return the newest entry."""
        return self.store.last(key)

    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        """Return entries in order."""
        with self._lock:
            return self.store.items(key, after=after, limit=limit)


class LosesAppend(StoreWrapper):
    """Reports an append that it has not made."""

    def append_wrongly(self, key: str, value: str, after: int) -> int | None:  # noqa: ARG002 - it is lost
        return after + 1


class WritesTwice(StoreWrapper):
    """Writes a turn twice, as after a wrong retry."""

    def append_wrongly(self, key: str, value: str, after: int) -> int | None:
        added = self.store.append(key, value, after=after)
        if added:
            self.store.append(key, _numbered(value, after + 2), after=after + 1)
        return added


class SwapsTurns(StoreWrapper):
    """Inserts a turn before the newest one."""

    def append_wrongly(self, key: str, value: str, after: int) -> int | None:
        found = self.store.items(key)
        if found[-1].position != after:
            return None
        swapped = (_numbered(value, after), _numbered(found[-1].value, after + 1))
        _rewrite(self.store, key, [*(each.value for each in found[:-1]), *swapped])
        return after + 1


class ReusesNumber(StoreWrapper):
    """Returns stale reads, and lets a writer that relies on one replace the newest turn."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._reads = 0

    def last(self, key: str) -> Item | None:
        with self._lock:
            found = self.store.items(key)
            if TURNS not in key or len(found) < BUG_INTERVAL:
                return self.store.last(key)
            self._reads += 1
            return found[-1 if self._reads % BUG_INTERVAL else -2]

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> int | None:
        with self._lock:
            found = self.store.items(key)
            if not after or after != len(found) - 1:
                return self.store.append(key, value, after=after, keep=keep)
            _rewrite(self.store, key, [*(each.value for each in found[:-1]), value])
            return after + 1


class OverwritesNewest(StoreWrapper):
    """Last write wins: replaces the newest turn."""

    def append_wrongly(self, key: str, value: str, after: int) -> int | None:
        found = self.store.items(key)
        if found[-1].position != after:
            return None
        _rewrite(self.store, key, [*(each.value for each in found[:-1]), _numbered(value, after)])
        return after + 1


class WrongKey(StoreWrapper):
    """Writes a turn to the key of another session."""

    _other = ""

    def append_wrongly(self, key: str, value: str, after: int) -> int | None:
        other, self._other = self._other, key
        if not other or other == key:
            return self.store.append(key, value, after=after)
        there = self.store.last(other)
        self.store.append(other, _numbered(value, there.position + 1 if there else 1))
        return after + 1


class IgnoresRealTime(StoreWrapper):
    """Gives a turn the number after the next, and the following turn the number before it.

    In the end all numbers exist once, and each response has its own; only the order is wrong.
    """

    _ahead: dict[str, str]

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._ahead = {}
        self._bumped: set[str] = set()

    def last(self, key: str) -> Item | None:
        with self._lock:
            item = self.store.last(key)
            if TURNS not in key or item is None or key in self._ahead:
                return item
            self._appends += 1
            if self._appends % BUG_INTERVAL:
                return item
            self._bumped.add(key)
            return Item(item.position, _numbered(item.value, item.position + 1))

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> int | None:
        with self._lock:
            if not after:
                return self.store.append(key, value, after=after, keep=keep)
            newest = self.store.last(key)
            assert newest is not None
            if after == newest.position + 1 and key in self._bumped and key not in self._ahead:
                self._ahead[key] = value
                return after + 1
            added = self.store.append(key, value, after=after)
            if added and key in self._ahead:
                self.store.append(key, self._ahead.pop(key))
                self._bumped.discard(key)
            return added


BROKEN: dict[str, tuple[Callable[[Store], StoreWrapper], str]] = {
    "loses an append": (LosesAppend, "duplicate-response"),
    "writes twice": (WritesTwice, "not-sent"),
    "swaps two turns": (SwapsTurns, "lost"),
    "reuses a number": (ReusesNumber, "duplicate-response"),
    "overwrites the newest": (OverwritesNewest, "lost"),
    "writes to another key": (WrongKey, "not-sent"),
    "disregards real time": (IgnoresRealTime, "order"),
}
"""For each store: its class, and one kind of fault that it causes."""


def _find_turn(writes: Sequence[Write]) -> tuple[int, Append | None]:
    """Return place and write of a turn that is not the first of its session."""
    for at, write in enumerate(writes):
        if isinstance(write, Append) and TURNS in write.key and write.after:
            return at, write
    return 0, None


def _numbered(value: str, number: int) -> str:
    return json.dumps({**json.loads(value), "number": number})


def _rewrite(store: Store, key: str, values: list[str]) -> None:
    store.delete(key)
    for each in values:
        store.append(key, each)
