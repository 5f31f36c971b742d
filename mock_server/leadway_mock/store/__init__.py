"""Stores of everything that changes: a few atomic verbs, in memory, SQLite or Redis."""

from leadway_mock.store.base import (
    Appended,
    Expiring,
    Item,
    Snapshot,
    Store,
    StoreError,
    StoreUnavailable,
    redact_url,
)
from leadway_mock.store.factory import IN_MEMORY, open_store
from leadway_mock.store.memory import MemoryStore

__all__ = [
    "IN_MEMORY",
    "Appended",
    "Expiring",
    "Item",
    "MemoryStore",
    "Snapshot",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "open_store",
    "redact_url",
]
