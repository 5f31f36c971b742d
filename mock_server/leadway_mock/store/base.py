"""Interface of a store, the values its verbs return, and its errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class StoreError(Exception):
    """The store cannot be opened or used; the text names it and says what to do."""


class StoreUnavailable(StoreError):  # noqa: N818 - the word of HTTP for what it becomes: 503
    """The store does not respond or rejects writes at present; it may recover by itself.

    `uncertain` says whether the operation may have been executed all the same. The store itself
    never sends an operation twice.
    """

    def __init__(self, text: str, *, uncertain: bool = False) -> None:
        super().__init__(text)
        self.uncertain = uncertain


@dataclass(slots=True)  # not frozen: one per request
class Item:
    """One entry of a list: its position, counted from 1 and never reused, and its text."""

    position: int
    value: str


@dataclass(slots=True)  # not frozen: one per request
class Appended:
    """Result of an append: the position of the entry, and the entries dropped to make room."""

    position: int
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Part of a store at one moment: (key, position, value) and (key, value, expires)."""

    entries: tuple[tuple[str, int, str], ...] = ()
    counters: tuple[tuple[str, int, float | None], ...] = ()


Expiring = tuple[str, float]
"""Key of a counter and its expiry in seconds since the Unix epoch."""


class Store(Protocol):
    """Lists and counters under text keys. Each verb is atomic, across threads and processes.

    Each may raise `StoreUnavailable`.

    A record with one value at a time is a list that keeps its newest entry only; the entry's
    position is the record's version.
    """

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> Appended | None:
        """Add `value` to the end of the list at `key`.

        With `after`, only if the list's newest position is still `after` (0 for no list): this
        commits a turn exactly once. Otherwise nothing happens and None is returned. With `keep`,
        the oldest entries beyond that many are dropped.
        """
        ...

    def last(self, key: str) -> Item | None:
        """Return the newest entry of the list at `key`, or None."""
        ...

    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        """Return up to `limit` entries of the list at `key` after position `after`, in order."""
        ...

    def count(self, key: str) -> int:
        """Return how many entries the list at `key` holds now."""
        ...

    def increment(self, key: str, *, now: float = 0.0, expires: float | None = None) -> int:
        """Add 1 to the counter at `key` and return it.

        `expires` is when the counter expires, `now` the current time; both in seconds since the
        Unix epoch. An expired counter restarts at 1. The text before the first slash of a key is a
        namespace, and each namespace has its own clock.
        """
        ...

    def increment_all(self, counters: Sequence[Expiring], *, now: float) -> Sequence[int]:
        """Add 1 to each of several counters of one namespace, in one step; return them in order.

        Each is a key and its expiry; see `increment`.
        """
        ...

    def delete(self, key: str) -> None:
        """Delete the list and the counter at `key`, if any."""
        ...

    def clear(self, prefix: str = "") -> None:
        """Delete every list and counter whose key begins with `prefix`."""
        ...

    def export(self, prefix: str) -> Snapshot:
        """Return everything under the keys that begin with `prefix`, without the prefix."""
        ...

    def restore(self, prefix: str, snapshot: Snapshot) -> None:
        """Replace everything under the keys that begin with `prefix` by `snapshot`."""
        ...

    def close(self) -> None:
        """Release files and connections. The store is not used afterwards."""
        ...


def redact_url(url: str) -> str:
    """Return the URL of a store without user, password and options."""
    if url.startswith(("memory:", "sqlite:")):
        return url
    scheme, mark, rest = url.partition("://")
    address, _, options = rest.partition("?")
    # An @ after the question mark is in an option, or in a password that contains a ?.
    place = "..." if "@" in options else address.rpartition("@")[2]
    return f"{scheme}{mark}{place}"
