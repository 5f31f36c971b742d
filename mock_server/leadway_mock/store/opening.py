"""Which store a URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from leadway_mock.store.base import Store, StoreError
from leadway_mock.store.memory import MemoryStore
from leadway_mock.store.sqlite import SQLiteStore

KNOWN = "memory: (gone at exit) or sqlite:///FILE (kept; sqlite:////tmp/mock.db for /tmp/mock.db)"


def open_store(url: str) -> Store:
    """Open the store that `url` names; raises `StoreError` where it names none.

    `memory:` lives as long as the process; `sqlite:///mock.db` is a file in the working folder,
    and `sqlite:////tmp/mock.db` one by its absolute path.
    """
    parts = urlsplit(url)
    if url in {"memory:", "memory://"}:
        return MemoryStore()
    if url.startswith("sqlite:///") and len(parts.path) > 1:
        return SQLiteStore(Path(unquote(parts.path[1:])))
    text = f"{url!r} names no store. Known are: {KNOWN}."
    raise StoreError(text)
