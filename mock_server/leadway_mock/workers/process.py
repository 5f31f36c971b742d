"""Forks worker processes."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from typing import NoReturn, Protocol

from leadway_mock.workers.line_protocol import MessageSocket

log = logging.getLogger(__name__)

CRASHED = 70
"""Exit code of a worker after an unexpected error."""

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""Signals that stop the mock."""

SEND_TIMEOUT_SECONDS = 1.0
"""Time in which a worker must read a message of its supervisor."""

Work = Callable[[MessageSocket], int]
"""Function that a worker runs with its end of the connection; returns the exit code."""


class Closable(Protocol):
    """Anything with `close`."""

    def close(self) -> None:
        """Close it."""
        ...


def fork(work: Work, inherited: Iterable[Closable]) -> tuple[int, MessageSocket]:
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
            _run_worker(work, MessageSocket(theirs), [ours, *inherited], before)
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    return process, MessageSocket(ours, send_timeout=SEND_TIMEOUT_SECONDS)


def exit_description(process: int) -> str:
    """Wait for a process whose connection has ended; return how it ended, in words."""
    os.kill(process, signal.SIGKILL)  # No effect on a process that has ended.
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _run_worker(
    work: Work, connection: MessageSocket, inherited: Iterable[Closable], mask: Iterable[int]
) -> NoReturn:
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


def _flush() -> None:
    for stream in filter(None, (sys.stdout, sys.stderr)):  # Either may be closed.
        stream.flush()
