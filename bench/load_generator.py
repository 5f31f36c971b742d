"""Load generator, in a process of its own: each connection always has one request in flight."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from httptools import HttpParserError, HttpResponseParser

from bench.system import HOST, LOAD_CORE, pin
from bench.tables import quantile
from bench.workloads import WORKLOADS, HTTPResponse, Script, Shared

TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Job:
    """A load: a workload on `connections`, for `seconds` or until `responses` were received."""

    port: int
    workload: str
    connections: int
    seconds: float
    responses: int = 1_000_000_000
    numbers_turns: bool = False
    clients: int = 1
    topics: int = 1


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


class Client(asyncio.Protocol):
    """A keep-alive connection that sends the next request of its script after each response."""

    def __init__(self, load: Load, script: Script, request: bytes) -> None:
        self.is_waiting = True
        self._load = load
        self._script = script
        self._request = request
        self._parser = HttpResponseParser(self)
        self._body: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send(self._request)

    def data_received(self, data: bytes) -> None:
        """Parse a part of a response."""
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._load.lose(self, f"no HTTP: {error}")

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body; httptools calls this."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Send the next request; httptools calls this."""
        parser, load = self._parser, self._load
        load.latencies.append(time.perf_counter_ns() - self._sent_at)
        response = HTTPResponse(parser.get_status_code(), b"".join(self._body))
        self._body.clear()
        request = self._script.send(response)
        if not load.is_over():
            if parser.should_keep_alive():
                self._send(request)
                return
            load.reconnect(self._script, request)
        self.end()

    def connection_lost(self, _: Exception | None) -> None:
        """Count a lost response."""
        if self.is_waiting:
            self._load.lose(self, "connection closed")

    def end(self) -> None:
        """Close the connection."""
        self.is_waiting = False
        self.transport.close()
        self._load.clients.discard(self)
        if not self._load.clients:
            self._load.all_ended.set()

    def _send(self, request: bytes) -> None:
        self._sent_at = time.perf_counter_ns()
        self.transport.write(request)


class Load:
    """A running load."""

    def __init__(self, job: Job) -> None:
        self.latencies: list[int] = []
        self.clients: set[Client] = set()
        self.all_ended = asyncio.Event()
        self._job = job
        self._shared = Shared(job.numbers_turns, job.clients, job.topics)
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_time: int | None = None

    async def run(self) -> LoadResult:
        """Run the load and return its result; raises `OSError` where nothing listens."""
        busy, started = time.process_time(), time.perf_counter()
        self._ends_at = started + self._job.seconds
        for _ in range(self._job.connections):
            script = WORKLOADS[self._job.workload](self._shared)
            await self._connect(Client(self, script, next(script)))
        while self.clients:
            received = len(self.latencies)
            self.all_ended.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.all_ended.wait(), TIMEOUT_SECONDS)
            if self.clients and received == len(self.latencies):
                why = f"no response within {TIMEOUT_SECONDS:g} s"
                self._shared.wrong[why] += len(self.clients)
                for client in [*self.clients]:
                    client.end()
        now = time.perf_counter()
        busy = (time.process_time() - busy) / (now - started)
        return self._result(min(now, self._ends_at) - started, busy)

    def is_over(self) -> bool:
        """Return whether the load has lasted long enough, as of the newest response."""
        if self._in_time is None:
            now, received = time.perf_counter(), len(self.latencies)
            if now >= self._ends_at:
                self._in_time = received - 1
            elif received >= self._job.responses:
                self._in_time, self._ends_at = received, now
        return self._in_time is not None

    def reconnect(self, script: Script, request: bytes) -> None:
        """Continue a script on a new connection."""
        client = Client(self, script, request)
        self.clients.add(client)
        task = asyncio.create_task(self._connect(client))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def lose(self, client: Client, why: str) -> None:
        """Count a lost connection, and start its workload again on a new one."""
        self._shared.wrong[why] += 1
        if time.perf_counter() < self._ends_at:
            script = WORKLOADS[self._job.workload](self._shared)
            self.reconnect(script, next(script))
        client.end()

    async def _connect(self, client: Client) -> None:
        self.clients.add(client)
        await asyncio.get_running_loop().create_connection(lambda: client, HOST, self._job.port)

    def _result(self, seconds: float, busy: float) -> LoadResult:
        checked = len(self.latencies)
        in_time = checked if self._in_time is None else self._in_time
        latencies = sorted(self.latencies) or [int(seconds * 1e9)]
        p50, p99 = (quantile(latencies, share) / 1e6 for share in (0.5, 0.99))
        return LoadResult(in_time, checked, seconds, p50, p99, dict(self._shared.wrong), busy)


def run_load(job: Job) -> LoadResult:
    """Run a load in this process and return its result; raises `OSError`."""
    gc.collect()
    return asyncio.run(Load(job).run())


def _start() -> None:
    pin(LOAD_CORE)
    gc.disable()


Generator = ProcessPoolExecutor
"""Process that runs one load at a time, by `submit(run_load, job)`."""


def load_generator() -> Generator:
    """Return a load generator, which is a context manager."""
    return Generator(1, multiprocessing.get_context("spawn"), initializer=_start)
