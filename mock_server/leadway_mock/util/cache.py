"""Bounded caches: an LRU dictionary, and an LRU cache for functions of a string."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache, wraps
from threading import Lock
from typing import Final, Generic, TypeVar

MAX_ENTRIES: Final = 10_000
MAX_KEY_CHARS: Final = 2_000
"""Longer strings are not cached; request lines and JSON Web Tokens are shorter."""

Key = TypeVar("Key")
Value = TypeVar("Value")
Text = TypeVar("Text", str, bytes)


class BoundedDict(OrderedDict[Key, Value], Generic[Key, Value]):
    """LRU cache as a dictionary: evicts the entry that was set or got least recently.

    `get` and assignment are thread-safe.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._max_entries = max_entries
        self._lock = Lock()

    def __setitem__(self, key: Key, value: Value) -> None:
        with self._lock:
            super().__setitem__(key, value)
            self.move_to_end(key)
            if len(self) > self._max_entries:
                self.popitem(last=False)

    def get(self, key: Key) -> Value | None:  # type: ignore[override]  # without a default
        """Return the value at `key`, or None; mark the entry as used."""
        with self._lock:
            if key not in self:
                return None
            self.move_to_end(key)
            return super().__getitem__(key)


def memoize(
    max_entries: int, max_chars: int = MAX_KEY_CHARS
) -> Callable[[Callable[[Text], Value]], Callable[[Text], Value]]:
    """LRU cache for a function of a string; strings longer than `max_chars` are not cached.

    `functools.lru_cache` limits the number of entries, but not the size of what clients send.
    """

    def decorate(function: Callable[[Text], Value]) -> Callable[[Text], Value]:
        cached = lru_cache(max_entries)(function)

        @wraps(function)
        def call(text: Text) -> Value:
            return cached(text) if len(text) <= max_chars else function(text)

        return call

    return decorate
