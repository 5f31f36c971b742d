"""Loads on all targets, in rounds.

All servers run at the same time, and each round puts each load on each server in turn. So other
programs on the machine disturb all of them alike.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.constant_server import constant_server
from bench.load.generator_process import Generator, LoadError, load_generator
from bench.load.loop import Job
from bench.machine import description
from bench.measurements.plan import CONNECTIONS, MAIN, Plan
from bench.results import Measurement, Results, Sample
from bench.servers import Load, Server, StartError, running
from bench.targets import MOCK, TARGETS, Kind, Target

T = TypeVar("T")
FAILURES = (StartError, LoadError, OSError)


def print_progress(text: str) -> None:
    """Print progress to standard error."""
    print(text, file=sys.stderr, flush=True)


def rotate(items: Sequence[T], number: int) -> Sequence[T]:
    """Return `items` in the order of round `number`: each round begins with another one."""
    first = number % len(items)
    return [*items[first:], *items[:first]]


def select_targets(names: Sequence[str]) -> list[Target]:
    """Return the targets of those names, and the mock, which all are compared with."""
    return [each for each in TARGETS.values() if each.kind is Kind.MOCK or each.name in names]


def measure_targets(targets: Sequence[Target], plan: Plan, logs: Path) -> Results:
    """Measure `targets`, the mock among them; servers write their logs to the folder `logs`."""
    measurements = {each.name: Measurement(each.title, each.missing()) for each in targets}
    results = Results(plan.name, description(), targets=measurements)
    with load_generator() as generator:
        results.generator = measure_generator(generator, plan)
        run = _Run(targets, measurements, plan, generator, logs)
        run.measure_cold_starts()
        run.measure_loads()
    return results


def measure_generator(generator: Generator, plan: Plan) -> list[Sample]:
    """Return what the load generator reaches with a server that does almost nothing."""
    print_progress("load generator: its own limit")
    with constant_server() as port:
        jobs = [Job(port, MAIN, number, plan.main) for number in CONNECTIONS]
        return [Sample(0, MAIN, job.connections, generator.run(job), None) for job in jobs]


@dataclass(frozen=True, slots=True)
class _Run:
    """A run on all targets. One that fails is left out from then on."""

    targets: Sequence[Target]
    measurements: Mapping[str, Measurement]
    plan: Plan
    generator: Generator
    logs: Path

    def measure_cold_starts(self) -> None:
        """Measure the seconds from the start of each target to its first response."""
        for number in range(self.plan.cold_starts):
            print_progress(f"cold starts: {number + 1} of {self.plan.cold_starts}")
            for target in rotate(self.targets, number):
                measurement = self.measurements[target.name]
                if measurement.failure:
                    continue
                try:
                    with running(target, self.logs) as server:
                        measurement.cold_starts.append(server.wait())
                except FAILURES as error:
                    self._fail(target, error)

    def measure_loads(self) -> None:
        """Start all targets, put the loads on each in turn, and read their memory."""
        with ExitStack() as stack:
            usable = [each for each in self.targets if not self.measurements[each.name].failure]
            servers = [stack.enter_context(running(each, self.logs)) for each in usable]
            for server in servers:
                self._warm_up(server)
            for number in range(self.plan.rounds):
                print_progress(f"rounds: {number + 1} of {self.plan.rounds}")
                for server in rotate(servers, number):
                    self._measure_round(server, number)
            for server in servers:
                self.measurements[server.target.name].peak = server.memory(peak=True)
        for measurement in self.measurements.values():
            measurement.mock_samples = self.measurements[MOCK.name].samples

    def _warm_up(self, server: Server) -> None:
        measurement = self.measurements[server.target.name]
        print_progress(f"first load: {server.target.title}")
        try:
            server.wait()
            measurement.idle = server.memory()
            self.generator.run(server.job(self.plan.first_load))
            measurement.loaded = server.memory(peak=True)
        except FAILURES as error:
            self._fail(server.target, error)

    def _measure_round(self, server: Server, number: int) -> None:
        measurement = self.measurements[server.target.name]
        if measurement.failure:
            return
        try:
            measurement.samples += [self._sample(server, each, number) for each in self.plan.loads]
        except FAILURES as error:
            self._fail(server.target, error)

    def _sample(self, server: Server, load: Load, number: int) -> Sample:
        before = server.cpu_seconds()
        result = self.generator.run(server.job(load))
        after = server.cpu_seconds()
        used = after - before if after is not None and before is not None else None
        return Sample(number, load.workload, load.connections, result, used)

    def _fail(self, target: Target, error: Exception) -> None:
        reason = " ".join(str(error).split())
        self.measurements[target.name].failure = reason
        print_progress(f"{target.title}: {reason}")
