"""A mock on an SQLite file that is told to stop amid the talk, or whose disk runs full."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.contenders.model import Contender, Kind
from bench.contenders.places import LEADWAY
from bench.measuring.rounds import say
from bench.pressure.telling import Kept, Teller, look_back, telling
from bench.servers import running

try:
    import resource
except ImportError:  # Windows has no such limits.
    resource = None  # type: ignore[assignment]  # Windows has no such module

TELLERS = 8
GLANCE_SECONDS = 0.01
PATIENCE_SECONDS = 60.0
PROBES = 2
"""Each start is followed by a first turn that tells whether it answers: a session of its own."""

ROOM = 100_000
"""How many bytes the files may grow by before the disk is full."""


@dataclass(slots=True)
class Ending:
    """What became of the talk, and how many seconds it took: to stop, or to get over it."""

    kept: Kept
    seconds: float


def _on_a_file(folder: Path) -> Contender:
    def command(port: int) -> list[str]:
        store = f"sqlite:///{folder / 'mock.db'}"
        return [str(LEADWAY), "mock", "--port", str(port), "--quiet", "--store", store]

    return Contender("leadway-sqlite", "leadway mock on SQLite", Kind.OURS, command, lambda: "")


def sigterm(talk_seconds: float, logs: Path) -> Ending:
    """Stop a mock while all talk; look in the next one on the same file what stands."""
    say("SIGTERM amid the talk")
    with tempfile.TemporaryDirectory() as folder:
        contender = _on_a_file(Path(folder))
        with running(contender, logs) as server:
            server.wait()
            with telling(server.port, TELLERS) as tellers:
                time.sleep(talk_seconds)
                began = time.perf_counter()
                server.stop()
                seconds = time.perf_counter() - began
        return Ending(_again(contender, tellers, logs), seconds)


def full_disk(full_seconds: float, logs: Path) -> Ending | None:
    """Let the disk run full amid the talk, and have room again; None where that cannot be tried."""
    if not hasattr(resource, "prlimit"):
        return None
    say("a full disk amid the talk")
    with tempfile.TemporaryDirectory() as folder:
        contender = _on_a_file(Path(folder))
        with running(contender, logs) as server:
            server.wait()
            with telling(server.port, TELLERS) as tellers:
                _until(lambda: _answers(tellers) > TELLERS)
                with full(server.pid, _largest(Path(folder)) + ROOM):
                    _until(lambda: all(each.kept.refused for each in tellers))
                    time.sleep(full_seconds)
                began, before = time.perf_counter(), _answers(tellers)
                _until(lambda: _answers(tellers) >= before + TELLERS)
                seconds = time.perf_counter() - began
        return Ending(_again(contender, tellers, logs), seconds)


@contextmanager
def full(pid: int, room: int) -> Iterator[None]:
    """Let the files of a process grow to so many bytes and no further, for the time being.

    It meets what it meets on a full disk, on any Linux and without a right to mount one.
    """
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, most))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # It may have ended meanwhile.
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


def _again(contender: Contender, tellers: Sequence[Teller], logs: Path) -> Kept:
    with running(contender, logs) as server:
        server.wait()
        return look_back(server.port, tellers, others=PROBES)


def _largest(folder: Path) -> int:
    return max(file.stat().st_size for file in folder.iterdir())


def _answers(tellers: Sequence[Teller]) -> int:
    return sum(len(told) for each in tellers for told in list(each.told.values()))


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("What was waited for did not happen.")
        time.sleep(GLANCE_SECONDS)
