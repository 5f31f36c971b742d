"""What the operating system reports."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.system import (
    CORES,
    cpu_seconds,
    description,
    free_port,
    memory,
    pin,
    pin_temporarily,
    python_version,
)

MEBIBYTE = 1 << 20
LARGE = 64

PARENT = f"""
import subprocess, sys
child = "held = b'x' * ({LARGE} << 20); print('held', flush=True); input()"
subprocess.run([sys.executable, "-c", child])
"""

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc")
needs_cores = pytest.mark.skipif(len(CORES) < 2, reason="there are no two cores to choose from")


@pytest.fixture
def parent() -> Iterator[int]:
    """The id of a small process with a large child."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.communicate(b"\n")


@needs_proc
def test_memory_includes_children(parent: int) -> None:
    now, peak = memory(parent), memory(parent, peak=True)
    assert now is not None
    assert peak is not None
    assert LARGE * MEBIBYTE < now <= peak


@needs_proc
def test_processor_time_grows_with_work() -> None:
    before = cpu_seconds(os.getpid())
    assert before is not None
    started = time.process_time()
    while time.process_time() < started + 0.1:
        pass
    after = cpu_seconds(os.getpid())
    assert after is not None
    assert 0.05 < after - before < 1


@needs_proc
def test_an_ended_process_has_no_values() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert memory(process.pid, peak=True) is None
    assert cpu_seconds(process.pid) is None


@needs_cores
def test_only_child_processes_are_pinned() -> None:
    code = "import os; print(sorted(os.sched_getaffinity(0)))"
    with pin_temporarily(CORES[1]):
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout.decode().strip() == f"[{CORES[1]}]"
    assert sorted(os.sched_getaffinity(0)) == CORES


def test_no_core_changes_nothing() -> None:
    pin(None)
    with pin_temporarily(None):
        assert free_port() > 1023


@pytest.mark.parametrize(
    ("arguments", "flag", "how"),
    [
        ("'--enable-optimizations' 'CFLAGS=-g'", "-fprofile-use", "with"),
        ("'--prefix=/usr'", "", "with"),
        ("'--prefix=/usr'", "-fprofile-use -fprofile-correction", "without"),
        (None, None, "without"),
    ],
    ids=["flag of configure", "Debian", "plain make", "unknown"],
)
def test_the_version_has_its_build(
    monkeypatch: pytest.MonkeyPatch, arguments: str | None, flag: str | None, how: str
) -> None:
    monkeypatch.setattr("sysconfig.get_config_vars", lambda *_: [arguments, flag])
    expected = f"Python {platform.python_version()} (built {how} profile-guided optimization)"
    assert python_version() == expected
    assert description().startswith(f"{expected}, ")
