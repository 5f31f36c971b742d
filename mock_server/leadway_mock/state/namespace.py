"""Namespace: sessions, journal, quotas, clock and overrides of one token, or the shared ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from leadway_mock.config.settings import Settings
from leadway_mock.state.armed_faults import ArmedFaults
from leadway_mock.state.clock import Clock, MovableClock
from leadway_mock.state.ids import Ids
from leadway_mock.state.journal import Journal
from leadway_mock.state.quotas import Quotas
from leadway_mock.state.sessions import Sessions
from leadway_mock.store import Snapshot, Store

Overrides = Mapping[str, Any]
"""What the control API changed, by kind (`settings`, `clock`, `faults`, …); JSON values only."""

SHARED: Final = ""
"""Name of the shared namespace."""

OVERRIDES_KEY: Final = "overrides"
"""The key of a namespace's overrides, after its prefix."""


class Namespace:
    """One namespace: read once for a request, and unchanged until its end."""

    def __init__(
        self, name: str, store: Store, settings: Settings, clock: Clock, overrides: Overrides
    ) -> None:
        """Combine the mock's settings and clock with the overrides of the namespace `name`."""
        prefix = f"{name}/"
        self.name = name
        self.overrides = overrides
        self.settings = replace(settings, **overrides.get("settings", {}))
        self.clock = MovableClock(clock, **overrides.get("clock", {}))
        self.ids = Ids(self.settings.seed)
        self.sessions = Sessions(store, self.clock, self.settings, prefix)
        self.journal = Journal(store, self.settings, prefix)
        self.quotas = Quotas(store, self.settings, prefix)
        self.faults = ArmedFaults(store, prefix, tuple(overrides.get("faults", ())))
        self.has_armed_faults = bool(overrides.get("faults"))
        self._store = store
        self._prefix = prefix
        self._requests = f"{prefix}requests"

    def next_number(self) -> int:
        """Count one more request, and return its number."""
        return self._store.increment(self._requests)

    def put(self, key: str, text: str, *, once: bool = False) -> None:
        """Store `text` under `key`; with `once`, only if the key is new."""
        self._store.append(self._prefix + key, text, after=0 if once else None, keep=1)

    def get(self, key: str) -> str | None:
        """Return the text that is stored under `key`, or None."""
        item = self._store.last(self._prefix + key)
        return item.value if item else None

    def increment(self, key: str) -> None:
        """Add 1 to the counter `key`."""
        self._store.append(self._prefix + key, "", keep=1)  # Positions are never used again.

    def count(self, key: str) -> int:
        """Return the value of the counter `key`."""
        item = self._store.last(self._prefix + key)
        return item.position if item else 0

    def reset(self) -> None:
        """Delete everything in the namespace, its overrides included, as at the start.

        This closes a token's namespace; `NamespaceRegistry.reset_keep_open` leaves it open.
        """
        self._store.clear(self._prefix)

    def delete_prefixes(self, *prefixes: str) -> None:
        """Delete the keys of the namespace that begin with one of `prefixes`."""
        for prefix in prefixes:
            self._store.clear(f"{self._prefix}{prefix}")

    def snapshot(self) -> Snapshot:
        """Return everything in the namespace at this moment."""
        return self._store.export(self._prefix)

    def restore(self, snapshot: Snapshot) -> None:
        """Replace everything in the namespace by `snapshot`."""
        self._store.restore(self._prefix, snapshot)
