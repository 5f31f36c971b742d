"""Namespaces: what one token, or all tokens that share one, have in the store.

A namespace contains sessions, a journal, quotas and overrides (settings, clock and whatever else
the control API changed). All tokens use the shared namespace until one is given its own; from then
on that token reads and changes nothing else. Tests that run in parallel against one mock use one
token each, so they do not affect each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final, Protocol

from leadway_mock.config.settings import Settings
from leadway_mock.state.armed_faults import ArmedFaults
from leadway_mock.state.clock import Clock, MovableClock
from leadway_mock.state.idempotency import IdempotencyKeys
from leadway_mock.state.ids import Ids
from leadway_mock.state.journal import Journal
from leadway_mock.state.quotas import Quotas
from leadway_mock.state.sessions import CURSOR_KEYS, Sessions, session_keys
from leadway_mock.state.stored_agents import StoredAgents
from leadway_mock.state.used_tokens import UsedTokens
from leadway_mock.store import (
    ATTEMPTS,
    CONTENDED,
    Append,
    Increment,
    Item,
    LazyText,
    Reads,
    Snapshot,
    Store,
    StoreUnavailable,
    Write,
)
from leadway_mock.util.cache import BoundedDict
from leadway_mock.util.json_text import to_json_text
from leadway_mock.util.redaction import fingerprint

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
        self.idempotency = IdempotencyKeys(store, self.settings, prefix)
        self.agents = StoredAgents(store, self.settings, prefix)
        self.quotas = Quotas(store, self.settings, prefix)
        self.used_tokens = UsedTokens(self.settings, prefix)
        self.faults = ArmedFaults(store, prefix, tuple(overrides.get("faults", ())))
        self.store = store
        self._prefix = prefix
        self._requests = f"{prefix}requests"

    def next_number(self) -> int:
        """Count one more request, and return its number."""
        numbers = self.store.commit_early((Increment(self._requests),))
        return numbers[0] if numbers else 0  # An increment has no condition.

    def put(self, key: str, text: str) -> None:
        """Store `text` under `key`."""
        self.store.append(self._prefix + key, text, keep=1)

    def get(self, key: str) -> str | None:
        """Return the text that is stored under `key`, or None."""
        item = self.store.last(self._prefix + key)
        return item.value if item else None

    def text_write(self, key: str, text: str | LazyText) -> Write:
        """Return the write that stores `text` under `key`, if the key is new."""
        return Append(self._prefix + key, text, keep=1, once=True)

    def count_write(self, key: str) -> Write:
        """Return the write that adds 1 to the counter `key`."""
        return Append(self._prefix + key, "", keep=1)  # Positions are never used again.

    def count(self, key: str) -> int:
        """Return the value of the counter `key`."""
        item = self.store.last(self._prefix + key)
        return item.position if item else 0

    def cursor(self) -> str:
        """Return a text that changes with the journal, the sessions and the overrides."""
        keys = ("journal", OVERRIDES_KEY, *CURSOR_KEYS)
        found = self.store.read([self._prefix + key for key in keys])
        return "-".join(str(item.position if item else 0) for item in found)

    def delete_prefixes(self, *prefixes: str) -> None:
        """Delete the keys of the namespace that begin with one of `prefixes`."""
        for prefix in prefixes:
            self.store.clear(f"{self._prefix}{prefix}")

    def snapshot(self) -> Snapshot:
        """Return everything in the namespace at this moment."""
        return self.store.export(self._prefix)

    def restore(self, snapshot: Snapshot) -> None:
        """Replace everything in the namespace by `snapshot`."""
        self.store.restore(self._prefix, snapshot)


OPEN_LIST_KEY: Final = "namespaces"
"""The key of the list of namespaces, which is in none of them."""

MAX_LISTED: Final = 10_000

MAX_CACHED: Final = 1_024
"""Limit of namespaces in memory."""

OverridesChange = Callable[[Overrides], Overrides]
"""Function of the present overrides that returns new ones; without side effects."""


ALL_SCOPES: Final = frozenset({"all"})
"""Scopes of a reset of everything."""


class NamespaceObserver(Protocol):
    """Receives what this process does to namespaces, so that no journal is cleared unseen."""

    def namespace_opened(self, namespace: Namespace) -> None:
        """The namespace was opened, or cleared; its journal is as it begins."""

    def before_clear(self, namespace: Namespace, scopes: Collection[str]) -> None:
        """These scopes of the namespace, such as `journal` or `all`, will be cleared."""


class NamespaceRegistry:
    """All namespaces of a store."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self.observers: list[NamespaceObserver] = []
        self._store = store
        self._settings = settings
        self._clock = clock
        self._default = self._build(SHARED, {})
        # By name and overrides, so that an entry is never out of date.
        self._cache: BoundedDict[tuple[str, str], Namespace] = BoundedDict(MAX_CACHED)

    def shared(self) -> Namespace:
        """Return the shared namespace."""
        return self.get(SHARED) or self._default

    def for_token(self, authorization: str | None) -> Namespace:
        """Return the namespace of an Authorization header: its own, or the shared one."""
        return self.for_request(authorization)[0]

    def for_request(
        self, authorization: str | None, execution_id: str = "", agent_key: str = ""
    ) -> tuple[Namespace, Reads]:
        """Return the namespace of a request, and what was read with it in one step.

        That is the namespace's overrides, the session `execution_id`, and the list at `agent_key`
        in it, of a created agent or version.
        """
        name = namespace_name(authorization)
        names, keys = [SHARED], [f"{SHARED}/{OVERRIDES_KEY}"]
        if name != SHARED:
            names, keys = [name, SHARED], [f"{name}/{OVERRIDES_KEY}", *keys]
        if execution_id:
            keys += [key for each in names for key in session_keys(f"{each}/", execution_id)]
        if agent_key:
            keys += [f"{each}/{agent_key}" for each in names]
        items = self._store.read(keys)
        reads = Reads(self._store, dict(zip(keys, items, strict=True)))
        for each, item in zip(names, items, strict=False):
            if item is not None:
                return self._decode(each, item), reads
        return self._default, reads

    def change(self, name: str, change: OverridesChange) -> Namespace:
        """Replace the overrides of the namespace `name` by what `change` makes of them.

        `change` is called again if another process changed them meanwhile. Opens the namespace if
        it does not exist. Raises `StoreUnavailable`.
        """
        return self.update(name, change)[1]

    def update(self, name: str, change: OverridesChange) -> tuple[Overrides, Namespace]:
        """Do the same as `change`; return the overrides before, and the namespace after."""
        for _ in ATTEMPTS:
            version, overrides = self._read_overrides(name)
            before = overrides or {}
            after = change(before)
            text = to_json_text(after)
            if self._store.append(_key(name), text, after=version, keep=1):
                return before, self._build(name, after)
        raise StoreUnavailable(CONTENDED)

    def open(self, name: str) -> bool:
        """Open the namespace `name`; return whether it was closed before."""
        _, overrides = self._read_overrides(name)
        if overrides is None:
            namespace = self.change(name, dict)
            self._store.append(OPEN_LIST_KEY, name, keep=MAX_LISTED)
            for each in list(self.observers):
                each.namespace_opened(namespace)
        return overrides is None

    def get(self, name: str) -> Namespace | None:
        """Return the namespace `name`, or None if it is not open; the shared one always is."""
        item = self._store.last(_key(name))
        if item is None:
            return self._default if name == SHARED else None
        return self._decode(name, item)

    def close(self, namespace: Namespace) -> None:
        """Delete everything in a token's namespace, so that the token uses the shared one again."""
        with self._clearing(namespace, ALL_SCOPES):
            namespace.delete_prefixes("")

    def delete_prefixes(self, namespace: Namespace, scopes: Collection[str], *keys: str) -> None:
        """Delete the keys of `scopes`, which begin with one of `keys`."""
        with self._clearing(namespace, scopes):
            namespace.delete_prefixes(*keys)

    def list_open(self) -> list[str]:
        """Return the names of the open namespaces, oldest first."""
        names = dict.fromkeys(item.value for item in self._store.items(OPEN_LIST_KEY))
        return [name for name in names if self._read_overrides(name)[1] is not None]

    def reset_keep_open(self, namespace: Namespace) -> None:
        """Delete everything in a namespace, and leave it open."""
        # The version continues, so that a change in another process does not restore what it read.
        version, _ = self._read_overrides(namespace.name)
        with self._clearing(namespace, ALL_SCOPES):
            namespace.restore(Snapshot(entries=((OVERRIDES_KEY, version + 1, "{}"),)))

    def restore(self, namespace: Namespace, snapshot: Snapshot) -> None:
        """Replace everything in a namespace, which stays open, by `snapshot`.

        Raises `TypeError` or `ValueError`, and changes nothing, if its overrides are invalid.
        """
        texts = {key: text for key, _, text in snapshot.entries if key == OVERRIDES_KEY}
        text = texts.get(OVERRIDES_KEY, "{}")
        checked = self._build(namespace.name, json.loads(text))
        list(checked.faults)
        version, _ = self._read_overrides(namespace.name)
        others = tuple(each for each in snapshot.entries if each[0] != OVERRIDES_KEY)
        entries = (*others, (OVERRIDES_KEY, version + 1, text))
        with self._clearing(namespace, ALL_SCOPES):
            namespace.restore(Snapshot(entries, snapshot.counters))

    def move_clock(self, name: str, move: Callable[[MovableClock], MovableClock]) -> Namespace:
        """Replace the clock of the namespace `name` by what `move` makes of it."""

        def change(overrides: Overrides) -> Overrides:
            clock = MovableClock(self._clock, **overrides.get("clock", {}))
            return {**overrides, "clock": move(clock).to_json()}

        return self.change(name, change)

    @contextmanager
    def _clearing(self, namespace: Namespace, scopes: Collection[str]) -> Iterator[None]:
        for each in list(self.observers):
            each.before_clear(namespace, scopes)
        yield
        for each in list(self.observers):
            each.namespace_opened(namespace)

    def _decode(self, name: str, item: Item) -> Namespace:
        key = name, item.value
        namespace = self._cache.get(key)
        if namespace is None:
            namespace = self._cache[key] = self._store.decode(
                item.value, partial(self._build, name), parse=json.loads
            )
        return namespace

    def _read_overrides(self, name: str) -> tuple[int, Overrides | None]:
        """Return version and overrides of a namespace; (0, None) if it is not open."""
        item = self._store.last(_key(name))
        if item is None:
            return 0, None
        return item.position, self._store.decode(item.value, dict, parse=json.loads)

    def _build(self, name: str, overrides: Overrides) -> Namespace:
        return Namespace(name, self._store, self._settings, self._clock, overrides)


def namespace_name(authorization: str | None) -> str:
    """Return the name of the namespace that a token may have; a fingerprint, never the token."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return fingerprint(token.strip()) if scheme.lower() == "bearer" and token.strip() else SHARED


def _key(name: str) -> str:
    return f"{name}/{OVERRIDES_KEY}"
