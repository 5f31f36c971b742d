"""A process of its own for each worker."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from typing import NoReturn, Protocol

from leadway_mock.workers.lines import Line

log = logging.getLogger(__name__)

CRASHED = 70
"""The exit code of a worker that an error has ended."""

STOPPING = (signal.SIGTERM, signal.SIGINT)
"""The signals that end a mock."""

PATIENCE = 1.0
"""Seconds that a worker may leave a message of its supervisor unread."""

Work = Callable[[Line], int]
"""What a worker does with its end of the line; returns its exit code."""


class Closable(Protocol):
    """Something that is open."""

    def close(self) -> None:
        """Close it."""
        ...


def fork(work: Work, inherited: Iterable[Closable]) -> tuple[int, Line]:
    """Start a worker; return its process and the supervisor's end of the line.

    It closes what is `inherited`: as long as it held the other workers' lines, their ends would go
    unnoticed. The process that calls this must have no threads, and hold no database open.
    Raises `OSError` where the system has no room for another process.
    """
    ours, theirs = socket.socketpair()
    _flush()  # What stands in a buffer would be written by both.
    # A signal must not reach the child while it still has the supervisor's handlers.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        process = os.fork()
        if process == 0:
            _be_worker(work, Line(theirs), [ours, *inherited], before)
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    return process, Line(ours, patience=PATIENCE)


def how_it_ended(process: int) -> str:
    """Wait for the end of a process whose line has ended; return how it did, in words."""
    os.kill(process, signal.SIGKILL)  # One that is ending already ends as it would have.
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _be_worker(
    work: Work, line: Line, inherited: Iterable[Closable], mask: Iterable[int]
) -> NoReturn:
    code = CRASHED
    try:
        signal.set_wakeup_fd(-1)
        for number in STOPPING:
            # Ctrl-C reaches every process of a terminal, but to end is the supervisor's word.
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for each in inherited:
            each.close()
        code = work(line)
    except BaseException:
        log.exception("A worker has failed.")
    finally:
        _flush()
        os._exit(code)  # Not as the supervisor would end, which has files to remove.


def _flush() -> None:
    for stream in filter(None, (sys.stdout, sys.stderr)):  # One may be closed from the start.
        stream.flush()
