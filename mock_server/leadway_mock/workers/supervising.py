"""The supervisor: starts the workers, replaces those that end, and ends when all have."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from leadway_mock.workers.forking import STOPPING, Work, fork, how_it_ended
from leadway_mock.workers.gathering import Gathering, Worker
from leadway_mock.workers.lines import Message

log = logging.getLogger(__name__)

FAILED = 1
"""The exit code of a mock that cannot keep a worker alive."""

SIGNALLED = 128

MOST_FAILURES = 3
"""So many workers in a row may end before they answered, where nobody else answers."""

LONGEST_PAUSE = 5.0
DRAIN_SECONDS = 15.0
"""How long workers may take to end. A server gives its last answers ten seconds."""

LOOK_AGAIN = 0.1
"""Seconds between two looks at what is due."""


class Supervisor:
    """Keeps `size` processes at `work`, which all accept on `listening`."""

    def __init__(
        self, size: int, work: Work, listening: socket.socket, announce: Callable[[], None]
    ) -> None:
        """Call `announce` once, as soon as all of them answer."""
        self._work = work
        self._listening = listening
        self._announce = announce
        self._announced = False
        self._workers: dict[int, Worker] = {}
        self._gathering = Gathering(self._workers)
        self._starts = dict.fromkeys(range(1, size + 1), 0.0)  # by number: when one is due
        self._size = size
        self._failures = 0
        self._signals: list[int] = []
        self._kill_at: float | None = None
        self._code = 0
        self._selector = selectors.DefaultSelector()

    def run(self) -> int:
        """Work until a signal comes and all workers have ended; return the exit code."""
        with self._selector, self._woken_by_signals():
            try:
                while self._starts or self._workers:
                    self._start_due()
                    self._turn()
                    self._heed_signals()
            finally:
                self._leave_nobody()
        return self._code

    def _turn(self) -> None:
        """Wait until something happens, and hear what it is."""
        due = self._starts or self._kill_at is not None or self._gathering.waits
        for key, _ in self._selector.select(LOOK_AGAIN if due else None):
            if isinstance(key.data, Worker):
                self._hear(key.data)
            else:
                key.data.recv(1_024)
        self._gathering.settle()

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
        lines = [each.line for each in self._workers.values()]
        process, line = fork(self._work, [*lines, self._selector])
        worker = self._workers[process] = Worker(number, process, line)
        self._selector.register(line, selectors.EVENT_READ, worker)

    def _hear(self, worker: Worker) -> None:
        messages = worker.line.received()
        for message in messages or ():
            self._heed(worker, message)
        if messages is None:
            self._ended(worker)

    def _heed(self, worker: Worker, message: Message) -> None:
        if "ready" in message:
            self._ready(worker)
        elif "failed" in message:
            worker.failure = message["failed"]
        elif "ask" in message:
            self._gathering.ask(worker, message)
        else:
            self._gathering.told(worker, message)

    def _ready(self, worker: Worker) -> None:
        worker.ready = True
        self._failures = 0
        answering = sum(each.ready for each in self._workers.values())
        if answering == self._size and not self._announced:
            self._announced = True
            self._announce()

    def _ended(self, worker: Worker) -> None:
        self._selector.unregister(worker.line)
        worker.line.close()
        del self._workers[worker.process]
        self._gathering.ended(worker)
        told = f"worker {worker.number} (process {worker.process}) {how_it_ended(worker.process)}"
        if self._kill_at is None:
            self._failures += not worker.ready
            self._replace(worker.number, f"{told}: {worker.failure}" if worker.failure else told)

    def _replace(self, number: int, told: str) -> None:
        answers = self._announced and any(each.ready for each in self._workers.values())
        if self._failures >= MOST_FAILURES and not answers:
            log.error("%s. So it was with those before: giving up.", told)
            self._code = FAILED
            self._stop()
            return
        log.warning("%s; another takes its place.", told)
        pause = min(LOOK_AGAIN * 2**self._failures, LONGEST_PAUSE) if self._failures else 0.0
        self._starts[number] = time.monotonic() + pause

    def _heed_signals(self) -> None:
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
        """Let all workers give their last answers, and end."""
        self._kill_at = time.monotonic() + DRAIN_SECONDS
        self._starts.clear()
        self._listening.close()
        for worker in self._workers.values():
            worker.line.hang_up()

    def _kill(self) -> None:
        for process in self._workers:
            os.kill(process, signal.SIGKILL)

    def _leave_nobody(self) -> None:
        """End the workers that are still there when an error, such as a full disk, ends this."""
        for process in self._workers:
            how_it_ended(process)

    @contextmanager
    def _woken_by_signals(self) -> Iterator[None]:
        """Note the signals that end a mock, and let each wake up the loop."""
        with ExitStack() as stack:
            wakes, woken = socket.socketpair()
            for end in (wakes, woken):
                stack.enter_context(end).settimeout(0)
            self._selector.register(woken, selectors.EVENT_READ, woken)
            before = signal.set_wakeup_fd(wakes.fileno())
            stack.callback(signal.set_wakeup_fd, before)
            for number in STOPPING:
                handler = signal.signal(number, lambda caught, _: self._signals.append(caught))
                stack.callback(signal.signal, number, handler)
            yield
