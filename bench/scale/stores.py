"""The stores as the measurements have them: a fresh one each, with what can be asked about it."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from redis import Redis

from bench.machine import LOAD_CORE, pinned
from bench.redis_servers import redis_program

DURABLE = ("--appendonly", "yes", "--appendfsync", "everysec")
"""Redis as most have it: it loses at most the last second when its machine fails."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What the server of a store has done since its start; of no server, nothing."""

    seconds: float = 0.0
    bytes: int = 0

    def __sub__(self, other: Usage) -> Usage:
        return Usage(self.seconds - other.seconds, self.bytes - other.bytes)


class Place(Protocol):
    """Where a store is."""

    @property
    def name(self) -> str:
        """How the page calls it."""
        ...

    @property
    def url(self) -> str:
        """The store's URL."""
        ...

    def usage(self) -> Usage:
        """Return what its server has done so far."""
        ...


class MemoryPlace:
    """The memory of the mock's own process."""

    name = url = "memory:"

    def usage(self) -> Usage:
        """Return nothing: there is no server."""
        return Usage()


class FilePlace:
    """An SQLite file in a folder of its own."""

    name = "sqlite:"

    def __init__(self, folder: str) -> None:
        self._file = Path(folder, "mock.db")
        self.url = f"sqlite:///{self._file}"

    def usage(self) -> Usage:
        """Return nothing: there is no server."""
        return Usage()

    def held(self) -> int:
        """Return the bytes of the pages that are in use."""
        with closing(sqlite3.connect(self._file)) as connection:
            pages, free, size = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return int((pages - free) * size)


class RedisPlace:
    """A Redis or Valkey server on the loopback."""

    name = "redis:"

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = Redis.from_url(url)

    def usage(self) -> Usage:
        """Return what the server says of itself."""
        told = self._client.info()
        return Usage(
            seconds=told["used_cpu_user"] + told["used_cpu_sys"],
            bytes=told["total_net_input_bytes"] + told["total_net_output_bytes"],
        )

    def held(self) -> int:
        """Return the bytes that the server uses for everything."""
        return int(self._client.info("memory")["used_memory"])

    def close(self) -> None:
        """Close our own connection."""
        self._client.close()


@contextmanager
def file_place() -> Iterator[FilePlace]:
    """Give a place for a file, and remove it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield FilePlace(folder)


@contextmanager
def redis_place() -> Iterator[RedisPlace]:
    """Run a server beside the load, away from the core of the mock."""
    with pinned(LOAD_CORE), redis_program(*DURABLE) as server:
        place = RedisPlace(server.url)
        try:
            yield place
        finally:
            place.close()
