"""A dictionary that forgets: the newest so many keys are kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

REMEMBERED = 10_000
"""How many sessions, callers or requests are remembered at once: ten times the default journal.

What is forgotten can hide a finding, and never makes one."""


class BoundedDict(OrderedDict[Key, Value], Generic[Key, Value]):
    """Keeps the keys that were set last, `most` of them."""

    def __init__(self, most: int = REMEMBERED) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)
