"""Capacity model:  .venv/bin/python -m bench.scale [--quick] [--write].

Measures what a turn costs on each store, computes what deployments handle at most, and compares
that with small deployments on this machine. The model is the operational laws of queues (Denning
and Buzen, 1978): the limit is the resource with the smallest number of servers / seconds per turn.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass, field, replace
from itertools import product
from pathlib import Path

from redis import Redis

from bench.fixtures import sqlite_file, valkey_server
from bench.load_generator import Generator, LoadResult, load_generator
from bench.rounds import MANY
from bench.servers import Server, run_target
from bench.system import CORES, LOAD_CORE, pin_temporarily, print_progress, python_version
from bench.tables import DOCS, rotate, spread, table, write_last_run
from bench.targets import QUIET, mock_targets

PAGE = DOCS / "scale.md"
CASE = "conversations", MANY
BYTES_PER_SECOND = 1.25e9
"""A network of 10 Gbit/s."""

TRIP_SECONDS = 0.0005
"""Round trip to a Redis server on another machine of the same data centre."""

CORES_PER_MACHINE, THREADS = 8, 8


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor seconds of one turn in mock, client and Redis server, calls of Redis, and bytes.

    Each call waits for a round trip. `stored` includes the turn's share of the session.
    """

    mock: float
    client: float
    server: float = 0.0
    calls: float = 0.0
    traffic: float = 0.0
    stored: float = 0.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """Machines with worker processes; Redis and clients elsewhere, unless `local`."""

    workers: int = 1
    machines: int = 1
    redis: int = 1
    cores: int = CORES_PER_MACHINE
    local: bool = False
    trip: float = TRIP_SECONDS

    def limits(self, costs: Costs) -> Mapping[str, float]:
        """Return the turns per second that each resource handles at most."""
        processes = self.workers * self.machines
        thread = costs.mock + costs.server + costs.calls * self.trip
        core = costs.mock + (costs.server + costs.client if self.local else 0.0)
        limits = {
            "Python processes": _rate(processes, costs.mock),
            "threads of the workers": _rate(processes * THREADS, thread),
            "cores": _rate(self.machines * self.cores, core),
            "thread of Redis": _rate(self.redis, costs.server),
            "network of Redis": _rate(self.redis, costs.traffic / BYTES_PER_SECOND),
        }
        return limits | ({"the client": _rate(1, costs.client)} if self.local else {})

    def capacity(self, costs: Costs) -> tuple[float, str]:
        """Return the turns per second that all of it handles at most, and what limits it."""
        limits = self.limits(costs)
        return min((rate, resource) for resource, rate in limits.items())


def _rate(number: int, seconds: float) -> float:
    return number / seconds if seconds else math.inf


@dataclass(slots=True)
class Setup:
    """A running mock on a store with some workers, and the results of its rounds."""

    store: str
    workers: int
    server: Server
    redis: Redis | None
    results: list[LoadResult] = field(default_factory=list)
    costs: list[Costs] = field(default_factory=list)

    def measure(self, generator: Generator, seconds: float) -> None:
        """Run one load, and add its result and the costs of a turn."""
        before = self._info()
        sample = self.server.measure(generator, CASE, seconds)
        assert sample.cpu is not None, "processor times are read from /proc; run it on Linux"
        result, turns = sample.result, sample.result.checked
        used = [(new - old) / turns for old, new in zip(before, self._info(), strict=True)]
        client = result.busy * result.seconds / turns
        self.results.append(result)
        self.costs.append(Costs(sample.cpu / turns, client, *used))

    def median_costs(self) -> Costs:
        """Return the median of each cost over the rounds."""
        return Costs(*map(statistics.median, zip(*map(astuple, self.costs), strict=True)))

    def _info(self) -> tuple[float, ...]:
        if self.redis is None:
            return (0.0,) * 4
        info = self.redis.info()
        return (
            info["used_cpu_user"] + info["used_cpu_sys"],
            float(info["total_reads_processed"]),
            float(info["total_net_input_bytes"] + info["total_net_output_bytes"]),
            float(info["used_memory_dataset"]),
        )


def measure(rounds: int, seconds: float, warm_up: int) -> list[Setup]:
    """Measure one and two workers on each store, and one in memory, which workers cannot share."""
    mock = next(each for each in mock_targets() if each.name == QUIET)
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        generator = stack.enter_context(load_generator())
        file = stack.enter_context(sqlite_file()).flags
        with pin_temporarily(LOAD_CORE):
            redis_flags = stack.enter_context(valkey_server()).flags
        redis = stack.enter_context(Redis.from_url(redis_flags[-1]))
        stores = {"memory": (), "SQLite": file, "Redis": redis_flags}
        setups = []
        for store, workers in (("memory", 1), *product(("SQLite", "Redis"), (1, 2))):
            command = (*mock.command, *stores[store], "--workers", str(workers))
            target = replace(mock, name=f"{store}-{workers}", command=command)
            server = stack.enter_context(run_target(target, logs, core=None))
            setups.append(Setup(store, workers, server, redis if store == "Redis" else None))
        for setup in setups:
            setup.server.wait()
            setup.server.measure(generator, CASE, 30.0, warm_up)
        for number in range(rounds):
            print_progress(f"small deployments: round {number + 1} of {rounds}")
            for setup in rotate(setups, number):
                setup.measure(generator, seconds)
        return setups


def report(costs: Mapping[str, Costs], checks: Sequence[Sequence[str]], run: str) -> str:
    """Return costs, limits and the comparison with measured rates as Markdown."""
    header = ("store", "workers", "model, turns/s", "limited by", "measured", "ratio")
    sections = {
        "Costs of a turn": _cost_table(costs),
        "Limits": _limit_table(costs),
        "Model and measurement": table(header, checks),
    }
    return "\n\n".join([run, *(f"### {title}\n\n{text}" for title, text in sections.items())])


def check_row(setup: Setup, costs: Costs) -> Sequence[str]:
    """Return a measured rate beside the one of the model, for all cores of this machine."""
    cores = len(CORES) or 1
    rate, limit = Deployment(setup.workers, cores=cores, local=True, trip=0).capacity(costs)
    measured = spread([each.rate for each in setup.results])
    ratio = measured.median / rate
    shown = "{:,.0f} ({:,.0f}…{:,.0f})".format(*measured)
    return (setup.store, str(setup.workers), f"{rate:,.0f}", limit, shown, f"{ratio:.2f}")


def _cost_table(costs: Mapping[str, Costs]) -> str:
    def row(title: str, name: str, factor: float = 1.0) -> Sequence[str]:
        values = [getattr(each, name) * factor for each in costs.values()]
        return (title, *(f"{value:,.1f}" if value else "-" for value in values))

    seconds = {"mock": "mock", "Redis": "server", "client": "client"}
    rows = [row(f"µs, {title}", name, 1e6) for title, name in seconds.items()]
    rows += [row("calls of Redis", "calls"), row("bytes to and from Redis", "traffic")]
    return table(("", *costs), [*rows, row("bytes stored in Redis", "stored")])


def _limit_table(costs: Mapping[str, Costs]) -> str:
    redis = costs["Redis"]
    rows = (
        ("one process, memory", costs["memory"], Deployment()),
        ("one process, SQLite", costs["SQLite"], Deployment()),
        ("`--workers 4`, Redis on another machine", redis, Deployment(4)),
        ("16 machines, one Redis", redis, Deployment(8, 16)),
        ("16 machines, 16 Redis, sharded by token", redis, Deployment(8, 16, 16)),
    )
    found = [(title, deployment.capacity(each)) for title, each, deployment in rows]
    cells = [(title, f"{rate:,.0f}", resource) for title, (rate, resource) in found]
    return table(("deployment", "turns/s at most", "limited by"), cells)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; with `--write`, write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure very briefly, for a test")
    parser.add_argument("--write", action="store_true", help=f"also write docs/{PAGE.name}")
    options = parser.parse_args(arguments)
    rounds, seconds, warm_up = (1, 0.1, 50) if options.quick else (5, 0.6, 1_500)
    setups = measure(rounds, seconds, warm_up)
    costs = {each.store: each.median_costs() for each in setups if each.workers == 1}
    checks = [check_row(each, costs[each.store]) for each in setups]
    machine = f"{python_version()}, {len(CORES)} cores shared by mock, store and clients"
    text = report(
        costs, checks, f"`make bench-scale`: {rounds} rounds of {seconds:g} s. {machine}."
    )
    print(text)
    if options.write:
        write_last_run(PAGE, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
