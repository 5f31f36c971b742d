"""Store clients that react wrongly to a missing response.

Each wraps a Redis store behind a proxy that loses commands, and has a plausible mistake. The
checker must catch every one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from leadway_mock.store import Store, StoreUnavailable
from tests.distributed.broken_stores import StoreWrapper
from tests.network import Lost


@dataclass(frozen=True, slots=True)
class Unknown:
    """A turn that may have been appended or not."""

    key: str
    value: str
    after: int
    error: StoreUnavailable


class ClientWrapper(StoreWrapper):
    """Passes everything on; subclasses override what happens after an unknown result."""

    def append(
        self, key: str, value: str, *, after: int | None = None, keep: int | None = None
    ) -> int | None:
        try:
            added = self.store.append(key, value, after=after, keep=keep)
        except StoreUnavailable as error:
            if not error.uncertain or not after:
                raise
            return self.resolve(Unknown(key, value, after, error))
        if added:
            self.appended(key, added)
        return added

    def resolve(self, unknown: Unknown) -> int | None:
        """Return or raise what the mock receives."""
        raise unknown.error

    def appended(self, key: str, added: int) -> None:
        """Note that an entry was appended."""


class ResendsBlindly(ClientWrapper):
    """Sends an append again, as if the first one had certainly not been processed."""

    def resolve(self, unknown: Unknown) -> int | None:
        return self.store.append(unknown.key, unknown.value, after=unknown.after)


class AssumesSuccess(ClientWrapper):
    """Treats a missing response as success."""

    def resolve(self, unknown: Unknown) -> int | None:
        return unknown.after + 1


class RetriesLater(ClientWrapper):
    """Raises the error, and writes the turn later all the same, after newer turns."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._pending: dict[str, str] = {}

    def resolve(self, unknown: Unknown) -> int | None:
        self._pending[unknown.key] = unknown.value
        raise unknown.error

    def appended(self, key: str, added: int) -> None:
        value = self._pending.pop(key, None)
        if value:
            late = json.dumps({**json.loads(value), "number": added + 1})
            self.store.append(key, late, after=added)


BROKEN_CLIENTS: dict[str, tuple[Callable[[Store], ClientWrapper], Lost, str]] = {
    "resends blindly": (ResendsBlindly, "response", "not-sent"),
    "assumes success": (AssumesSuccess, "request", "lost"),
    "retries later": (RetriesLater, "request", "wrong-conclusion"),
}
"""For each client: its class, what the proxy must lose, and the kind of fault it causes."""
