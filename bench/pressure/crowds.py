"""What one client notices of a crowd that behaves badly, in pairs: without it, and with it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.contenders import QUIET
from bench.figures import Spread, ratios, spread
from bench.load.loop import Outcome
from bench.load.process import Generator
from bench.measuring.rounds import rotated, say
from bench.pressure.crowd import crowd
from bench.servers import Load, Server, running

BUSY_CONNECTIONS = 4
WARM_UP = 3_000
AT_REST = frozenset({"silent", "deaf"})
"""The habits of those who have said all that they will ever say."""

PATIENCE_SECONDS = 20.0
GLANCE_SECONDS = 0.2
RESTS = 0.2
"""Which share of a core the mock uses at most once it has settled."""


@dataclass(slots=True)
class Pressed:
    """What was measured beside a crowd of one habit; bytes of memory and seconds of processor."""

    habit: str
    number: int
    alone: list[Outcome] = field(default_factory=list)
    beside: list[Outcome] = field(default_factory=list)
    cost_alone: list[float] = field(default_factory=list)
    cost_beside: list[float] = field(default_factory=list)
    memory_alone: int = 0
    memory_beside: int = 0
    memory_after: int = 0

    def rate(self) -> Spread:
        """Return the rate beside the crowd by the rate without, round by round."""
        return ratios([each.rate for each in self.beside], [each.rate for each in self.alone])

    def cost(self) -> Spread:
        """Return the processor time of an answer beside the crowd by the one without."""
        return ratios(self.cost_beside, self.cost_alone)

    def p99(self) -> tuple[Spread, Spread]:
        """Return the 99th percentile of the latency in milliseconds, without and with it."""
        return spread([each.p99 for each in self.alone]), spread([each.p99 for each in self.beside])

    def wrong(self) -> int:
        """Return how many answers were wrong or missing."""
        return sum(sum(each.wrong.values()) for each in (*self.alone, *self.beside))


@dataclass(frozen=True, slots=True)
class Pairs:
    """How often a client is measured without and with a crowd, and for how many seconds each.

    With an even number of rounds, each of the two comes first equally often.
    """

    rounds: int
    seconds: float
    logs: Path


def press(habit: str, number: int, generator: Generator, pairs: Pairs) -> Pressed:
    """Measure a client without and with a crowd of that habit, round after round.

    What is measured first in one round is measured last in the next: a mock that has answered for
    longer, or a machine that grows busy, speaks for neither.
    """
    say(f"{habit}: {number:,} connections")
    found = Pressed(habit, number)
    with running(QUIET, pairs.logs) as server:
        server.wait()
        generator.run(server.job(Load("first turns", BUSY_CONNECTIONS, 60.0, WARM_UP)))
        client = _Client(server, generator, pairs.seconds, found)
        for round_number in range(pairs.rounds):
            for measure in rotated((client.alone, client.beside), round_number):
                _let_settle(server)  # It has to see that the crowd before is gone.
                measure()
        found.memory_after = server.memory() or 0
    return found


@dataclass(frozen=True, slots=True)
class _Client:
    """The client that is measured, for so many seconds each time."""

    server: Server
    generator: Generator
    seconds: float
    found: Pressed

    def alone(self) -> None:
        """Measure it without the crowd."""
        found = self.found
        self._measure(found.alone, found.cost_alone)
        found.memory_alone = found.memory_alone or self.server.memory() or 0

    def beside(self) -> None:
        """Measure it with the crowd."""
        found = self.found
        with crowd(found.habit, self.server.port, found.number):
            if found.habit in AT_REST:
                _let_settle(self.server)
            self._measure(found.beside, found.cost_beside)
            found.memory_beside = max(found.memory_beside, self.server.memory() or 0)

    def _measure(self, outcomes: list[Outcome], costs: list[float]) -> None:
        before = self.server.cpu_seconds() or 0.0
        job = self.server.job(Load("first turns", BUSY_CONNECTIONS, self.seconds))
        outcome = self.generator.run(job)
        used = (self.server.cpu_seconds() or 0.0) - before
        outcomes.append(outcome)
        costs.append(used / max(1, outcome.checked) * 1e6 or 1.0)


def _let_settle(server: Server) -> None:
    """Wait until the mock has done what it was asked for."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        before = server.cpu_seconds() or 0.0
        time.sleep(GLANCE_SECONDS)
        if (server.cpu_seconds() or 0.0) - before < RESTS * GLANCE_SECONDS:
            return
