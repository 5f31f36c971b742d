"""Starts contenders on the servers' core, waits for their first answer, and stops them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.contenders import Contender
from bench.contenders.places import ROOT
from bench.load.loop import Job
from bench.load.probe import answers
from bench.machine import SERVER_CORE, cpu_seconds, free_port, memory, pinned

PATIENCE_SECONDS = 60.0
GRACE_SECONDS = 5.0
GLANCE_SECONDS = 0.002
LAST_WORDS = 800


class StartError(Exception):
    """A contender did not come to answer; the text says what it said."""


class Load(NamedTuple):
    """What is asked of every contender alike; it ends with whichever bound comes first."""

    workload: str
    connections: int
    seconds: float
    answers: int = 1_000_000_000


class Server:
    """A contender that runs."""

    def __init__(self, contender: Contender, logs: Path, *, core: int | None = SERVER_CORE) -> None:
        """Start it on `core`, or on all; what it prints goes to a file of the folder `logs`."""
        self.contender = contender
        self.port = free_port()
        self.started_at = time.perf_counter()
        self._log = logs / f"{contender.name}.log"
        with self._log.open("wb") as log, pinned(core):
            self._process = subprocess.Popen(
                contender.command(self.port),
                cwd=ROOT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> float:
        """Wait for its first answer; return the seconds since its start, or raise `StartError`."""
        while not answers(self.port):
            passed = time.perf_counter() - self.started_at
            if self._process.poll() is not None:
                raise StartError(f"It ended by itself ({self._process.returncode}). {self._said()}")
            if passed > PATIENCE_SECONDS:
                raise StartError(f"No answer within {PATIENCE_SECONDS:g} s. {self._said()}")
            time.sleep(GLANCE_SECONDS)
        return time.perf_counter() - self.started_at

    def stop(self) -> None:
        """End it and all that it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(GRACE_SECONDS)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def memory(self, *, peak: bool = False) -> int | None:
        """Return its resident bytes with all that it started; None where they cannot be read."""
        return memory(self._process.pid, peak=peak)

    def cpu_seconds(self) -> float | None:
        """Return the processor time it used so far; None where it cannot be read."""
        return cpu_seconds(self._process.pid)

    def job(self, load: Load) -> Job:
        """Return `load` as a job for the generator."""
        numbers = self.contender.numbers_turns
        return Job(self.port, load.workload, load.connections, load.seconds, load.answers, numbers)

    def _said(self) -> str:
        text = self._log.read_text("utf-8", errors="replace").strip()
        return f"It said: {text[-LAST_WORDS:]}" if text else "It said nothing."


def _environment() -> dict[str, str]:
    """Return our environment without what would make the mock another than it comes."""
    return {name: text for name, text in os.environ.items() if not name.startswith("LEADWAY_")}


@contextmanager
def running(
    contender: Contender, logs: Path, *, core: int | None = SERVER_CORE
) -> Iterator[Server]:
    """Run a contender on `core`, or on all, answering or not, to the end of the context."""
    server = Server(contender, logs, core=core)
    try:
        yield server
    finally:
        server.stop()
