"""A mock on an SQLite file that stops, or whose disk is full, while clients hold conversations."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.contract.programs import Program, mock
from tests.stress.conversation_clients import (
    ConversationClient,
    Counts,
    compare,
    conversations,
)
from tests.wait import wait_until

try:
    import resource
except ImportError:  # Windows has no such limits.
    resource = None  # type: ignore[assignment]  # Windows has no such module

CLIENTS = 8
SPACE_LEFT = 100_000
"""Bytes by which the files may grow before the disk is full."""


def stop_during_conversations(folder: Path, seconds: float) -> Counts:
    """Send SIGTERM while clients talk; compare with the next mock on the same file."""
    with _mock(folder) as program, conversations(port(program), CLIENTS) as clients:
        time.sleep(seconds)
        program.stop()
    return _restart_and_compare(folder, clients)


def fill_disk_during_conversations(folder: Path) -> Counts | None:
    """Let the disk be full for a while; None where the system has no such limit."""
    if not hasattr(resource, "prlimit"):
        return None
    with _mock(folder) as program, conversations(port(program), CLIENTS) as clients:
        wait_until(lambda: _responses(clients) > CLIENTS)
        with full_disk(program.process.pid, _largest_file(folder) + SPACE_LEFT):
            wait_until(lambda: all(each.counts.unavailable for each in clients))
        before = _responses(clients)
        wait_until(lambda: _responses(clients) >= before + CLIENTS)
    return _restart_and_compare(folder, clients)


@contextmanager
def full_disk(pid: int, max_bytes: int) -> Iterator[None]:
    """Limit the files of a process to `max_bytes`: further writes fail as on a full disk."""
    _, limit = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (max_bytes, limit))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # It may have ended meanwhile.
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, limit))


def port(program: Program) -> int:
    """Return the port of a mock."""
    number = urlsplit(program.url).port
    assert number
    return number


@contextmanager
def _mock(folder: Path) -> Iterator[Program]:
    with mock("--store", f"sqlite:///{folder / 'mock.db'}", "--quiet") as program:
        yield program


def _restart_and_compare(folder: Path, clients: Sequence[ConversationClient]) -> Counts:
    with _mock(folder) as program:
        return compare(port(program), clients)


def _largest_file(folder: Path) -> int:
    return max(file.stat().st_size for file in folder.iterdir())


def _responses(clients: Sequence[ConversationClient]) -> int:
    lists = (list(client.interactions.values()) for client in clients)
    return sum(len(interactions) for each in lists for interactions in each)
