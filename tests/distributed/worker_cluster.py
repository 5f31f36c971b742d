"""A mock of several processes, and a way to speak to one worker alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from tests.contract.programs import Program, mock
from tests.contract.service import Service, opened

AGENTS = "agents: [{id: desk, name: Desk, replies: [{answer: '%s'}]}]"
"""An agents file that wants the one answer."""

HEARD = 'leadway_mock_request_seconds_count{operation="executeAgent"}'
"""The number of messages in the metrics."""

PATIENCE = 30.0
"""Seconds for something that happens soon, on a machine that is busy with others."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A running mock with its workers. Each call of `service` has a connection of its own."""

    program: Program
    service: Service

    def workers(self) -> list[int]:
        """Return the processes of the workers that there are now, the oldest first."""
        return children(self.program.process.pid)

    def kill(self, worker: int, how: signal.Signals = signal.SIGKILL) -> None:
        """Send a worker a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(worker, how)

    @contextmanager
    def through(self, worker: int) -> Iterator[Service]:
        """Give a service whose connections are this worker's, since the others stood still."""
        one = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        with opened(self.program.url, trust_env=False, limits=one) as service:
            with self.standing_still(each for each in self.workers() if each != worker):
                service.http.get("/__mock/health").raise_for_status()
                service.client.get_httpx_client().get("/__mock/health").raise_for_status()
            yield service

    @contextmanager
    def standing_still(self, workers: Iterable[int]) -> Iterator[None]:
        """Stop these workers, and let them go on afterwards."""
        stopped = list(workers)
        for each in stopped:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in stopped:
                os.kill(each, signal.SIGCONT)

    def replaced(self, worker: int, number: int) -> bool:
        """Tell whether there are `number` workers again, and all answer, but not that one."""
        there = self.workers()
        return (
            worker not in there
            and len(there) == number
            and self.metric("leadway_mock_workers") == number
        )

    def answering(self) -> int:
        """Return how many workers tell their numbers."""
        return int(self.metric("leadway_mock_workers"))

    def metric(self, name: str) -> float:
        """Return one number of those for Prometheus."""
        text = self.get("/metrics").text
        (line,) = [line for line in text.splitlines() if line.startswith(f"{name} ")]
        return float(line.split()[-1])

    def get(self, path: str) -> httpx.Response:
        """Ask the control API."""
        return self.service.http.get(f"/__mock{path}")

    def log(self) -> str:
        """Return what the mock has written so far."""
        return self.program.log.read_text(errors="replace")


def told(service: Service, path: str, method: str = "POST", **body: Any) -> Any:
    """Tell the control API something, and return what it answers."""
    answer = service.http.request(method, f"/__mock{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


@contextmanager
def crowd(*flags: str, workers: int = 2) -> Iterator[Crowd]:
    """Run `leadway mock` with several workers."""
    with (
        mock("--workers", str(workers), *flags) as program,
        opened(
            program.url, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        ) as to,
    ):
        yield Crowd(program, to)


_PS = shutil.which("ps") or "/bin/ps"


def children(process: int) -> list[int]:
    """Return the processes that `process` has started and that have not ended."""
    table = subprocess.run(
        [_PS, "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in table.splitlines()]
    return sorted(
        int(pid) for pid, parent, state in rows if int(parent) == process and state[0] != "Z"
    )


def is_there(process: int) -> bool:
    """Tell whether a process lives, whosever child it is."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def soon(holds: Callable[[], bool]) -> bool:
    """Tell whether something comes true; look again until it does, or patience ends."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if holds():
                return True
        time.sleep(0.02)
    return False
