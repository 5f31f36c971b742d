"""Spaces: what one caller does, changes and breaks stays with that caller.

A space holds sessions, a journal, quotas, and its own orders: settings, a clock, and whatever else
the control API was told. Everybody shares one space, until a token is given a space of its own;
from then on that token sees and touches nothing else. Tests that run side by side against one mock
each take a token, and do not meet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from leadway_mock.config.settings import Settings
from leadway_mock.state.clock import Clock, MovableClock
from leadway_mock.state.namespace import OVERRIDES_KEY, SHARED, Namespace, Overrides
from leadway_mock.store import Snapshot, Store
from leadway_mock.util.json_text import to_json_text
from leadway_mock.util.memoize import memoize
from leadway_mock.util.redaction import fingerprint

OPEN_LIST_KEY = "spaces"
"""The key of the list of spaces, which is in none of them."""

MAX_LISTED = 10_000

MAX_CACHED = 1_024
"""How many spaces are remembered as they were put together, to be used again."""


class NamespaceRegistry:
    """All the spaces of a store."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._default = self._build(SHARED, {})
        self._cache: dict[
            tuple[str, str], Namespace
        ] = {}  # by name and orders, so never out of date

    def shared(self) -> Namespace:
        """Return everybody's space."""
        return self._with_overrides(SHARED) or self._default

    def for_token(self, authorization: str | None) -> Namespace:
        """Return the space of whoever sends that Authorization header: its own, or the shared."""
        name = namespace_name(authorization)
        own = self._with_overrides(name) if name != SHARED else None
        return own or self._with_overrides(SHARED) or self._default

    def change(self, name: str, change: Callable[[Overrides], Overrides]) -> Namespace:
        """Give the space `name` the orders that `change` makes of its present ones.

        `change` is called again where somebody else changed them meanwhile, so it only computes.
        A space that was not there is opened.
        """
        while True:
            version, orders = self._read_overrides(name)
            changed = change(orders or {})
            text = to_json_text(changed)
            if self._store.append(_record(name), text, after=version, keep=1):
                return self._build(name, changed)

    def open(self, name: str) -> bool:
        """Open the space `name`; tell whether it was closed before."""
        _, orders = self._read_overrides(name)
        if orders is None:
            self.change(name, dict)
            self._store.append(OPEN_LIST_KEY, name, keep=MAX_LISTED)
        return orders is None

    def list_open(self) -> list[str]:
        """Return the names of the spaces that were opened and are open still, oldest first."""
        names = dict.fromkeys(item.value for item in self._store.items(OPEN_LIST_KEY))
        return [name for name in names if self._read_overrides(name)[1] is not None]

    def reset_keep_open(self, space: Namespace) -> None:
        """Forget everything in a space, and leave it open."""
        # Its version goes on, so that a change which is under way meanwhile does not bring it back.
        version, _ = self._read_overrides(space.name)
        space.restore(Snapshot(entries=((OVERRIDES_KEY, version + 1, "{}"),)))

    def restore(self, space: Namespace, snapshot: Snapshot) -> None:
        """Put `snapshot` in the place of everything in a space, which stays open.

        Raises `TypeError` or `ValueError` where its orders make no sense; nothing happens then.
        """
        kept = {key: text for key, _, text in snapshot.entries if key == OVERRIDES_KEY}
        text = kept.get(OVERRIDES_KEY, "{}")
        self._build(space.name, json.loads(text))
        version, _ = self._read_overrides(space.name)
        others = tuple(each for each in snapshot.entries if each[0] != OVERRIDES_KEY)
        space.restore(Snapshot((*others, (OVERRIDES_KEY, version + 1, text)), snapshot.counters))

    def move_clock(
        self, name: str, move: Callable[[MovableClock], Mapping[str, float]]
    ) -> Namespace:
        """Give the space `name` the clock that `move` makes of its present one; see `SetClock`."""

        def moved(orders: Overrides) -> Overrides:
            return {**orders, "clock": move(MovableClock(self._clock, **orders.get("clock", {})))}

        return self.change(name, moved)

    def _with_overrides(self, name: str) -> Namespace | None:
        """Return a space as its orders say now, or None where it has none."""
        item = self._store.last(f"{name}/{OVERRIDES_KEY}")
        if item is None:
            return None
        known = self._cache.get((name, item.value))
        return known or self._cache_put(name, item.value)

    def _cache_put(self, name: str, orders: str) -> Namespace:
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        space = self._cache[name, orders] = self._build(name, json.loads(orders))
        return space

    def _read_overrides(self, name: str) -> tuple[int, Overrides | None]:
        """Return the version and the orders of a space; (0, None) where it has none."""
        item = self._store.last(_record(name))
        return (item.position, json.loads(item.value)) if item else (0, None)

    def _build(self, name: str, orders: Overrides) -> Namespace:
        return Namespace(name, self._store, self._settings, self._clock, orders)


def namespace_name(authorization: str | None) -> str:
    """Return the name of the space that a token may have; a fingerprint, never the token."""
    return _name_of(authorization or "")


@memoize(MAX_CACHED)
def _name_of(authorization: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    return fingerprint(token.strip()) if scheme.lower() == "bearer" and token.strip() else SHARED


def _record(name: str) -> str:
    return f"{name}/{OVERRIDES_KEY}"
