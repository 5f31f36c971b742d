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
from leadway_mock.state.clock import Clock, SetClock
from leadway_mock.state.namespace import ORDERS, SHARED, Orders, Space
from leadway_mock.store import Snapshot, Store
from leadway_mock.util.json_text import dump_json
from leadway_mock.util.memoize import remembered
from leadway_mock.util.redaction import fingerprint

OPENED = "spaces"
"""The key of the list of spaces, which is in none of them."""

MAX_LISTED = 10_000

MOST_KNOWN = 1_024
"""How many spaces are remembered as they were put together, to be used again."""


class Spaces:
    """All the spaces of a store."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._untold = self._space(SHARED, {})
        self._known: dict[tuple[str, str], Space] = {}  # by name and orders, so never out of date

    def shared(self) -> Space:
        """Return everybody's space."""
        return self._as_told(SHARED) or self._untold

    def of(self, authorization: str | None) -> Space:
        """Return the space of whoever sends that Authorization header: its own, or the shared."""
        name = name_of(authorization)
        own = self._as_told(name) if name != SHARED else None
        return own or self._as_told(SHARED) or self._untold

    def change(self, name: str, change: Callable[[Orders], Orders]) -> Space:
        """Give the space `name` the orders that `change` makes of its present ones.

        `change` is called again where somebody else changed them meanwhile, so it only computes.
        A space that was not there is opened.
        """
        while True:
            version, orders = self._orders(name)
            changed = change(orders or {})
            text = dump_json(changed)
            if self._store.append(_record(name), text, after=version, keep=1):
                return self._space(name, changed)

    def open(self, name: str) -> bool:
        """Open the space `name`; tell whether it was closed before."""
        _, orders = self._orders(name)
        if orders is None:
            self.change(name, dict)
            self._store.append(OPENED, name, keep=MAX_LISTED)
        return orders is None

    def opened(self) -> list[str]:
        """Return the names of the spaces that were opened and are open still, oldest first."""
        names = dict.fromkeys(item.value for item in self._store.items(OPENED))
        return [name for name in names if self._orders(name)[1] is not None]

    def begin_anew(self, space: Space) -> None:
        """Forget everything in a space, and leave it open."""
        # Its version goes on, so that a change which is under way meanwhile does not bring it back.
        version, _ = self._orders(space.name)
        space.restore(Snapshot(entries=((ORDERS, version + 1, "{}"),)))

    def restore(self, space: Space, snapshot: Snapshot) -> None:
        """Put `snapshot` in the place of everything in a space, which stays open.

        Raises `TypeError` or `ValueError` where its orders make no sense; nothing happens then.
        """
        kept = {key: text for key, _, text in snapshot.entries if key == ORDERS}
        text = kept.get(ORDERS, "{}")
        self._space(space.name, json.loads(text))
        version, _ = self._orders(space.name)
        others = tuple(each for each in snapshot.entries if each[0] != ORDERS)
        space.restore(Snapshot((*others, (ORDERS, version + 1, text)), snapshot.counters))

    def move_clock(self, name: str, move: Callable[[SetClock], Mapping[str, float]]) -> Space:
        """Give the space `name` the clock that `move` makes of its present one; see `SetClock`."""

        def moved(orders: Orders) -> Orders:
            return {**orders, "clock": move(SetClock(self._clock, **orders.get("clock", {})))}

        return self.change(name, moved)

    def _as_told(self, name: str) -> Space | None:
        """Return a space as its orders say now, or None where it has none."""
        item = self._store.last(f"{name}/{ORDERS}")
        if item is None:
            return None
        known = self._known.get((name, item.value))
        return known or self._learned(name, item.value)

    def _learned(self, name: str, orders: str) -> Space:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        space = self._known[name, orders] = self._space(name, json.loads(orders))
        return space

    def _orders(self, name: str) -> tuple[int, Orders | None]:
        """Return the version and the orders of a space; (0, None) where it has none."""
        item = self._store.last(_record(name))
        return (item.position, json.loads(item.value)) if item else (0, None)

    def _space(self, name: str, orders: Orders) -> Space:
        return Space(name, self._store, self._settings, self._clock, orders)


def name_of(authorization: str | None) -> str:
    """Return the name of the space that a token may have; a fingerprint, never the token."""
    return _name_of(authorization or "")


@remembered(MOST_KNOWN)
def _name_of(authorization: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    return fingerprint(token.strip()) if scheme.lower() == "bearer" and token.strip() else SHARED


def _record(name: str) -> str:
    return f"{name}/{ORDERS}"
