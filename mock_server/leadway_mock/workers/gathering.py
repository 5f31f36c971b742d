"""What all workers have counted: asked for by one of them, and gathered from the others.

What a worker told last is kept when it ends, and stands in for it when it is slow. So a sum never
falls, and what a killed worker had not told since it was last asked is all that is lost.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from leadway_mock.metrics.counters import Tally
from leadway_mock.workers.lines import Line, Message

PATIENCE = 1.0
"""Seconds that a worker has to tell its numbers."""


@dataclass(slots=True, eq=False)
class Worker:
    """A worker as its supervisor knows it. `number` is its place, which a successor takes over."""

    number: int
    process: int
    line: Line
    ready: bool = False
    failure: str = ""
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class _Question:
    asker: Worker
    asked: int
    missing: set[int]
    answered: int = 0
    due: float = field(default_factory=lambda: time.monotonic() + PATIENCE)


class Gathering:
    """The open questions, and the sums of those that have ended."""

    def __init__(self, workers: Mapping[int, Worker]) -> None:
        """Ask `workers`, which are those alive, by their processes."""
        self._workers = workers
        self._gone = Tally()
        self._numbers = itertools.count(1)
        self._open: dict[int, _Question] = {}

    def ask(self, asker: Worker, message: Message) -> None:
        """Ask all others, since `asker` does, which tells what it has counted itself."""
        asker.tally = Tally.from_json(message["tally"])
        number, asked = next(self._numbers), message["ask"]
        others = [each for each in self._workers.values() if each.ready and each is not asker]
        self._open[number] = _Question(asker, asked, {each.process for each in others})
        for each in others:
            each.line.send(tell=number)
        self.settle()

    def told(self, worker: Worker, message: Message) -> None:
        """Take what `worker` has counted, as the answer to a question or as its last word."""
        worker.tally = Tally.from_json(message["tally"])
        question = self._open.get(message["of"])
        if question and worker.process in question.missing:
            question.missing.discard(worker.process)
            question.answered += 1
        self.settle()

    def ended(self, worker: Worker) -> None:
        """Keep what a worker has told, which will tell no more."""
        self._gone.add(worker.tally)
        for question in self._open.values():
            question.missing.discard(worker.process)
        self.settle()

    def settle(self) -> None:
        """Answer the questions for which there is nothing more to wait."""
        now = time.monotonic()
        done = [each for each, open_ in self._open.items() if not open_.missing or open_.due <= now]
        for number in done:
            self._answer(self._open.pop(number))

    @property
    def waits(self) -> bool:
        """Whether a question is open."""
        return bool(self._open)

    def _answer(self, question: _Question) -> None:
        sums = Tally()
        sums.add(self._gone)
        for each in self._workers.values():
            if each is not question.asker:
                sums.add(each.tally)
        question.asker.line.send(
            others=sums.as_json(), of=question.asked, answered=question.answered
        )
