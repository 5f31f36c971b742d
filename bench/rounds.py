"""Loads on all targets, in rounds.

All servers run at the same time, and each round puts each load on each server in turn. So other
programs on the machine disturb all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.constant_server import constant_server
from bench.growth import Step
from bench.load_generator import Generator, Job, LoadResult, load_generator, run_load
from bench.servers import Case, Sample, Server, StartError, run_target
from bench.system import description, print_progress
from bench.tables import Spread, ratios, rotate
from bench.targets import Target
from bench.workloads import HEADLINE

CONNECTIONS = (1, 16, 64)
MANY = 16
"""The number of connections for comparisons."""

STEADY_SHARE = 0.04
"""Two seconds in a row of a warm server differ by at most this share."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does. `main` and `other` are the seconds of a load in one round."""

    rounds: int
    main: float
    other: float
    same_load: int
    warm_up: float
    max_warm_ups: int
    cold_starts: int
    dialogues: int
    sessions: tuple[int, ...]
    turns: tuple[int, ...]
    growth_rounds: int
    growth_calls: int

    def cases(self, target: Target) -> Iterator[tuple[Case, float]]:
        """Yield the loads of `target` in a round, with their seconds."""
        only = len(target.workloads) == 1
        for workload in target.workloads:
            yield (workload, MANY), self.main if only or workload == HEADLINE else self.other
        if not only:
            yield from (((HEADLINE, count), self.other) for count in CONNECTIONS if count != MANY)

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds, each with {self.main:g} s of the main load and "
            f"{self.other:g} s of each other load; {self.cold_starts} cold starts"
        )


FULL = Plan(
    rounds=4,
    main=1.2,
    other=0.4,
    same_load=3_000,
    warm_up=1.0,
    max_warm_ups=12,
    cold_starts=3,
    dialogues=1_000,
    sessions=(1_000, 10_000, 100_000, 1_000_000),
    turns=(1, 2, 100, 1_000, 10_000),
    growth_rounds=15,
    growth_calls=200,
)
QUICK = Plan(
    rounds=1,
    main=0.15,
    other=0.1,
    same_load=200,
    warm_up=0.05,
    max_warm_ups=3,
    cold_starts=1,
    dialogues=20,
    sessions=(100, 1_000),
    turns=(1, 2, 20),
    growth_rounds=3,
    growth_calls=20,
)


@dataclass(slots=True)
class Measurement:
    """All results of one target.

    Attributes:
        target: What was measured.
        failure: Why it was not measured, or not completely; empty where it was.
        samples: Results of the loads.
        cold_starts: Seconds from each start to the first response.
        idle: Resident bytes before any load.
        loaded: Peak of the resident bytes during the first load, which is the same for all.
    """

    target: Target
    failure: str = ""
    samples: list[Sample] = field(default_factory=list)
    cold_starts: list[float] = field(default_factory=list)
    idle: int | None = None
    loaded: int | None = None

    def attempt(self, step: Callable[..., None], *arguments: object) -> None:
        """Run `step(self, *arguments)`; after a failure, run no other one."""
        if self.failure:
            return
        try:
            step(self, *arguments)
        except (StartError, OSError) as error:
            self.failure = " ".join(str(error).split())
            print_progress(f"{self.target.title}: {self.failure}")

    def at(self, case: Case) -> list[Sample]:
        """Return the samples of a case, one for each round."""
        return [each for each in self.samples if each.case == case]

    def ratio(self, other: Measurement, case: Case, value: str) -> Spread | None:
        """Return own / other `value` of samples within rounds, or None."""
        own, theirs = (
            {sample.round: sample.value(value) for sample in each.at(case)}
            for each in (self, other)
        )
        both = [number for number in own if own[number] and theirs.get(number)]
        if not both:
            return None
        return ratios([own[each] for each in both], [theirs[each] for each in both])


@dataclass(slots=True)
class Results:
    """Results of one run."""

    machine: str
    generator: Mapping[int, LoadResult] = field(default_factory=dict)
    targets: dict[str, Measurement] = field(default_factory=dict)
    sessions: list[Step] = field(default_factory=list)
    turns: list[Step] = field(default_factory=list)


def measure_targets(targets: Sequence[Target], plan: Plan, logs: Path) -> Results:
    """Measure `targets`; servers write their logs to the folder `logs`."""
    measurements = [Measurement(each, each.missing()) for each in targets]
    results = Results(description(), targets={each.target.name: each for each in measurements})
    with load_generator() as generator:
        print_progress("load generator: its own limit")
        with constant_server() as port:
            jobs = [Job(port, HEADLINE, number, plan.main) for number in CONNECTIONS]
            results.generator = {
                job.connections: generator.submit(run_load, job).result() for job in jobs
            }
        _measure_loads(measurements, plan, generator, logs)
    return results


def _measure_loads(
    measurements: Sequence[Measurement], plan: Plan, generator: Generator, logs: Path
) -> None:
    """Start all targets one by one, then all together, and put the loads on each in turn."""
    for number in range(plan.cold_starts):
        print_progress(f"cold starts: {number + 1} of {plan.cold_starts}")
        for measurement in rotate(measurements, number):
            if len(measurement.target.workloads) > 1:
                measurement.attempt(_cold_start, logs)
    with ExitStack() as stack:
        pairs = [
            (each, stack.enter_context(run_target(each.target, logs)))
            for each in measurements
            if not each.failure
        ]
        for measurement, server in pairs:
            print_progress(f"warm-up: {measurement.target.title}")
            measurement.attempt(_warm_up, server, plan, generator)
        for number in range(plan.rounds):
            print_progress(f"rounds: {number + 1} of {plan.rounds}")
            for measurement, server in rotate(pairs, number):
                measurement.attempt(_measure_round, server, plan, generator, number)


def _cold_start(measurement: Measurement, logs: Path) -> None:
    with run_target(measurement.target, logs) as server:
        measurement.cold_starts.append(server.wait())


def _measure_round(
    measurement: Measurement, server: Server, plan: Plan, generator: Generator, number: int
) -> None:
    for case, seconds in plan.cases(measurement.target):
        measurement.samples.append(server.measure(generator, case, seconds, number=number))


def _warm_up(measurement: Measurement, server: Server, plan: Plan, generator: Generator) -> None:
    """Send the same number of requests to each; then go on until two rates in a row agree."""
    case = measurement.target.workloads[0], MANY
    server.wait()
    measurement.idle = server.memory()
    server.measure(generator, case, 60.0, plan.same_load)
    measurement.loaded = server.memory(peak=True)
    before = 0.0
    for _ in range(plan.max_warm_ups):
        rate = server.measure(generator, case, plan.warm_up).result.rate
        if abs(rate - before) <= STEADY_SHARE * rate:
            return
        before = rate
