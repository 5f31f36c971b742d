"""Everything that changes lives in a store: a few atomic verbs, with the rules above it."""

from leadway_mock.store.base import (
    Appended,
    Expiring,
    Item,
    Snapshot,
    Store,
    StoreError,
    StoreUnavailable,
)
from leadway_mock.store.factory import IN_MEMORY, open_store
from leadway_mock.store.memory import MemoryStore
from leadway_mock.store.urls import shown_url

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
    "shown_url",
]
