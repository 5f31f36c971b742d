"""Starts targets on the servers' core, waits until they respond, measures and stops them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.fixtures import Resources
from bench.load_generator import Generator, Job, LoadResult, run_load
from bench.system import HOST, SERVER_CORE, cpu_seconds, free_port, memory, pin_temporarily
from bench.tables import ROOT
from bench.targets import PORT, Target
from bench.workloads import HEADLINE, token

START_TIMEOUT_SECONDS = 90.0
STOP_TIMEOUT_SECONDS = 5.0
POLL_SECONDS = 0.002
MAX_LOG_CHARACTERS = 800


class StartError(Exception):
    """A target did not start; the text has the end of its log."""


Case = tuple[str, int]
"""A workload and its number of connections."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Result of one load in one round; `cpu` is the server's processor time in seconds."""

    round: int
    case: Case
    result: LoadResult
    cpu: float | None

    def value(self, name: str) -> float:
        """Return `rate`, `p50` or `p99`, or as `cpu` the processor time of a response."""
        if name == "cpu":
            return (self.cpu or 0.0) / max(1, self.result.checked)
        number: float = getattr(self.result, name)
        return number


class Server:
    """A running target."""

    def __init__(self, target: Target, logs: Path, resources: Resources) -> None:
        """Start it; its output goes to a file in the folder `logs`."""
        self.target = target
        self.port = free_port()
        self.started_at = time.perf_counter()
        self._log = logs / f"{target.name}.log"
        command = [part.replace(PORT, str(self.port)) for part in target.command]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LEADWAY_")}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, *resources.flags],
                cwd=ROOT,
                env={**environment, **target.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._pids = [self.pid, *([resources.pid] if resources.pid else [])]

    def wait(self) -> float:
        """Wait for its first response; return the seconds since its start. Raises `StartError`."""
        while not is_responding(self.port, self.target.workloads[0]):
            self._check_running()
            passed = time.perf_counter() - self.started_at
            if passed > START_TIMEOUT_SECONDS:
                raise StartError(f"No response in {passed:.0f} s. {self._log_end()}")
            time.sleep(POLL_SECONDS)
        seconds = time.perf_counter() - self.started_at
        if self.target.clients > 1:
            self._open_namespaces()
        return seconds

    def stop(self) -> None:
        """End it and its child processes."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, number)
                self._process.wait(STOP_TIMEOUT_SECONDS)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue

    def memory(self, *, peak: bool = False) -> int | None:
        """Return the resident bytes of it, its children and its store's server."""
        return memory(*self._pids, peak=peak)

    def cpu_seconds(self) -> float | None:
        """Return the processor seconds used by it, its children and its store's server."""
        return cpu_seconds(*self._pids)

    def measure(
        self,
        generator: Generator,
        case: Case,
        seconds: float,
        responses: int = 1_000_000_000,
        number: int = 0,
    ) -> Sample:
        """Run one load, the sample of round `number`."""
        target = self.target
        before = self.cpu_seconds()
        job = Job(
            self.port,
            *case,
            seconds,
            responses,
            numbers_turns=target.numbers_turns,
            clients=target.clients,
            topics=target.topics,
        )
        result = generator.submit(run_load, job).result()
        self._check_running()
        after = self.cpu_seconds()
        used = after - before if after is not None and before is not None else None
        return Sample(number, case, result, used)

    def _check_running(self) -> None:
        """Raise `StartError` if it has ended, as where another program took its port."""
        code = self._process.poll()
        if code is not None:
            raise StartError(f"It ended with code {code}. {self._log_end()}")

    def _open_namespaces(self) -> None:
        for number in range(self.target.clients):
            headers = {
                "Authorization": f"Bearer {token(number)}",
                "Content-Type": "application/json",
            }
            url = f"http://{HOST}:{self.port}/__mock/namespace"
            opened = urllib.request.Request(url, b"{}", headers, method="PUT")
            urllib.request.urlopen(opened).close()  # noqa: S310 - the mock that was just started

    def _log_end(self) -> str:
        text = self._log.read_text("utf-8", errors="replace").strip()
        return f"Its log ends: {text[-MAX_LOG_CHARACTERS:]}" if text else "Its log is empty."


@contextmanager
def run_target(target: Target, logs: Path, *, core: int | None = SERVER_CORE) -> Iterator[Server]:
    """Run a target on `core`, or on all cores, to the end of the context."""
    with ExitStack() as stack:
        with pin_temporarily(core):
            server = Server(target, logs, stack.enter_context(target.resources()))
        stack.callback(server.stop)
        yield server


def is_responding(port: int, workload: str = HEADLINE) -> bool:
    """Return whether a first turn gets a right response on that loopback port."""
    try:
        result = run_load(Job(port, workload, 1, 1.0, responses=1))
    except OSError:
        return False
    return bool(result.checked) and not result.wrong
