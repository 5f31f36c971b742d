"""What one client notices of a crowd that behaves badly, in pairs: without it, and with it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.contenders import QUIET
from bench.figures import Spread, ratios, spread
from bench.load.loop import Outcome
from bench.load.process import Generator
from bench.measuring.rounds import say
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
    """How often a client is measured without and with a crowd, and for how many seconds each."""

    rounds: int
    seconds: float
    logs: Path


def press(habit: str, number: int, generator: Generator, pairs: Pairs) -> Pressed:
    """Measure a client without and with a crowd of that habit, round after round."""
    say(f"{habit}: {number:,} connections")
    found = Pressed(habit, number)
    with running(QUIET, pairs.logs) as server:
        server.wait()
        generator.run(server.job(Load("first turns", BUSY_CONNECTIONS, 60.0, WARM_UP)))
        for _ in range(pairs.rounds):
            _let_settle(server)  # It has to see that the crowd is gone.
            _measure(server, generator, pairs.seconds, found.alone, found.cost_alone)
            found.memory_alone = found.memory_alone or server.memory() or 0
            with crowd(habit, server.port, number):
                if habit in AT_REST:
                    _let_settle(server)
                _measure(server, generator, pairs.seconds, found.beside, found.cost_beside)
                found.memory_beside = max(found.memory_beside, server.memory() or 0)
        found.memory_after = server.memory() or 0
    return found


def _let_settle(server: Server) -> None:
    """Wait until the mock has done what it was asked for."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        before = server.cpu_seconds() or 0.0
        time.sleep(GLANCE_SECONDS)
        if (server.cpu_seconds() or 0.0) - before < RESTS * GLANCE_SECONDS:
            return


def _measure(
    server: Server,
    generator: Generator,
    seconds: float,
    outcomes: list[Outcome],
    costs: list[float],
) -> None:
    before = server.cpu_seconds() or 0.0
    outcome = generator.run(server.job(Load("first turns", BUSY_CONNECTIONS, seconds)))
    used = (server.cpu_seconds() or 0.0) - before
    outcomes.append(outcome)
    costs.append(used / max(1, outcome.checked) * 1e6 or 1.0)
