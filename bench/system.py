"""Cores, ports, child processes, memory and processor time, and the build of Python."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import platform
import random
import socket
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below the ports that systems give to connections and to servers that request any."""

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER_CORE = CORES[0] if len(CORES) > 1 else None
"""Core of the servers; None where processes cannot be pinned, or on one core."""

LOAD_CORE = CORES[1] if len(CORES) > 1 else None
"""Core of the load generator."""


def print_progress(text: str) -> None:
    """Print progress to standard error."""
    print(text, file=sys.stderr, flush=True)


def pin(core: int | None) -> None:
    """Run this process and its children on `core` only; None changes nothing."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


@contextlib.contextmanager
def pin_temporarily(core: int | None) -> Iterator[None]:
    """Run this process, and children that it starts, on `core` only within the context."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    pin(core)
    try:
        yield
    finally:
        if before and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, before)


@contextlib.contextmanager
def child_process(function: Callable[..., None], *arguments: object) -> Iterator[Any]:
    """Run `function(pipe, *arguments)` in a new process, and yield the first value it sends."""
    here, there = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=function, args=(there, *arguments), daemon=True)
    process.start()
    there.close()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()
        here.close()


def free_port() -> int:
    """Return a loopback port that nothing listens on, and that no connection is given."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port


def python_version() -> str:
    """Return the version of Python, and whether it was built with PGO: 5 to 8 % faster.

    Debian's packages have PGO without the flag of configure, and clear a variable after the build.
    """
    variables = sysconfig.get_config_vars("CONFIG_ARGS", "PGO_PROF_USE_FLAG")
    has_pgo = "--enable-optimizations" in (variables[0] or "") or variables[1] == ""
    how = "with" if has_pgo else "without"
    return f"Python {platform.python_version()} (built {how} profile-guided optimization)"


def description() -> str:
    """Return what the figures depend on: Python, system and cores, without the machine's name."""
    apart = "server and load on one core each" if LOAD_CORE is not None else "not pinned to cores"
    return f"{python_version()}, {platform.system()} on {platform.machine()}, {apart}"


def memory(*pids: int, peak: bool = False) -> int | None:
    """Return the resident bytes of processes and their children: now, or their peak until now.

    The peak is the sum of the peaks of the processes. None on a system without /proc.
    """
    name = "VmHWM:" if peak else "VmRSS:"
    lines = [line for each in _trees(pids) for line in _read(each, "status").splitlines()]
    sizes = [int(line.split()[1]) * 1_024 for line in lines if line.startswith(name)]
    return sum(sizes) if sizes else None


def cpu_seconds(*pids: int) -> float | None:
    """Return the processor seconds used by processes and their children; None without /proc."""
    texts = [text for each in _trees(pids) if (text := _read(each, "stat"))]
    # The name in parentheses may hold anything; user and system time are the 14th and 15th field.
    ticks = [sum(map(int, text.rpartition(")")[2].split()[11:13])) for text in texts]
    return sum(ticks) / os.sysconf("SC_CLK_TCK") if ticks else None


def _trees(pids: Iterable[int]) -> Iterator[int]:
    for pid in pids:
        yield pid
        for thread in Path(f"/proc/{pid}/task").glob("*"):
            yield from _trees(map(int, _read(pid, f"task/{thread.name}/children").split()))


def _read(pid: int, name: str) -> str:
    """Return a file of /proc; empty where the process or thread has ended, or without /proc."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text("utf-8")
    except OSError:
        return ""
