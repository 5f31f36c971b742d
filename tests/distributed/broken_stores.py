"""Stores that were broken on purpose, each in its own way: the checker has to catch every one.

All wrap a good store and spoil what is done to the turns of sessions, and only sometimes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

from leadway_mock.store import Appended, Item, Store

TURNS = "turns/"
OFTEN = 7
"""Every so many appends go wrong."""


class Faithful:
    """A wrapper that passes everything on; what is broken overrides it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._appends = 0
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> Appended | None:
        """Append, sometimes wrongly."""
        with self._lock:
            if TURNS not in key or not after:
                return self.store.append(key, value, after=after, keep=keep)
            self._appends += 1
            if self._appends % OFTEN:
                return self.store.append(key, value, after=after, keep=keep)
            return self.spoil(key, value, after)

    def spoil(self, key: str, value: str, after: int) -> Appended | None:
        """Append a turn that is not the first of its session."""
        return self.store.append(key, value, after=after)

    def last(self, key: str) -> Item | None:
        """Return the newest entry."""
        with self._lock:
            return self.store.last(key)

    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        """Return entries in order."""
        with self._lock:
            return self.store.items(key, after=after, limit=limit)


class LosesAnAppend(Faithful):
    """Says that it has written, and has not."""

    def spoil(self, key: str, value: str, after: int) -> Appended | None:  # noqa: ARG002 - lost
        return Appended(after + 1)


class WritesTwice(Faithful):
    """Writes a turn, takes the writing for failed, and writes it again."""

    def spoil(self, key: str, value: str, after: int) -> Appended | None:
        added = self.store.append(key, value, after=after)
        if added:
            self.store.append(key, _numbered(value, after + 2), after=after + 1)
        return added


class Swaps(Faithful):
    """Puts a turn before the one that stands already."""

    def spoil(self, key: str, value: str, after: int) -> Appended | None:
        found = self.store.items(key)
        if found[-1].position != after:
            return None
        swapped = (_numbered(value, after), _numbered(found[-1].value, after + 1))
        _rewrite(self.store, key, [*(each.value for each in found[:-1]), *swapped])
        return Appended(after + 1)


class ReusesANumber(Faithful):
    """Reads what was true before, and lets whoever builds on that replace what is true now."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._reads = 0

    def last(self, key: str) -> Item | None:
        with self._lock:
            found = self.store.items(key)
            if TURNS not in key or len(found) < OFTEN:
                return self.store.last(key)
            self._reads += 1
            return found[-1 if self._reads % OFTEN else -2]

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> Appended | None:
        with self._lock:
            found = self.store.items(key)
            if TURNS not in key or not after or after != len(found) - 1:
                return self.store.append(key, value, after=after, keep=keep)
            _rewrite(self.store, key, [*(each.value for each in found[:-1]), value])
            return Appended(after + 1)


class Overwrites(Faithful):
    """The last to write wins: the newest turn is lost to the one that comes."""

    def spoil(self, key: str, value: str, after: int) -> Appended | None:
        found = self.store.items(key)
        if found[-1].position != after:
            return None
        _rewrite(self.store, key, [*(each.value for each in found[:-1]), _numbered(value, after)])
        return Appended(after + 1)


class Misfiles(Faithful):
    """Writes a turn into another session."""

    _other = ""

    def spoil(self, key: str, value: str, after: int) -> Appended | None:
        other, self._other = self._other, key
        if not other or other == key:
            return self.store.append(key, value, after=after)
        there = self.store.last(other)
        self.store.append(other, _numbered(value, there.position + 1 if there else 1))
        return Appended(after + 1)


class LeavesRoom(Faithful):
    """Gives a turn the number after the next, and the next that comes the one before it.

    In the end all numbers are there, once, and each answer told its own: only time betrays it.
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
            if self._appends % OFTEN:
                return item
            self._bumped.add(key)
            return Item(item.position, _numbered(item.value, item.position + 1))

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> Appended | None:
        with self._lock:
            if TURNS not in key or not after:
                return self.store.append(key, value, after=after, keep=keep)
            newest = self.store.last(key)
            assert newest is not None
            if after == newest.position + 1 and key in self._bumped and key not in self._ahead:
                self._ahead[key] = value
                return Appended(after + 1)
            added = self.store.append(key, value, after=after)
            if added and key in self._ahead:
                self.store.append(key, self._ahead.pop(key))
                self._bumped.discard(key)
            return added


BROKEN: dict[str, tuple[Callable[[Store], Faithful], str]] = {
    "loses an append": (LosesAnAppend, "told-twice"),
    "writes twice": (WritesTwice, "unsent"),
    "swaps two turns": (Swaps, "lost"),
    "reuses a number": (ReusesANumber, "told-twice"),
    "overwrites the newest": (Overwrites, "lost"),
    "misfiles a turn": (Misfiles, "unsent"),
    "disregards real time": (LeavesRoom, "order"),
}
"""What breaks a store, and the kind of fault that betrays it, among others."""


def _numbered(value: str, number: int) -> str:
    return json.dumps({**json.loads(value), "number": number})


def _rewrite(store: Store, key: str, values: list[str]) -> None:
    store.delete(key)
    for each in values:
        store.append(key, each)
