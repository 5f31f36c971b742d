"""Programs that tests start and stop: they tell where they listen, and write a log."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds that a program may take to start or to end, on a machine that is busy with others."""


@dataclass(frozen=True, slots=True)
class Program:
    """A running program: where it listens, and what it has written."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal, wait for its end, and return its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def running(command: Sequence[str], sign: str, *, folder: Path = ROOT) -> Iterator[Program]:
    """Run a program from the moment that its log has the line `sign`, whose group 1 is its URL."""
    with tempfile.TemporaryDirectory() as logs:
        log = Path(logs) / "log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(),
                start_new_session=True,
            )
        try:
            yield Program(_announced(sign, log, process), log, process)
        finally:
            _end(process)


@contextmanager
def mock(*flags: str, within: Sequence[str] = ()) -> Iterator[Program]:
    """Run `leadway mock` on a free port, `within` another command."""
    command = [
        *within,
        str(Path(sys.executable).with_name("leadway")),
        "mock",
        "--port",
        "0",
        *flags,
    ]
    with running(command, r"(?m)^listening on (\S+)$") as program:
        yield program


@contextmanager
def prism(*arguments: str) -> Iterator[Program]:
    """Run Prism on a free port, as `make prism` does."""
    if not (ROOT / "node_modules" / ".bin" / "prism").exists():
        raise RuntimeError("Prism is not installed. Run `make setup`.")
    command = ["sh", "scripts/npx.sh", "prism", *arguments, "--host", "127.0.0.1", "--port", "0"]
    with running(command, r"Prism is listening on (\S+)") as program:
        yield program


def _environment() -> dict[str, str]:
    """Return the environment without settings of ours that a developer may have made."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LEADWAY_")}


def _announced(sign: str, log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        if found := re.search(sign, log.read_text(errors="replace")):
            return found[1]
        if ended:
            break
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program, and the programs it has started."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE / 6)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
