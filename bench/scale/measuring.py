"""Small deployments on real servers: how fast they are, and the processor time that they use.

All of them run from the beginning and are asked in turns, so that what else the machine does hits
all alike: the unit costs, too, which are taken from the same rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.contenders import Contender, Kind
from bench.contenders.places import LEADWAY, absent
from bench.load.loop import Outcome
from bench.load.process import Generator
from bench.measuring.plan import MANY
from bench.measuring.rounds import rotated, say
from bench.scale.plan import Plan
from bench.scale.stores import MemoryPlace, Place, Usage, file_place, redis_place
from bench.servers import Server, running

CLIENTS = (1, 4, MANY)


@dataclass(frozen=True, slots=True)
class Sample:
    """One load on one deployment: what it met with, and what was used meanwhile.

    `worker` is the processor time of all processes of the mock, `store` what the server of the
    store did.
    """

    outcome: Outcome
    worker: float
    store: Usage

    @property
    def client(self) -> float:
        """The processor time of the client, in seconds."""
        return self.outcome.busy * self.outcome.seconds

    @property
    def cores(self) -> float:
        """How many cores all of it had."""
        return (self.worker + self.store.seconds + self.client) / self.outcome.seconds


@dataclass(frozen=True, slots=True)
class Case:
    """A deployment under so many clients, with a sample from each round."""

    store: str
    workers: int
    clients: int
    samples: list[Sample]


@dataclass(frozen=True, slots=True)
class Setup:
    """A mock that runs, and the cases that it is asked in."""

    place: Place
    server: Server
    cases: Sequence[Case]

    def measure(self, generator: Generator, plan: Plan) -> None:
        """Add a sample to each case."""
        for case in self.cases:
            used, asked = self._seconds(), self.place.usage()
            outcome = generator.run(self.server.job(plan.load(case.clients)))
            worker, store = self._seconds() - used, self.place.usage() - asked
            case.samples.append(Sample(outcome, worker, store))

    def _seconds(self) -> float:
        seconds = self.server.cpu_seconds()
        if seconds is None:
            raise OSError("processor times are read from /proc, and this system has none")
        return seconds


def measured(plan: Plan, generator: Generator, logs: Path) -> Sequence[Case]:
    """Measure one and two workers on each store; one alone in memory, which nobody shares."""
    with ExitStack() as stack:
        file, redis = stack.enter_context(file_place()), stack.enter_context(redis_place())
        wanted: Sequence[tuple[Place, int]] = (
            (MemoryPlace(), 1),
            (file, 1),
            (file, 2),
            (redis, 1),
            (redis, 2),
        )
        setups = [_setup(stack, place, workers, logs) for place, workers in wanted]
        for setup in setups:
            setup.server.wait()
            generator.run(setup.server.job(plan.warm_up))
        for number in range(plan.rounds):
            say(f"small deployments: round {number + 1} of {plan.rounds}")
            for setup in rotated(setups, number):
                setup.measure(generator, plan)
    return [case for setup in setups for case in setup.cases]


def _setup(stack: ExitStack, place: Place, workers: int, logs: Path) -> Setup:
    """Start a mock with so many workers, on whatever cores the system gives it."""
    server = stack.enter_context(running(_mock(place, workers), logs, core=None))
    cases = [Case(place.name, workers, clients, []) for clients in CLIENTS]
    return Setup(place, server, cases)


def _mock(place: Place, workers: int) -> Contender:
    """Return the mock as a contender, with its journal and its log as they come."""
    flags = ["--store", place.url, "--workers", str(workers)]
    name = f"{place.name}-{workers}"

    def command(port: int) -> list[str]:
        return [str(LEADWAY), "mock", "--port", str(port), *flags]

    return Contender(name, name, Kind.OURS, command, lambda: absent(LEADWAY), numbers_turns=True)
