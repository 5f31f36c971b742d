"""Namespace: the sessions, journal, quotas, clock and overrides of one token, or the shared ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from leadway_mock.config.settings import Settings
from leadway_mock.state.armed_faults import ArmedFaults
from leadway_mock.state.clock import Clock, MovableClock
from leadway_mock.state.ids import Ids
from leadway_mock.state.journal import Journal
from leadway_mock.state.quotas import Quotas
from leadway_mock.state.sessions import Sessions
from leadway_mock.store import Snapshot, Store

Overrides = Mapping[str, Any]
"""What a space was told, by kind: `settings`, `clock`, `faults` and others; JSON values only."""


SHARED = ""


OVERRIDES_KEY = "orders"
"""The key of a space's orders, behind its prefix."""


class Namespace:
    """One space as it stands: read once for a request, and the same until its end."""

    def __init__(
        self, name: str, store: Store, settings: Settings, clock: Clock, orders: Overrides
    ) -> None:
        """Put the space `name` together from the mock's own settings and clock, and its orders."""
        prefix = f"{name}/"
        self.name = name
        self.overrides = orders
        self.settings = replace(settings, **orders.get("settings", {}))
        self.clock = MovableClock(clock, **orders.get("clock", {}))
        self.ids = Ids(self.settings.seed)
        self.sessions = Sessions(store, self.clock, self.settings, prefix)
        self.journal = Journal(store, self.settings, prefix)
        self.quotas = Quotas(store, self.settings, prefix)
        self.faults = ArmedFaults(store, prefix, tuple(orders.get("faults", ())))
        self.has_armed_faults = bool(orders.get("faults"))
        self._store = store
        self._prefix = prefix
        self._requests = f"{prefix}requests"

    def next_number(self) -> int:
        """Count one more request, and return its number."""
        return self._store.increment(self._requests)

    def put(self, key: str, text: str, *, once: bool = False) -> None:
        """Keep `text` under `key`: in the place of what is there, or `once` and for all."""
        self._store.append(self._prefix + key, text, after=0 if once else None, keep=1)

    def get(self, key: str) -> str | None:
        """Return the text that is kept under `key`, or None."""
        item = self._store.last(self._prefix + key)
        return item.value if item else None

    def increment(self, key: str) -> None:
        """Count one more of `key`."""
        self._store.append(self._prefix + key, "", keep=1)  # Positions are never used again.

    def count(self, key: str) -> int:
        """Return how many of `key` were counted."""
        item = self._store.last(self._prefix + key)
        return item.position if item else 0

    def reset(self) -> None:
        """Forget everything in the space, its orders included, as if just started.

        A token's own space is closed by it; `Spaces.begin_anew` leaves it open.
        """
        self._store.clear(self._prefix)

    def delete_prefixes(self, *heads: str) -> None:
        """Forget what the space keeps under the keys that begin with one of `heads`."""
        for head in heads:
            self._store.clear(f"{self._prefix}{head}")

    def snapshot(self) -> Snapshot:
        """Return everything in the space at this moment."""
        return self._store.export(self._prefix)

    def restore(self, snapshot: Snapshot) -> None:
        """Put `snapshot` in the place of everything in the space."""
        self._store.restore(self._prefix, snapshot)
