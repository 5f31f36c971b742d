"""Worker processes of `leadway mock --workers N`: one socket, one store.

The supervisor binds the address, forks the workers and handles no requests. It has no threads and
no store, so it can fork safely at any time. A socket pair connects it with each worker. The worker
sends `READY`, or why it cannot serve. The end of the connection means that the other side has
ended; the supervisor also ends its half to stop a worker.
"""

from __future__ import annotations

import gc
import logging
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn
from urllib.parse import quote

from leadway_mock.config.settings import Settings
from leadway_mock.contract.model import ContractError
from leadway_mock.documents.problems import ProblemsError
from leadway_mock.http_server import ServerError, bind, url_of
from leadway_mock.metrics import SharedMetrics, share_metrics
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.store import IN_MEMORY, StoreError, redact_url
from leadway_mock.util.certificates import authority_file
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server, stop_process

log = logging.getLogger(__name__)

READY = b"\0"
"""What a worker sends when it serves. A reason why it cannot serve does not begin with this."""

CANNOT_START = 2
CRASHED = 70
"""Exit codes of a worker: it cannot use its settings or files; it had an unexpected error."""

GAVE_UP = 1
SIGNALLED = 128
"""Exit codes of the mock: no worker keeps running; plus the number of the second signal."""

MAX_FAILURES = 3
"""Failed starts in a row after which the mock gives up, if no other worker serves."""

MAX_RESTART_DELAY_SECONDS = 5.0
DRAIN_SECONDS = 15.0
"""Time for workers to end. A server gives the requests in progress ten seconds."""

POLL_SECONDS = 0.1
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_Inherited = socket.socket | selectors.BaseSelector
Work = Callable[[socket.socket], int]
"""Function that a worker runs with its end of the connection; returns the exit code."""


def run_workers(settings: Settings, announce: Callable[[str, str], None]) -> int:
    """Serve with `settings.workers` processes until a signal; return the exit code.

    `announce` is called when all of them serve, with the URL and a sentence about their store.
    Raises the errors of `open_server` before any process is started.
    """
    if not hasattr(os, "fork"):
        raise ServerError(
            "Several workers need an operating system that can fork a process, as Linux and macOS"
            " do. Leave --workers out: one process handles --threads requests at the same time."
        )
    with (
        bind(settings.host, settings.port) as listening,
        TemporaryDirectory(prefix="leadway-mock-") as name,
    ):
        folder = Path(name)
        if settings.tls:
            authority_file()  # One process creates it, and reports why it cannot.
        scheme = "https" if settings.tls else "http"
        shared, store = one_store(settings, folder)
        build_emulator(shared).close()  # One process reports unusable files, creates the database.
        url, note = url_of(listening, scheme), f"{settings.workers} workers serve {store}."
        supervisor = Supervisor(
            settings.workers,
            partial(_serve, shared, listening),
            listening,
            on_ready=lambda: announce(url, note),
            on_exit=share_metrics(folder / "metrics"),
        )
        return supervisor.run()


def one_store(settings: Settings, folder: Path) -> tuple[Settings, str]:
    """Return settings with a store that processes can share, and its description.

    A `memory:` store becomes an SQLite file in `folder`. The description contains no password.
    """
    if settings.store not in IN_MEMORY:
        return settings, f"from the store {redact_url(settings.store)}"
    file = folder / "mock.db"
    store = f"sqlite:///{quote(str(file))}"
    return replace(settings, store=store), f"from {file}, which is removed at the end"


def _serve(settings: Settings, listening: socket.socket, connection: socket.socket) -> int:
    """Serve on `listening` until the supervisor stops this worker; return the exit code."""
    try:
        emulator = build_emulator(settings)
    except (ProblemsError, ContractError, StoreError) as error:
        connection.sendall(str(error).encode())
        return CANNOT_START
    with closing(emulator):
        emulator.metrics = SharedMetrics()
        server = open_server(create_app(emulator=emulator), settings, listening=listening)
        signal.signal(signal.SIGTERM, lambda *_: stop_process(server))
        gc.freeze()  # All of this stays until the end; garbage collections can skip it.

        def stop_with_supervisor() -> None:
            with suppress(OSError):
                connection.recv(1)  # Nothing is sent, so this waits for the end of the connection.
            stop_process(server)

        threading.Thread(target=stop_with_supervisor, daemon=True).start()
        connection.sendall(READY)
        server.run()
    return 0


@dataclass(slots=True, eq=False)
class Worker:
    """A worker process. `number` is its slot, which its replacement takes over."""

    number: int
    process: int
    connection: socket.socket
    ready: bool = False
    failure: str = ""


@dataclass(slots=True, eq=False)
class Supervisor:
    """Keeps `size` workers running, which accept on `listening`, and ends after all of them.

    Args:
        size: the number of workers.
        work: what each of them runs.
        listening: the listening socket; it is closed when the workers are to stop.
        on_ready: called once, as soon as all workers serve.
        on_exit: called with the process id of each worker that has ended.
    """

    size: int
    work: Work
    listening: socket.socket
    _: KW_ONLY
    on_ready: Callable[[], None]
    on_exit: Callable[[int], object]
    _is_announced: bool = False
    _workers: dict[int, Worker] = field(default_factory=dict)  # by process id
    _starts: dict[int, float] = field(default_factory=dict)  # start time by worker number
    _failures: int = 0
    _kill_at: float | None = None
    _code: int = 0
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> int:
        """Run until a signal comes and all workers have ended; return the exit code."""
        self._starts = dict.fromkeys(range(1, self.size + 1), 0.0)
        with self._selector, self._signals_selected():
            try:
                while self._starts or self._workers:
                    self._start_due()
                    self._wait()
                    if self._kill_at is not None and time.monotonic() >= self._kill_at:
                        for process in self._workers:
                            os.kill(process, signal.SIGKILL)
            finally:  # An error, such as a full disk, may end the supervisor.
                for process in self._workers:
                    _exit_description(process)
        return self._code

    def _start_due(self) -> None:
        now = time.monotonic()
        for number in [each for each, due in self._starts.items() if due <= now]:
            del self._starts[number]
            connections = [each.connection for each in self._workers.values()]
            try:
                process, connection = _fork(self.work, [*connections, self._selector])
            except OSError as error:
                self._failures += 1
                self._replace(number, f"worker {number} cannot be started ({error.strerror})")
            else:
                worker = self._workers[process] = Worker(number, process, connection)
                self._selector.register(connection, selectors.EVENT_READ, worker)

    def _wait(self) -> None:
        """Wait for workers, signals or the next due time."""
        due = self._starts or self._kill_at is not None
        for key, _ in self._selector.select(POLL_SECONDS if due else None):
            if isinstance(key.data, Worker):
                self._receive(key.data)
            else:
                for number in key.data.recv(1_024):
                    self._on_signal(number)

    def _receive(self, worker: Worker) -> None:
        data = b""
        with suppress(OSError):
            data = worker.connection.recv(65_536)
        if not data:
            self._note_exit(worker)
        elif data == READY:
            self._note_ready(worker)
        else:
            worker.failure += data.decode(errors="replace")

    def _note_ready(self, worker: Worker) -> None:
        worker.ready = True
        self._failures = 0
        serving = sum(each.ready for each in self._workers.values())
        if serving == self.size and not self._is_announced:
            self._is_announced = True
            self.on_ready()

    def _note_exit(self, worker: Worker) -> None:
        self._selector.unregister(worker.connection)
        worker.connection.close()
        del self._workers[worker.process]
        how = _exit_description(worker.process)
        self.on_exit(worker.process)
        if self._kill_at is None:
            self._failures += not worker.ready
            text = f"worker {worker.number} (process {worker.process}) {how}"
            self._replace(worker.number, f"{text}: {worker.failure}" if worker.failure else text)

    def _replace(self, number: int, reason: str) -> None:
        is_serving = self._is_announced and any(each.ready for each in self._workers.values())
        if self._failures >= MAX_FAILURES and not is_serving:
            log.error("%s, like the workers before it. The mock gives up.", reason)
            self._code = GAVE_UP
            self._stop()
            return
        log.warning("%s; a new worker replaces it.", reason)
        pause = min(POLL_SECONDS * 2**self._failures, MAX_RESTART_DELAY_SECONDS)
        self._starts[number] = time.monotonic() + (pause if self._failures else 0.0)

    def _on_signal(self, number: int) -> None:
        if self._kill_at is None:
            self._stop()
        else:
            self._code = SIGNALLED + number
            self._kill_at = 0.0

    def _stop(self) -> None:
        """Let all workers finish their requests, and end."""
        self._kill_at = time.monotonic() + DRAIN_SECONDS
        self._starts.clear()
        self.listening.close()
        for worker in self._workers.values():
            with suppress(OSError):  # It has ended already.
                worker.connection.shutdown(socket.SHUT_WR)

    @contextmanager
    def _signals_selected(self) -> Iterator[None]:
        """Let the selector receive the numbers of stop signals."""
        with ExitStack() as stack:
            writer, reader = map(stack.enter_context, socket.socketpair())
            for end in (writer, reader):
                end.settimeout(0)
            self._selector.register(reader, selectors.EVENT_READ, reader)
            stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(writer.fileno()))
            for number in STOP_SIGNALS:
                stack.callback(signal.signal, number, signal.signal(number, lambda *_: None))
            yield


def _fork(work: Work, inherited: Iterable[_Inherited]) -> tuple[int, socket.socket]:
    """Start a worker; return its process id and the supervisor's end of the connection.

    The worker closes everything `inherited`: while it held the connections of other workers, the
    supervisor would not notice their end. The calling process must have no threads and no open
    database. Raises `OSError` if the system cannot start a process.
    """
    ours, theirs = socket.socketpair()
    _flush()  # Both processes would write buffered output.
    # A signal must not reach the child while it still has the supervisor's handlers.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        process = os.fork()
        if process == 0:
            _run(work, theirs, [ours, *inherited], before)
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    return process, ours


def _run(
    work: Work, connection: socket.socket, inherited: Iterable[_Inherited], mask: Iterable[int]
) -> NoReturn:
    """Run `work` in the process of a new worker."""
    code = CRASHED
    try:
        signal.set_wakeup_fd(-1)
        for number in STOP_SIGNALS:
            # Ctrl-C reaches every process of a terminal; the supervisor decides when to stop.
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for each in inherited:
            each.close()
        code = work(connection)
    except BaseException:
        log.exception("A worker failed.")
    finally:
        _flush()
        os._exit(code)  # Skip the supervisor's exit handlers, which remove files.


def _exit_description(process: int) -> str:
    """Wait for a process whose connection has ended; return how it ended, in words."""
    os.kill(process, signal.SIGKILL)  # No effect on a process that has ended.
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _flush() -> None:
    for stream in filter(None, (sys.stdout, sys.stderr)):  # Either may be closed.
        stream.flush()
