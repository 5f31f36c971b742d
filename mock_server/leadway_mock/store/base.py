"""The verbs every store has, and the values they return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class StoreError(Exception):
    """The store cannot be opened or used; the text says which, and what to do."""


class StoreUnavailable(StoreError):  # noqa: N818 - the word of HTTP for what it becomes: 503
    """The store does not answer at present, or takes no writes; it may recover by itself.

    `uncertain` tells whether what was asked for may have been done all the same. Nothing is ever
    asked for twice by the store itself.
    """

    def __init__(self, text: str, *, uncertain: bool = False) -> None:
        super().__init__(text)
        self.uncertain = uncertain


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class Item:
    """One entry of a list: its position, counted from 1 and never reused, and its text."""

    position: int
    value: str


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class Appended:
    """What an append did: where the entry stands, and which entries made room for it."""

    position: int
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Part of a store at one moment: (key, position, value) and (key, value, expires)."""

    entries: tuple[tuple[str, int, str], ...] = ()
    counters: tuple[tuple[str, int, float | None], ...] = ()


Expiring = tuple[str, float]
"""The key of a counter, and when it may be forgotten, in seconds since the Unix epoch."""


class Store(Protocol):
    """Lists and counters under text keys. Each verb is atomic, across threads and processes.

    Each may raise `StoreUnavailable`.

    A record, which has one value at a time, is a list of which only the newest entry is kept; its
    position is the record's version.
    """

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> Appended | None:
        """Add `value` to the end of the list at `key`.

        With `after`, only if the list's newest position is still `after` (0 for no list): this is
        how a turn is committed exactly once. Otherwise nothing happens and None is returned. With
        `keep`, the oldest entries beyond that many are dropped.
        """
        ...

    def last(self, key: str) -> Item | None:
        """Return the newest entry of the list at `key`, or None."""
        ...

    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        """Return up to `limit` entries of the list at `key` behind position `after`, in order."""
        ...

    def count(self, key: str) -> int:
        """Return how many entries the list at `key` holds now."""
        ...

    def increment(self, key: str, *, now: float = 0.0, expires: float | None = None) -> int:
        """Add 1 to the counter at `key` and return it.

        `expires` is when the counter may be forgotten, `now` what it is compared with; both in
        seconds since the Unix epoch. A counter past its time starts anew. What comes before the
        first slash of a key is a namespace with a time of its own.
        """
        ...

    def increment_all(self, counters: Sequence[Expiring], *, now: float) -> Sequence[int]:
        """Add 1 to each of several counters of one namespace, in one step; return them in order.

        Each is a key and when the counter may be forgotten; see `increment`.
        """
        ...

    def delete(self, key: str) -> None:
        """Forget the list and the counter at `key`; nothing happens where there is none."""
        ...

    def clear(self, prefix: str = "") -> None:
        """Forget every list and counter whose key begins with `prefix`."""
        ...

    def export(self, prefix: str) -> Snapshot:
        """Return everything under the keys that begin with `prefix`, without the prefix."""
        ...

    def restore(self, prefix: str, snapshot: Snapshot) -> None:
        """Put `snapshot` in the place of everything under the keys that begin with `prefix`."""
        ...

    def close(self) -> None:
        """Release what the store holds open. It is not used afterwards."""
        ...
