"""Cores, ports, memory and processor time, as the operating system reports them."""

from __future__ import annotations

import os
import platform
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.python_info import python_version

KIB = 1024


def _cores() -> list[int]:
    """Return the usable cores; empty where the system cannot pin processes."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return []


CORES = _cores()
SERVER_CORE = CORES[0] if len(CORES) > 1 else None
"""Core of the servers; None where processes cannot be pinned, or on one core."""

LOAD_CORE = CORES[1] if len(CORES) > 1 else None
"""Core of the load generator."""


def pin(core: int | None) -> None:
    """Run this process and its children on `core` only; None changes nothing."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Run processes that are started within the context on `core` only."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    pin(core)
    try:
        yield
    finally:
        if before and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, before)


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def description() -> str:
    """Return what the figures depend on: Python, system and cores, without the machine's name."""
    apart = "server and load on one core each" if LOAD_CORE is not None else "not pinned to cores"
    return f"{python_version()}, {platform.system()} on {platform.machine()}, {apart}"


def memory(pid: int, *, peak: bool) -> int | None:
    """Return the resident bytes of a process and its children: now, or their peak until now.

    The peak is the sum of the peaks of the processes. None on a system without /proc.
    """
    name = "VmHWM:" if peak else "VmRSS:"
    sizes = [size for each in _tree(pid) if (size := _status_bytes(each, name)) is not None]
    return sum(sizes) if sizes else None


def cpu_seconds(pid: int) -> float | None:
    """Return the processor seconds used by a process and its children; None without /proc."""
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
