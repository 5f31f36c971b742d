"""Everything that changes lives in a store: a few atomic verbs, with the rules above it."""

from leadway_mock.store.base import Appended, Item, Snapshot, Store, StoreError
from leadway_mock.store.memory import MemoryStore
from leadway_mock.store.opening import open_store

__all__ = ["Appended", "Item", "MemoryStore", "Snapshot", "Store", "StoreError", "open_store"]
