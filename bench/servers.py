"""Starts targets on the servers' core, waits until they respond, and stops them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.load.client_scripts import OK
from bench.load.loop import Job
from bench.load.requests import FIRST_TURN, Requests
from bench.load.response_parser import MalformedResponseError, ResponseParser
from bench.machine import SERVER_CORE, cpu_seconds, free_port, memory, pinned
from bench.targets import HOST, ROOT, Target

START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 5.0
RESPONSE_TIMEOUT_SECONDS = 30.0
POLL_SECONDS = 0.002
MAX_LOG_CHARACTERS = 800


class StartError(Exception):
    """A target did not start; the text has the end of its log."""


class Load(NamedTuple):
    """A load for any target; it ends with whichever limit comes first."""

    workload: str
    connections: int
    seconds: float
    responses: int = 1_000_000_000


class Server:
    """A running target."""

    def __init__(self, target: Target, logs: Path, *, core: int | None = SERVER_CORE) -> None:
        """Start it on `core`, or on all cores; its output goes to a file in the folder `logs`."""
        self.target = target
        self.port = free_port()
        self.started_at = time.perf_counter()
        self._log = logs / f"{target.name}.log"
        with self._log.open("wb") as log, pinned(core):
            self._process = subprocess.Popen(
                target.command(self.port),
                cwd=ROOT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> float:
        """Wait for its first response; return the seconds since its start. Raises `StartError`."""
        while not is_responding(self.port):
            passed = time.perf_counter() - self.started_at
            if self._process.poll() is not None:
                raise StartError(
                    f"It ended with code {self._process.returncode}. {self._log_end()}"
                )
            if passed > START_TIMEOUT_SECONDS:
                raise StartError(
                    f"No response within {START_TIMEOUT_SECONDS:g} s. {self._log_end()}"
                )
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - self.started_at

    def stop(self) -> None:
        """End it and its child processes."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(STOP_TIMEOUT_SECONDS)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def memory(self, *, peak: bool = False) -> int | None:
        """Return the resident bytes of it and its children; None where they are unknown."""
        return memory(self._process.pid, peak=peak)

    def cpu_seconds(self) -> float | None:
        """Return the processor seconds used by it and its children; None where unknown."""
        return cpu_seconds(self._process.pid)

    def job(self, load: Load) -> Job:
        """Return `load` as a job for the load generator."""
        numbers = self.target.numbers_turns
        return Job(
            self.port, load.workload, load.connections, load.seconds, load.responses, numbers
        )

    def _log_end(self) -> str:
        text = self._log.read_text("utf-8", errors="replace").strip()
        return f"Its log ends: {text[-MAX_LOG_CHARACTERS:]}" if text else "Its log is empty."


def _environment() -> dict[str, str]:
    """Return the environment without settings of the mock."""
    return {name: text for name, text in os.environ.items() if not name.startswith("LEADWAY_")}


@contextmanager
def running(target: Target, logs: Path, *, core: int | None = SERVER_CORE) -> Iterator[Server]:
    """Run a target on `core`, or on all cores, to the end of the context."""
    server = Server(target, logs, core=core)
    try:
        yield server
    finally:
        server.stop()


def is_responding(port: int) -> bool:
    """Return whether a first turn gets a response with status 200 on that loopback port."""
    try:
        with socket.create_connection((HOST, port), RESPONSE_TIMEOUT_SECONDS) as connection:
            connection.sendall(Requests(HOST, port).post(FIRST_TURN % 0))
            return _read_status(connection) == OK
    except (OSError, ValueError, MalformedResponseError):
        return False


def _read_status(connection: socket.socket) -> int:
    parser, response = ResponseParser(), None
    while response is None:
        data = connection.recv(65_536)
        if not data:
            raise ConnectionResetError
        response = parser.feed(data)
    return response.status
