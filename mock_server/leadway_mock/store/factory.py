"""Opens the store that a URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from leadway_command import install_hint
from leadway_mock.store.base import Store, StoreError, redact_url
from leadway_mock.store.memory import MemoryStore
from leadway_mock.store.sqlite import SQLiteStore

IN_MEMORY = frozenset({"memory:", "memory://"})
"""The URLs of stores that belong to one process."""

REDIS_SCHEMES = ("redis", "rediss", "unix")

KNOWN_URLS = (
    "memory: (gone at exit), sqlite:///FILE (a file; sqlite:////tmp/mock.db for /tmp/mock.db) or"
    " redis://HOST:PORT/DB (shared; rediss:// with TLS, unix:///SOCKET?db=DB on this machine)"
)


def open_store(url: str) -> Store:
    """Open the store that `url` names; raises `StoreError`, whose text has no password.

    `memory:` lasts as long as the process; `sqlite:///mock.db` is a file in the working folder, and
    `sqlite:////tmp/mock.db` an absolute path; `redis://localhost:6379/0` is a database of a Redis
    or Valkey server, which several machines can share.
    """
    if url in IN_MEMORY:
        return MemoryStore()
    scheme, _, rest = url.partition(":")
    if (
        scheme == "sqlite"
        and rest.startswith("///")
        and len(rest) > len("///")
        and "://" not in rest
    ):
        path, question, _ = rest.removeprefix("///").partition("?")
        if question:
            raise StoreError(
                f"cannot open the store {redact_url(url)}: the URL of a file has no options. Write"
                " %3F for a question mark in its name."
            )
        return SQLiteStore(Path(unquote(path)))
    if scheme in REDIS_SCHEMES and rest.startswith("//"):
        return _open_redis(url)
    text = f"{redact_url(url)!r} names no store; known are {KNOWN_URLS}."
    raise StoreError(text)


def _open_redis(url: str) -> Store:
    try:
        # The client is an extra, and its import is slow.
        from leadway_mock.store.redis.store import RedisStore  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise StoreError(
            f"cannot open the store {redact_url(url)}: Redis and Valkey need a client that is not"
            f" installed. {install_hint('mock,redis')}"
        ) from error
    return RedisStore(url)
