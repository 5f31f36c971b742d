"""Clients of a store that do the wrong thing when its answer does not come.

Each wraps a store in Redis behind a line that loses commands, and is what somebody might have
written in good faith. The checker has to catch every one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from leadway_mock.store import Appended, Store, StoreUnavailable
from tests.network import Lost
from tests.distributed.broken_stores import TURNS, Faithful


@dataclass(frozen=True, slots=True)
class Doubt:
    """A turn that was to be appended, and may have been."""

    key: str
    value: str
    after: int
    error: StoreUnavailable


class Hasty(Faithful):
    """Passes everything on; what is done about a turn in doubt overrides it."""

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> Appended | None:
        try:
            added = self.store.append(key, value, after=after, keep=keep)
        except StoreUnavailable as error:
            if TURNS not in key or not error.uncertain or not after:
                raise
            return self.settled(Doubt(key, value, after, error))
        if added:
            self.appended(key, added)
        return added

    def settled(self, doubt: Doubt) -> Appended | None:
        """Return or raise what the mock is told."""
        raise doubt.error

    def appended(self, key: str, added: Appended) -> None:
        """Learn that something was appended."""


class Resends(Hasty):
    """Sends an append again, as if it were sure that the first one was not heard."""

    def settled(self, doubt: Doubt) -> Appended | None:
        return self.store.append(doubt.key, doubt.value, after=doubt.after)


class Hopes(Hasty):
    """Takes silence for a yes."""

    def settled(self, doubt: Doubt) -> Appended | None:
        return Appended(doubt.after + 1)


class CatchesUp(Hasty):
    """Tells of the failure, and all the same writes the turn later, behind what came since."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._owed: dict[str, str] = {}

    def settled(self, doubt: Doubt) -> Appended | None:
        self._owed[doubt.key] = doubt.value
        raise doubt.error

    def appended(self, key: str, added: Appended) -> None:
        value = self._owed.pop(key, None)
        if value:
            late = json.dumps({**json.loads(value), "number": added.position + 1})
            self.store.append(key, late, after=added.position)


BROKEN_CLIENTS: dict[str, tuple[Callable[[Store], Hasty], Lost, str]] = {
    "resends blindly": (Resends, "answer", "unsent"),
    "takes silence for a yes": (Hopes, "request", "lost"),
    "catches up later": (CatchesUp, "request", "mistaken"),
}
"""What breaks a client, what has to be lost for it to matter, and the kind of fault it earns."""
