"""Programs that tests start and stop: the mock and Prism, with their URL and log."""

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
TIMEOUT_SECONDS = 60.0
"""How long a program may take to start or to end; long enough for a busy machine."""


@dataclass(frozen=True, slots=True)
class Program:
    """A running program: URL, log file and process."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal, wait for its end, and return its exit code."""
        self.process.send_signal(how)
        return self.process.wait(TIMEOUT_SECONDS)


@contextmanager
def running(command: Sequence[str], ready: str, *, folder: Path = ROOT) -> Iterator[Program]:
    """Run a program; yield it once its log matches `ready`, whose group 1 is the URL."""
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
            yield Program(_wait_for_url(ready, log, process), log, process)
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
    """Return the environment without the developer's `LEADWAY_` variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LEADWAY_")}


def _wait_for_url(ready: str, log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        if found := re.search(ready, log.read_text(errors="replace")):
            return found[1]
        if ended:
            break
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop a program and its child processes."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(TIMEOUT_SECONDS / 6)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
