"""Event loop of the load generator: each connection always has one request in flight."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field

from bench.load.client_scripts import SCRIPTS, Script, Shared
from bench.load.requests import Requests
from bench.load.response_parser import MalformedResponseError, ResponseParser
from bench.statistics import quantile

TIMEOUT_SECONDS = 10.0
READ_SIZE = 65_536
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Job:
    """A load: a workload on `connections`, for `seconds` or until `responses` were received."""

    port: int
    workload: str
    connections: int
    seconds: float
    responses: int = 1_000_000_000
    numbers_turns: bool = False
    host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Result of a load.

    Attributes:
        responses: Responses received in time; the rate counts these.
        checked: These, and the responses to requests that were in flight at the end.
        seconds: Duration of the load.
        p50: Median latency in milliseconds, of all checked responses.
        p99: 99th percentile of the latency in milliseconds.
        wrong: Number of wrong responses and lost connections, by what was wrong.
        busy: Share of its core that the generator used.
    """

    responses: int
    checked: int
    seconds: float
    p50: float
    p99: float
    wrong: dict[str, int]
    busy: float

    @property
    def rate(self) -> float:
        """Responses per second."""
        return self.responses / self.seconds


class Connection:
    """A keep-alive connection with its script; the loop opens `socket`."""

    __slots__ = ("parser", "script", "sent_at", "socket")

    socket: socket.socket

    def __init__(self, script: Script) -> None:
        self.script = script
        self.parser = ResponseParser()
        self.sent_at = 0


@dataclass
class Loop:
    """A running load."""

    job: Job
    latencies: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        job = self.job
        self._shared = Shared(Requests(job.host, job.port), job.numbers_turns)
        self._selector = selectors.DefaultSelector()
        self._in_flight = 0

    def run(self) -> LoadResult:
        """Run the load and return its result; raises `OSError` where nothing listens."""
        try:
            return self._run()
        finally:
            for key in list(self._selector.get_map().values()):
                self._close(key.data)
            self._selector.close()

    def _run(self) -> LoadResult:
        for _ in range(self.job.connections):
            self._open()
        busy, started = time.process_time(), time.perf_counter()
        until = time.perf_counter_ns() + int(self.job.seconds * NANOSECONDS)
        self._exchange(until, self.job.responses)
        responses, seconds = len(self.latencies), time.perf_counter() - started
        busy = (time.process_time() - busy) / seconds
        self._drain()
        return self._result(responses, seconds, busy)

    def _exchange(self, until: int, enough: int) -> None:
        """Read and send until the time is up. One function, because it is the hot loop."""
        clock, select, latencies = time.perf_counter_ns, self._selector.select, self.latencies
        while clock() < until and len(latencies) < enough:
            ready = select(TIMEOUT_SECONDS)
            if not ready:
                self._shared.wrong[f"no response within {TIMEOUT_SECONDS:g} s"] += self._in_flight
                return
            for key, _ in ready:
                connection: Connection = key.data
                try:
                    data = connection.socket.recv(READ_SIZE)
                    arrived = clock()
                    response = connection.parser.feed(data) if data else None
                    if response is not None and response.keep_alive:
                        latencies.append(arrived - connection.sent_at)
                        request = connection.script.send(response)
                        connection.sent_at = clock()
                        connection.socket.sendall(request)
                        continue
                except (OSError, ValueError, MalformedResponseError) as error:
                    self._replace(connection, f"{type(error).__name__}: {error}")
                    continue
                if response is not None:
                    latencies.append(arrived - connection.sent_at)
                    self._close(connection)
                    self._connect(connection, connection.script.send(response))
                elif not data:
                    self._replace(connection, "connection closed")

    def _drain(self) -> None:
        """Receive the responses still in flight: the slowest ones must count."""
        until = time.perf_counter() + TIMEOUT_SECONDS
        while self._in_flight and time.perf_counter() < until:
            for key, _ in self._selector.select(TIMEOUT_SECONDS):
                self._receive_last(key.data)

    def _receive_last(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(READ_SIZE)
            response = connection.parser.feed(data)
        except (OSError, ValueError, MalformedResponseError):
            data, response = b"", None
        if response is not None:
            self.latencies.append(time.perf_counter_ns() - connection.sent_at)
            connection.script.send(response)
        elif data:
            return
        else:
            self._shared.wrong["connection closed"] += 1
        self._close(connection)

    def _open(self) -> None:
        """Start a script on a new connection."""
        script = SCRIPTS[self.job.workload](self._shared)
        self._connect(Connection(script), next(script))

    def _replace(self, connection: Connection, why: str) -> None:
        """Count a lost connection, and start its script again on a new one."""
        self._shared.wrong[why] += 1
        self._close(connection)
        self._open()

    def _connect(self, connection: Connection, request: bytes) -> None:
        connection.socket = socket.create_connection((self.job.host, self.job.port))
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.parser = ResponseParser()
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._in_flight += 1
        connection.sent_at = time.perf_counter_ns()
        connection.socket.sendall(request)

    def _close(self, connection: Connection) -> None:
        self._selector.unregister(connection.socket)
        connection.socket.close()
        self._in_flight -= 1

    def _result(self, responses: int, seconds: float, busy: float) -> LoadResult:
        latencies = sorted(self.latencies) or [int(seconds * NANOSECONDS)]
        p50, p99 = (quantile(latencies, share) / 1e6 for share in (0.5, 0.99))
        checked = len(self.latencies)
        return LoadResult(responses, checked, seconds, p50, p99, dict(self._shared.wrong), busy)
