"""What the bench asks of the operating system: cores, ports and the memory of processes."""

from __future__ import annotations

import os
import platform
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.interpreter import python

KIB = 1024


def _cores() -> list[int]:
    """Return the cores that may be used; an empty list where they cannot be chosen."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return []


CORES = _cores()
SERVER_CORE = CORES[0] if len(CORES) > 1 else None
"""The core of the servers; None where the system lets nobody choose, or has but one."""

LOAD_CORE = CORES[1] if len(CORES) > 1 else None
"""The core of the load."""


def pin(core: int | None) -> None:
    """Keep this process, and what it starts, on `core`."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Let what is started meanwhile have `core` for itself."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    pin(core)
    try:
        yield
    finally:
        if before and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, before)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def description() -> str:
    """Return what the figures depend on, without the machine's name."""
    apart = "server and load on a core each" if LOAD_CORE is not None else "cores not chosen"
    return f"{python()}, {platform.system()} on {platform.machine()}, {apart}"


def memory(pid: int, *, peak: bool) -> int | None:
    """Return the resident bytes of a process and its children, now or at most until now.

    The peak is the sum of each process's own. None where the system has no /proc.
    """
    name = "VmHWM:" if peak else "VmRSS:"
    sizes = [size for each in _tree(pid) if (size := _status_bytes(each, name)) is not None]
    return sum(sizes) if sizes else None


def cpu_seconds(pid: int) -> float | None:
    """Return the processor time that a process and its children used; None without a /proc."""
    used = [ticks for each in _tree(pid) if (ticks := _ticks(each)) is not None]
    return sum(used) / os.sysconf("SC_CLK_TCK") if used else None


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listing.read_text("ascii").split()
        except OSError:  # The thread has ended meanwhile.
            continue
        for child in children:
            yield from _tree(int(child))


def _status_bytes(pid: int, name: str) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) * KIB for line in lines if line.startswith(name)]
    return found[0] if found else None


def _ticks(pid: int) -> int | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return None
    # The name in parentheses may hold anything; user and system time are the 14th and 15th field.
    return sum(map(int, text.rpartition(")")[2].split()[11:13]))
