"""The loop of the generator: each connection has one request in flight, at all times."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field

from bench.figures import quantile
from bench.load.answers import AnswerReader, MalformedAnswerError
from bench.load.requests import Requests
from bench.load.scripts import SCRIPTS, Script, Shared

PATIENCE_SECONDS = 10.0
PIECE = 65_536
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Job:
    """A load: a workload on so many connections, until the time is up or enough was answered."""

    port: int
    workload: str
    connections: int
    seconds: float
    answers: int = 1_000_000_000
    numbers_turns: bool = False
    host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load met with.

    `answers` came in time; `checked` are these and the ones that were on their way when it was up,
    which count for everything but the rate. `p50` and `p99` are milliseconds from sending a request
    to having its answer; `wrong` counts answers by what was wrong with them, and connections that
    were lost; `busy` is the share of its core that the generator used.
    """

    answers: int
    checked: int
    seconds: float
    p50: float
    p99: float
    wrong: dict[str, int]
    busy: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


class Connection:
    """A keep-alive connection with its script; `socket` is opened by the loop."""

    __slots__ = ("reader", "script", "sent_at", "socket")

    socket: socket.socket

    def __init__(self, script: Script) -> None:
        self.script = script
        self.reader = AnswerReader()
        self.sent_at = 0


@dataclass
class Loop:
    """One load as it runs."""

    job: Job
    latencies: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        job = self.job
        self._shared = Shared(Requests(job.host, job.port), job.numbers_turns)
        self._selector = selectors.DefaultSelector()
        self._waiting = 0

    def run(self) -> Outcome:
        """Run the load and return what it met with; raises `OSError` where nobody listens."""
        try:
            return self._run()
        finally:
            for key in list(self._selector.get_map().values()):
                self._close(key.data)
            self._selector.close()

    def _run(self) -> Outcome:
        for _ in range(self.job.connections):
            self._open()
        busy, started = time.process_time(), time.perf_counter()
        until = time.perf_counter_ns() + int(self.job.seconds * NANOSECONDS)
        self._turn(until, self.job.answers)
        answers, seconds = len(self.latencies), time.perf_counter() - started
        busy = (time.process_time() - busy) / seconds
        self._drain()
        return self._outcome(answers, seconds, busy)

    def _turn(self, until: int, enough: int) -> None:
        """Read and send until the time is up; the hot loop, and so one function."""
        clock, select, latencies = time.perf_counter_ns, self._selector.select, self.latencies
        while clock() < until and len(latencies) < enough:
            ready = select(PATIENCE_SECONDS)
            if not ready:
                self._shared.wrong[f"no answer within {PATIENCE_SECONDS:g} s"] += self._waiting
                return
            for key, _ in ready:
                connection: Connection = key.data
                try:
                    data = connection.socket.recv(PIECE)
                    arrived = clock()
                    answer = connection.reader.read(data) if data else None
                    if answer is not None and answer.kept:
                        latencies.append(arrived - connection.sent_at)
                        request = connection.script.send(answer)
                        connection.sent_at = clock()
                        connection.socket.sendall(request)
                        continue
                except (OSError, ValueError, MalformedAnswerError) as error:
                    self._renew(connection, f"{type(error).__name__}: {error}")
                    continue
                if answer is not None:
                    latencies.append(arrived - connection.sent_at)
                    self._close(connection)
                    self._connect(connection, connection.script.send(answer))
                elif not data:
                    self._renew(connection, "connection closed")

    def _drain(self) -> None:
        """Take the answers that are still on their way: a slow one must not be forgotten."""
        until = time.perf_counter() + PATIENCE_SECONDS
        while self._waiting and time.perf_counter() < until:
            for key, _ in self._selector.select(PATIENCE_SECONDS):
                self._finish(key.data)

    def _finish(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(PIECE)
            answer = connection.reader.read(data)
        except (OSError, ValueError, MalformedAnswerError):
            data, answer = b"", None
        if answer is not None:
            self.latencies.append(time.perf_counter_ns() - connection.sent_at)
            connection.script.send(answer)
        elif data:
            return
        else:
            self._shared.wrong["connection closed"] += 1
        self._close(connection)

    def _open(self) -> None:
        """Begin a script on a connection of its own."""
        script = SCRIPTS[self.job.workload](self._shared)
        self._connect(Connection(script), next(script))

    def _renew(self, connection: Connection, why: str) -> None:
        """Count a connection that was lost, and begin its script anew on another one."""
        self._shared.wrong[why] += 1
        self._close(connection)
        self._open()

    def _connect(self, connection: Connection, request: bytes) -> None:
        connection.socket = socket.create_connection((self.job.host, self.job.port))
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.reader = AnswerReader()
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._waiting += 1
        connection.sent_at = time.perf_counter_ns()
        connection.socket.sendall(request)

    def _close(self, connection: Connection) -> None:
        self._selector.unregister(connection.socket)
        connection.socket.close()
        self._waiting -= 1

    def _outcome(self, answers: int, seconds: float, busy: float) -> Outcome:
        took = sorted(self.latencies) or [int(seconds * NANOSECONDS)]
        p50, p99 = (quantile(took, share) / 1e6 for share in (0.5, 0.99))
        checked = len(self.latencies)
        return Outcome(answers, checked, seconds, p50, p99, dict(self._shared.wrong), busy)
