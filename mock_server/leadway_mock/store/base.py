"""Interface of a store, the values its verbs return, and its errors."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from leadway_mock.util.printable_text import short_text

Result = TypeVar("Result")

SCHEME = re.compile("(?i:rediss?|unix|sqlite|memory|https?|postgres(?:ql)?|mysql|file)")
AT_SIGN = re.compile(r"%(?:25)*40")
MAX_URL_CHARS = 200

DECODE_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
"""What decoding raises for a value that the mock did not write."""


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


class StoreDamaged(StoreUnavailable):
    """The store holds what the mock did not write. It does not recover by itself."""

    def __init__(self, name: str, reason: str, hint: str) -> None:
        super().__init__(f"The store {name} is damaged: {reason}. {hint}")


class WouldBlock(BaseException):
    """A verb inside `Store.without_waiting` would wait. Nothing was written.

    No `Exception`, so that a step of a request does not take it for a failure of its own.
    """


ATTEMPTS = range(1_000)
"""Attempts of a commit that fails where another one has changed the same state first.

One of several that compete always succeeds, so all of these fail only by a defect or by a store
that something else has changed. Without a limit, such a request would never end.
"""
CONTENDED = f"Other requests changed the same state before each of {len(ATTEMPTS):,} attempts."

PAGE = 200
"""Entries that `Store.walk` reads at once."""

RESET_HINT = "POST /__mock/reset deletes all conversations."


@dataclass(slots=True, eq=False)
class LazyText:
    """Text that `make` makes of `value`, which is no text, when it is first used; then kept."""

    make: Callable[[Any], str]
    value: object

    def __str__(self) -> str:
        value = self.value
        if not isinstance(value, str):
            value = self.value = self.make(value)  # What the text was made of is released.
        return value


@dataclass(slots=True)  # not frozen: one per request
class Item:
    """One entry of a list: its position, counted from 1 and never reused, and its text."""

    position: int
    value: str


@dataclass(slots=True)  # not frozen: several per request
class Append:
    """Adds `value` to the end of the list at `key`.

    With `after`, the commit needs the list's newest position to be `after` still (0 for no list).
    With `once` in its place, an existing list is left as it is. With `keep`, the oldest entries
    beyond that many are dropped, and for each the lists whose keys are a prefix of `owned` followed
    by the entry's text.
    """

    key: str
    value: str | LazyText
    after: int | None = None
    keep: int | None = None
    once: bool = False
    owned: Sequence[str] = ()


@dataclass(slots=True)  # not frozen: several per request
class Increment:
    """Adds 1 to the counter at `key`.

    `expires` is when the counter expires, in seconds since the Unix epoch. An expired counter
    restarts at 1. The text before the first slash of a key is a namespace, and each namespace has
    its own clock.
    """

    key: str
    expires: float | None = None


Write = Append | Increment


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Part of a store at one moment: (key, position, value) and (key, value, expires)."""

    entries: tuple[tuple[str, int, str], ...] = ()
    counters: tuple[tuple[str, int, float | None], ...] = ()


class Store(ABC):
    """Lists and counters under text keys. Each verb is atomic, across threads and processes.

    Each may raise `StoreUnavailable`.

    A record with one value at a time is a list that keeps its newest entry only; the entry's
    position is the record's version.
    """

    name = "memory:"
    """What errors call it: a file or a URL, without password."""

    def decode(
        self,
        text: str,
        make: Callable[[Any], Result],
        *,
        parse: Callable[[str], Any] = orjson.loads,
    ) -> Result:
        """Return what `make` makes of the JSON in a stored text; raises `StoreDamaged`."""
        try:
            return make(parse(text))
        except DECODE_ERRORS as error:
            raise StoreDamaged(
                self.name, "an entry is not as the mock wrote it", RESET_HINT
            ) from error

    @abstractmethod
    def read(self, keys: Sequence[str]) -> Sequence[Item | None]:
        """Return the newest entry of each list, None for a list that does not exist."""

    @abstractmethod
    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        """Make all writes, or none where an append's `after` is not the newest position.

        Returns the newest positions of the lists and the values of the counters in the order of
        `writes`, or None if nothing was written. `now` is the time by which counters expire, in
        seconds since the Unix epoch. All keys are in one namespace.
        """

    def commit_early(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        """Do what `commit` does, in a request that will commit once more.

        Raises `WouldBlock` inside `without_waiting` if the later commit might wait.
        """
        return self.commit(writes, now=now)

    def without_waiting(self) -> AbstractContextManager[None]:
        """Let verbs of this thread, the event loop's, raise `WouldBlock` instead of waiting.

        Raises it at once if the store cannot tell beforehand whether a verb will wait.
        """
        raise WouldBlock

    @abstractmethod
    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        """Return up to `limit` entries of the list at `key` after position `after`, in order."""

    @abstractmethod
    def count(self, key: str) -> int:
        """Return how many entries the list at `key` holds now."""

    @abstractmethod
    def delete(self, *keys: str) -> None:
        """Delete the lists and the counters at `keys`, if any. All are in one namespace."""

    @abstractmethod
    def clear(self, prefix: str = "") -> None:
        """Delete every list and counter whose key begins with `prefix`."""

    @abstractmethod
    def export(self, prefix: str) -> Snapshot:
        """Return everything under the keys that begin with `prefix`, without the prefix."""

    @abstractmethod
    def restore(self, prefix: str, snapshot: Snapshot) -> None:
        """Replace everything under the keys that begin with `prefix` by `snapshot`."""

    @abstractmethod
    def close(self) -> None:
        """Release files and connections. The store is not used afterwards."""

    def last(self, key: str) -> Item | None:
        """Return the newest entry of one list, or None."""
        return self.read((key,))[0]

    def walk(self, key: str, *, after: int = 0, newest_first: bool = False) -> Iterator[Item]:
        """Yield the entries of a list after position `after`, read in pages.

        With `newest_first`, smaller positions come after a position, and all come after 0.
        """
        if not newest_first:
            while page := self.items(key, after=after, limit=PAGE):
                yield from page
                after = page[-1].position
            return
        newest = self.last(key)
        end = min(after or newest.position + 1, newest.position + 1) if newest else 0
        while end > 1:
            begin = max(0, end - 1 - PAGE)
            # If the oldest were dropped, the page begins later and would end too late.
            items = self.items(key, after=begin, limit=end - 1 - begin)
            page = [item for item in items if item.position < end]
            yield from reversed(page)
            end = begin + 1 if page else 1

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> int | None:
        """Make one `Append`; return the entry's position, or None if nothing was written."""
        positions = self.commit((Append(key, value, after, keep),))
        return positions[0] if positions else None

    def increment(self, key: str, *, now: float = 0.0, expires: float | None = None) -> int:
        """Make one `Increment`; return the counter's value."""
        numbers = self.commit((Increment(key, expires),), now=now)
        return numbers[0] if numbers else 0  # An increment has no condition.


@dataclass(slots=True)
class Reads:
    """Newest entries of lists, each read from `store` at most once; `found` are those by key."""

    store: Store
    found: dict[str, Item | None] = field(default_factory=dict)

    def load(self, *keys: str) -> Sequence[Item | None]:
        """Read several lists in one step; return what was found, in their order."""
        items = self.store.read(keys) if keys else ()
        self.found.update(zip(keys, items, strict=True))
        return items

    def last(self, key: str) -> Item | None:
        """Return the newest entry of a list, or None."""
        if key not in self.found:
            self.load(key)
        return self.found[key]


def redact_url(url: str) -> str:
    """Return the URL of a store for messages: short, without user, password and options.

    A text without `://` is mistyped. What follows its first colon may be a password.
    """
    file = url.removeprefix("sqlite:///")
    if url in {"memory:", "memory://"} or (file != url and "://" not in file):
        return short_text(url, MAX_URL_CHARS)
    scheme, mark, rest = url.partition("://")
    if not mark:
        head, colon, _ = url.partition(":")
        return short_text(f"{head if SCHEME.fullmatch(head) else ''}{colon}..." if colon else url)
    address, _, options = rest.partition("?")
    # An @ after the question mark is in an option, or in a password that contains a ?.
    is_escaped = "@" not in address and AT_SIGN.search(rest)
    is_unclear = "@" in options or is_escaped or not SCHEME.fullmatch(scheme)
    place = "..." if is_unclear else address.rpartition("@")[2]
    return short_text(f"{scheme if SCHEME.fullmatch(scheme) else ''}{mark}{place}", MAX_URL_CHARS)
