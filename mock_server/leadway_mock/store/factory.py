"""Which store a URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from leadway_mock.store.base import Store, StoreError
from leadway_mock.store.memory import MemoryStore
from leadway_mock.store.sqlite import SQLiteStore
from leadway_mock.store.urls import KNOWN, REDIS_SCHEMES, shown_url

IN_MEMORY = frozenset({"memory:", "memory://"})
"""The URLs of stores that one process has for itself."""


def open_store(url: str) -> Store:
    """Open the store that `url` names; raises `StoreError` where it names none.

    `memory:` lives as long as the process; `sqlite:///mock.db` is a file in the working folder,
    and `sqlite:////tmp/mock.db` one by its absolute path; `redis://localhost:6379/0` is a database
    of a Redis or Valkey server, which machines share. No error shows a password.
    """
    if url in IN_MEMORY:
        return MemoryStore()
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite" and rest.startswith("///") and len(path := urlsplit(url).path) > 1:
        return SQLiteStore(Path(unquote(path[1:])))
    if scheme in REDIS_SCHEMES and rest.startswith("//"):
        return _redis_store(url)
    text = f"{shown_url(url)!r} names no store. Known are: {KNOWN}."
    raise StoreError(text)


def _redis_store(url: str) -> Store:
    try:
        # Only whoever names such a store has the client, and waits for its import.
        from leadway_mock.store.redis.store import RedisStore  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise StoreError(
            f"cannot open the store {shown_url(url)}: Redis and Valkey need a client that is not"
            " installed. Run: pip install 'leadway[mock,redis]'"
        ) from error
    return RedisStore(url)
