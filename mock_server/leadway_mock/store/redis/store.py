"""Store in a Redis or Valkey server, 6.2 or later, which several machines may share.

Each verb is one command or one script, so one round trip, and atomic. Durability depends on the
server's settings: with `appendonly yes` a crash loses at most the last second, with
`appendfsync always` nothing. The server must not evict: `maxmemory-policy noeviction`, the default.

Redis Cluster is not supported; Sentinel's primary or a cloud's endpoint is. The keys of a
namespace share a hash tag, as a cluster needs it; a cluster would also need a client that follows
redirections and one list of homes per shard.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from leadway_mock.store.base import Increment, Item, Snapshot, Store, Write
from leadway_mock.store.redis import scripts
from leadway_mock.store.redis.client import RedisClient

Row = tuple[str, str, list[str], str, str]
"""Home, name, entries, and a counter's value and expiry (empty without one)."""


NO_NAMESPACE = "."
"""The namespace of keys without a slash; all others end in a slash."""

ESCAPES = (("%", "%25"), ("}", "%7D"))
"""A closing brace in a namespace would end the hash tag."""


class RedisStore(Store):
    """A store in one database of a server; see `Store` for the verbs."""

    def __init__(self, url: str) -> None:
        """Open the database that `url` names; raises `StoreError`."""
        self._client = RedisClient(url)
        self.name = self._client.name

    def __repr__(self) -> str:
        return f"RedisStore({self._client.name!r})"

    def read(self, keys: Sequence[str]) -> Sequence[Item | None]:
        """See `Store.read`."""
        homes, names = zip(*map(key_location, keys), strict=True)
        return self._client.run(scripts.READ, homes, *names, make=_newest_items)

    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        """See `Store.commit`."""
        home, _ = key_location(writes[0].key)
        arguments = [argument for write in writes for argument in _arguments(write)]
        result: Any = self._client.run(scripts.COMMIT, (home,), repr(now), *arguments, changes=True)
        return None if result is None else [int(number) for number in result]

    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        """See `Store.items`."""
        home, name = key_location(key)
        return self._client.run(scripts.ITEMS, (home,), name, after, _optional(limit), make=_items)

    def count(self, key: str) -> int:
        """See `Store.count`."""
        home, name = key_location(key)
        number: int = self._client.execute("LLEN", f"{home}:list:{name}")
        return number

    def delete(self, *keys: str) -> None:
        """See `Store.delete`."""
        home, _ = key_location(keys[0])
        names = [key_location(key)[1] for key in keys]
        self._client.run(scripts.DELETE, (home,), *names, changes=True)

    def clear(self, prefix: str = "") -> None:
        """See `Store.clear`."""
        home, *scope = prefix_scope(prefix)
        self._client.run(scripts.CLEAR, (home,), *scope, changes=True)

    def export(self, prefix: str) -> Snapshot:
        """See `Store.export`."""
        home, *scope = prefix_scope(prefix)

        def make(exported: Iterable[Any]) -> Snapshot:
            named = ((full_key(home, name)[len(prefix) :], rest) for home, name, *rest in exported)
            rows = sorted(named)
            return Snapshot(tuple(_entries(rows)), tuple(_counters(rows)))

        return self._client.run(scripts.EXPORT, (home,), *scope, make=make)

    def restore(self, prefix: str, snapshot: Snapshot) -> None:
        """See `Store.restore`."""
        text = json.dumps(list(_rows(prefix, snapshot)), ensure_ascii=False)
        home, *scope = prefix_scope(prefix)
        self._client.run(scripts.RESTORE, (home,), *scope, text, changes=True)

    def close(self) -> None:
        """See `Store.close`."""
        self._client.close()


def _arguments(write: Write) -> tuple[str, ...]:
    """Return the seven arguments of a write in the script `COMMIT`."""
    name = key_location(write.key)[1]
    if isinstance(write, Increment):
        return "increment", name, _optional(write.expires), "", "", "", ""
    owned = "\n".join(key_location(prefix)[1] for prefix in write.owned)
    text, after, keep = str(write.value), _optional(write.after), _optional(write.keep)
    return "append", name, text, after, keep, "once" * write.once, owned


def _item(entry: str) -> Item:
    position, _, value = entry.partition(":")
    return Item(int(position), value)


def _items(entries: Iterable[str]) -> Sequence[Item]:
    return [_item(entry) for entry in entries]


def _newest_items(entries: Iterable[str | None]) -> Sequence[Item | None]:
    return [None if entry is None else _item(entry) for entry in entries]


def _optional(number: float | None) -> str:
    return "" if number is None else repr(number)


def _entries(rows: Iterable[tuple[str, list[Any]]]) -> Iterator[tuple[str, int, str]]:
    for key, (entries, *_) in rows:
        for item in map(_item, entries):
            yield key, item.position, item.value


def _counters(rows: Iterable[tuple[str, list[Any]]]) -> Iterator[tuple[str, int, float | None]]:
    for key, (_, value, expires) in rows:
        if value is not None:
            yield key, int(value), None if expires is None else float(expires)


def _rows(prefix: str, snapshot: Snapshot) -> Iterator[Row]:
    """Yield the rows of a snapshot with keys under `prefix`."""
    for key, entries in groupby(sorted(snapshot.entries), key=lambda entry: entry[0]):
        texts = [f"{position}:{value}" for _, position, value in entries]
        yield *key_location(prefix + key), texts, "", ""
    for key, value, expires in snapshot.counters:
        yield *key_location(prefix + key), [], str(value), _optional(expires)


def key_location(key: str) -> tuple[str, str]:
    """Return the home of a key and its name there."""
    namespace, slash, name = key.partition("/")
    return (hash_tag(namespace + slash), name) if slash else (hash_tag(""), key)


def hash_tag(namespace: str) -> str:
    """Return the home of all keys in a namespace, which is empty or ends in a slash."""
    return f"{scripts.KEY_PREFIX}{{{_escape(namespace) or NO_NAMESPACE}}}"


def prefix_scope(prefix: str) -> tuple[str, str, str]:
    """Return what a prefix of keys covers: a home, a prefix of names there, a prefix of homes.

    The last is empty for a prefix with a slash, which covers names of one home only.
    """
    home, name = key_location(prefix)
    return home, name, "" if "/" in prefix else f"{scripts.KEY_PREFIX}{{{_escape(prefix)}"


def full_key(home: str, name: str) -> str:
    """Return the key with that home and name; the inverse of `key_location`."""
    namespace = home.removeprefix(f"{scripts.KEY_PREFIX}{{").removesuffix("}")
    if namespace == NO_NAMESPACE:
        return name
    for plain, escaped in reversed(ESCAPES):
        namespace = namespace.replace(escaped, plain)
    return namespace + name


def _escape(text: str) -> str:
    for plain, escaped in ESCAPES:
        text = text.replace(plain, escaped)
    return text
