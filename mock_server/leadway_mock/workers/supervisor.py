"""Supervisor: starts the workers, replaces those that end, and ends after all of them."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from leadway_mock.workers.line_protocol import Message
from leadway_mock.workers.metrics_aggregation import MetricsAggregator, Worker
from leadway_mock.workers.process import STOP_SIGNALS, Work, exit_description, fork

log = logging.getLogger(__name__)

FAILED = 1
"""Exit code of a mock that cannot keep a worker running."""

SIGNALLED = 128

MAX_FAILURES = 3
"""Failed starts in a row after which the mock gives up, if no other worker serves."""

MAX_RESTART_DELAY_SECONDS = 5.0
DRAIN_SECONDS = 15.0
"""Time for workers to end. A server gives the requests in progress ten seconds."""

POLL_SECONDS = 0.1


class Supervisor:
    """Keeps `size` worker processes running, which all accept on `listening`."""

    def __init__(
        self, size: int, work: Work, listening: socket.socket, announce: Callable[[], None]
    ) -> None:
        """Call `announce` once, as soon as all of them serve."""
        self._work = work
        self._listening = listening
        self._announce = announce
        self._announced = False
        self._workers: dict[int, Worker] = {}
        self._metrics = MetricsAggregator(self._workers)
        self._starts = dict.fromkeys(range(1, size + 1), 0.0)  # start time by worker number
        self._size = size
        self._failures = 0
        self._signals: list[int] = []
        self._kill_at: float | None = None
        self._code = 0
        self._selector = selectors.DefaultSelector()

    def run(self) -> int:
        """Run until a signal comes and all workers have ended; return the exit code."""
        with self._selector, self._signal_wakeup():
            try:
                while self._starts or self._workers:
                    self._start_due()
                    self._wait()
                    self._handle_signals()
            finally:
                self._kill_remaining()
        return self._code

    def _wait(self) -> None:
        """Wait for messages, signals or the next due time, and handle messages."""
        due = self._starts or self._kill_at is not None or self._metrics.is_waiting
        for key, _ in self._selector.select(POLL_SECONDS if due else None):
            if isinstance(key.data, Worker):
                self._receive(key.data)
            else:
                key.data.recv(1_024)
        self._metrics.resolve_ready()

    def _start_due(self) -> None:
        now = time.monotonic()
        for number in [each for each, due in self._starts.items() if due <= now]:
            del self._starts[number]
            try:
                self._start(number)
            except OSError as error:
                self._failures += 1
                self._replace(number, f"worker {number} cannot be started ({error.strerror})")

    def _start(self, number: int) -> None:
        connections = [each.connection for each in self._workers.values()]
        process, connection = fork(self._work, [*connections, self._selector])
        worker = self._workers[process] = Worker(number, process, connection)
        self._selector.register(connection, selectors.EVENT_READ, worker)

    def _receive(self, worker: Worker) -> None:
        messages = worker.connection.receive()
        for message in messages or ():
            self._on_message(worker, message)
        if messages is None:
            self._on_exit(worker)

    def _on_message(self, worker: Worker, message: Message) -> None:
        if "ready" in message:
            self._on_ready(worker)
        elif "failed" in message:
            worker.failure = message["failed"]
        elif "query" in message:
            self._metrics.on_query(worker, message)
        else:
            self._metrics.on_reply(worker, message)

    def _on_ready(self, worker: Worker) -> None:
        worker.ready = True
        self._failures = 0
        serving = sum(each.ready for each in self._workers.values())
        if serving == self._size and not self._announced:
            self._announced = True
            self._announce()

    def _on_exit(self, worker: Worker) -> None:
        self._selector.unregister(worker.connection)
        worker.connection.close()
        del self._workers[worker.process]
        self._metrics.on_exit(worker)
        text = (
            f"worker {worker.number} (process {worker.process}) {exit_description(worker.process)}"
        )
        if self._kill_at is None:
            self._failures += not worker.ready
            self._replace(worker.number, f"{text}: {worker.failure}" if worker.failure else text)

    def _replace(self, number: int, reason: str) -> None:
        is_serving = self._announced and any(each.ready for each in self._workers.values())
        if self._failures >= MAX_FAILURES and not is_serving:
            log.error("%s, like the workers before it. The mock gives up.", reason)
            self._code = FAILED
            self._stop()
            return
        log.warning("%s; a new worker replaces it.", reason)
        pause = (
            min(POLL_SECONDS * 2**self._failures, MAX_RESTART_DELAY_SECONDS)
            if self._failures
            else 0.0
        )
        self._starts[number] = time.monotonic() + pause

    def _handle_signals(self) -> None:
        while self._signals:
            number = self._signals.pop(0)
            if self._kill_at is None:
                self._stop()
            else:
                self._code = SIGNALLED + number
                self._kill_at = 0.0
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            self._kill()

    def _stop(self) -> None:
        """Let all workers finish their requests, and end."""
        self._kill_at = time.monotonic() + DRAIN_SECONDS
        self._starts.clear()
        self._listening.close()
        for worker in self._workers.values():
            worker.connection.shutdown_write()

    def _kill(self) -> None:
        for process in self._workers:
            os.kill(process, signal.SIGKILL)

    def _kill_remaining(self) -> None:
        """Kill the remaining workers when an error, such as a full disk, ends the supervisor."""
        for process in self._workers:
            exit_description(process)

    @contextmanager
    def _signal_wakeup(self) -> Iterator[None]:
        """Record stop signals; each wakes up the loop."""
        with ExitStack() as stack:
            writer, reader = socket.socketpair()
            for end in (writer, reader):
                stack.enter_context(end).settimeout(0)
            self._selector.register(reader, selectors.EVENT_READ, reader)
            before = signal.set_wakeup_fd(writer.fileno())
            stack.callback(signal.set_wakeup_fd, before)
            for number in STOP_SIGNALS:
                handler = signal.signal(number, lambda received, _: self._signals.append(received))
                stack.callback(signal.signal, number, handler)
            yield
