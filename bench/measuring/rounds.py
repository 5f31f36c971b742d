"""The contenders in turns, round after round, so that what else the machine does hits all alike."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from bench.constant import serving
from bench.contenders import OURS, QUIET, Contender
from bench.load.loop import Job
from bench.load.process import Generator, LoadError
from bench.measuring.plan import CONNECTIONS, MAIN, Plan
from bench.results import Measured, Sample
from bench.servers import Load, Server, StartError, running

T = TypeVar("T")
FAILURES = (StartError, LoadError, OSError)


def say(text: str) -> None:
    """Tell how far the bench is."""
    print(text, file=sys.stderr, flush=True)


def ceiling(generator: Generator, plan: Plan) -> list[Sample]:
    """Return what the generator reaches against a server that does next to nothing."""
    say("load generator: what it can do by itself")
    with serving() as port:
        jobs = [Job(port, MAIN, number, plan.main) for number in CONNECTIONS]
        return [Sample(0, MAIN, job.connections, generator.run(job), None) for job in jobs]


def cold_starts(
    contenders: Sequence[Contender], found: Mapping[str, Measured], plan: Plan, logs: Path
) -> None:
    """Measure the seconds from the start of each contender to its first answer, in turns."""
    for number in range(plan.cold_starts):
        say(f"cold starts: {number + 1} of {plan.cold_starts}")
        for contender in rotated(contenders, number):
            measured = found[contender.name]
            if measured.failure:
                continue
            try:
                with running(contender, logs) as server:
                    measured.cold.append(server.wait())
            except FAILURES as error:
                _give_up(contender, measured, error)
    for measured in found.values():
        measured.cold_beside = found[OURS.name].cold


def under_load(
    contenders: Sequence[Contender],
    found: Mapping[str, Measured],
    plan: Plan,
    generator: Generator,
    logs: Path,
) -> None:
    """Start all contenders, put the loads on each in turns, and look at their memory."""
    with ExitStack() as stack:
        there = [each for each in contenders if not found[each.name].failure]
        servers = [stack.enter_context(running(each, logs)) for each in there]
        for server in servers:
            _warm_up(server, found[server.contender.name], plan, generator)
        for number in range(plan.rounds):
            say(f"rounds: {number + 1} of {plan.rounds}")
            for server in rotated(servers, number):
                _round(server, found[server.contender.name], plan, generator, number)
        for server in servers:
            found[server.contender.name].peak = server.memory(peak=True)
    ours = {each.name: found[each.name].samples for each in (OURS, QUIET)}
    for measured in found.values():
        measured.beside = ours


def _warm_up(server: Server, measured: Measured, plan: Plan, generator: Generator) -> None:
    if measured.failure:
        return
    say(f"first load: {server.contender.title}")
    try:
        server.wait()
        measured.idle = server.memory()
        generator.run(server.job(plan.first_load))
        measured.loaded = server.memory(peak=True)
    except FAILURES as error:
        _give_up(server.contender, measured, error)


def _round(
    server: Server, measured: Measured, plan: Plan, generator: Generator, number: int
) -> None:
    if measured.failure:
        return
    try:
        measured.samples += [_sample(server, generator, load, number) for load in plan.loads]
    except FAILURES as error:
        _give_up(server.contender, measured, error)


def _sample(server: Server, generator: Generator, load: Load, number: int) -> Sample:
    before = server.cpu_seconds()
    outcome = generator.run(server.job(load))
    after = server.cpu_seconds()
    used = after - before if after is not None and before is not None else None
    return Sample(number, load.workload, load.connections, outcome, used)


def _give_up(contender: Contender, measured: Measured, error: Exception) -> None:
    measured.failure = " ".join(str(error).split())
    say(f"{contender.title}: {measured.failure}")


def rotated(items: Sequence[T], number: int) -> Sequence[T]:
    """Return `items` in another order of turns for each round."""
    first = number % len(items)
    return [*items[first:], *items[:first]]
