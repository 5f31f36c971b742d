"""Stores of everything that changes: a few atomic verbs, in memory, SQLite or Redis."""

from leadway_mock.store.base import (
    ATTEMPTS,
    CONTENDED,
    Append,
    Increment,
    Item,
    LazyText,
    Reads,
    Snapshot,
    Store,
    StoreDamaged,
    StoreError,
    StoreUnavailable,
    WouldBlock,
    Write,
    redact_url,
)
from leadway_mock.store.factory import IN_MEMORY, open_store
from leadway_mock.store.memory import MemoryStore

__all__ = [
    "ATTEMPTS",
    "CONTENDED",
    "IN_MEMORY",
    "Append",
    "Increment",
    "Item",
    "LazyText",
    "MemoryStore",
    "Reads",
    "Snapshot",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreUnavailable",
    "WouldBlock",
    "Write",
    "open_store",
    "redact_url",
]
