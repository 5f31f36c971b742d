"""The load generator in a process of its own, on a core of its own."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from bench.load.loop import Job, LoadResult, Loop
from bench.machine import LOAD_CORE, pin

EXTRA_SECONDS = 60.0


class LoadError(Exception):
    """A load could not be run; the text says why."""


class Generator:
    """Handle of the process; it runs one load at a time."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def run(self, job: Job) -> LoadResult:
        """Run `job` and return its result; raises `LoadError`."""
        self._pipe.send(job)
        if not self._pipe.poll(job.seconds + EXTRA_SECONDS):
            raise LoadError("The load generator did not finish in time.")
        result = self._pipe.recv()
        if isinstance(result, LoadResult):
            return result
        raise LoadError(result)


def _run_jobs(pipe: Connection) -> None:
    """Run the jobs from `pipe` until killed."""
    pin(LOAD_CORE)
    gc.disable()
    while True:
        job = pipe.recv()
        try:
            pipe.send(Loop(job).run())
        except OSError as error:
            pipe.send(f"{type(error).__name__}: {error}")
        gc.collect()


@contextmanager
def load_generator() -> Iterator[Generator]:
    """Run a load generator to the end of the context."""
    here, there = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_run_jobs, args=[there], daemon=True)
    process.start()
    try:
        yield Generator(here)
    finally:
        process.kill()
        process.join()
