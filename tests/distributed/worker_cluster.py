"""A mock with several worker processes, and services for a single worker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.contract.programs import Program, mock
from tests.contract.service import Service, opened

AGENTS = "agents: [{id: desk, name: Desk, replies: [{response: '%s'}]}]"
"""Agents file with one reply to fill in."""

REQUEST_COUNT = 'leadway_mock_request_seconds_count{operation="executeAgent"}'
"""Metric with the number of messages."""

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class WorkerCluster:
    """A running mock with its workers. Each call of `service` has a new connection."""

    program: Program
    service: Service

    def workers(self) -> list[int]:
        """Return the process ids of the current workers, oldest first."""
        return children(self.program.process.pid)

    def kill(self, worker: int, how: signal.Signals = signal.SIGKILL) -> None:
        """Send a worker a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(worker, how)

    @contextmanager
    def through(self, worker: int) -> Iterator[Service]:
        """Yield a service connected to this worker: the others are stopped while it connects."""
        one = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        with opened(self.program.url, trust_env=False, limits=one) as service:
            with self.stopped(each for each in self.workers() if each != worker):
                service.http.get("/__mock/health").raise_for_status()
                service.client.get_httpx_client().get("/__mock/health").raise_for_status()
            yield service

    @contextmanager
    def stopped(self, workers: Iterable[int]) -> Iterator[None]:
        """Stop these workers, and continue them at the end of the context."""
        processes = list(workers)
        for each in processes:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in processes:
                os.kill(each, signal.SIGCONT)

    def has_replaced(self, worker: int, number: int) -> bool:
        """Return whether `number` other workers respond instead of this one."""
        current = self.workers()
        return (
            worker not in current
            and len(current) == number
            and self.metric("leadway_mock_workers") == number
        )

    def responding(self) -> int:
        """Return how many workers report metrics."""
        return int(self.metric("leadway_mock_workers"))

    def metric(self, name: str) -> float:
        """Return a Prometheus metric."""
        text = self.get("/metrics").text
        (line,) = [line for line in text.splitlines() if line.startswith(f"{name} ")]
        return float(line.split()[-1])

    def get(self, path: str) -> httpx.Response:
        """Send a GET request to the control API."""
        return self.service.http.get(f"/__mock{path}")

    def log(self) -> str:
        """Return the log so far."""
        return self.program.log.read_text(errors="replace")


def control(service: Service, path: str, method: str = "POST", **body: Any) -> Any:
    """Send a request to the control API, and return the JSON of its response."""
    response = service.http.request(method, f"/__mock{path}", json=body)
    assert response.is_success, response.text
    return response.json()


@contextmanager
def start_workers(*flags: str, workers: int = 2) -> Iterator[WorkerCluster]:
    """Run `leadway mock` with several workers."""
    with (
        mock("--workers", str(workers), *flags) as program,
        opened(
            program.url, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        ) as to,
    ):
        yield WorkerCluster(program, to)


def children(process: int) -> list[int]:
    """Return the running child processes of `process`."""
    rows = [line.split() for line in _process_table()]
    return sorted(
        int(pid) for pid, parent, state in rows if int(parent) == process and state[0] != "Z"
    )


def _process_table() -> list[str]:
    """Return the id, the parent and the state of each process, without `ps` on Linux."""
    files = list(Path("/proc").glob("[0-9]*/stat"))
    if not files:
        command = [shutil.which("ps") or "/bin/ps", "-A", "-o", "pid=,ppid=,stat="]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(
            "\n"
        )
    table = []
    for each in files:
        with suppress(OSError):  # It has ended since.
            number, rest = each.read_text().split(" (", 1)
            state, parent, *_ = rest.rpartition(") ")[2].split()
            table.append(f"{number} {parent} {state}")
    return table


def is_running(process: int) -> bool:
    """Return whether a process exists."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
