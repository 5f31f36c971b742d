"""The generator in a process of its own, on a core of its own."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from bench.load.loop import Job, Loop, Outcome
from bench.machine import LOAD_CORE, pin

SPARE_SECONDS = 60.0


class LoadError(Exception):
    """A load could not be run; the text says why."""


class Generator:
    """Runs loads in its process, one at a time."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def run(self, job: Job) -> Outcome:
        """Run `job` and return what it met with; raises `LoadError`."""
        self._pipe.send(job)
        if not self._pipe.poll(job.seconds + SPARE_SECONDS):
            raise LoadError("The load generator does not answer.")
        found = self._pipe.recv()
        if isinstance(found, Outcome):
            return found
        raise LoadError(found)


def _work(pipe: Connection) -> None:
    """Take jobs until told to end by None."""
    pin(LOAD_CORE)
    gc.disable()
    while (job := pipe.recv()) is not None:
        try:
            pipe.send(Loop(job).run())
        except OSError as error:
            pipe.send(f"{type(error).__name__}: {error}")
        gc.collect()


@contextmanager
def generating() -> Iterator[Generator]:
    """Run a generator as long as the context lasts."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_work, args=[there], daemon=True)
    process.start()
    try:
        yield Generator(here)
    finally:
        process.kill()
        process.join()
