"""Measure a client beside badly behaved ones:  python -m bench.stress [--quick] [--write].

In each round the client is measured alone and beside them. tests/stress shows that no response is
wrong and nothing is lost; this shows what the well-behaved client notices.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.bad_clients import bad_clients
from bench.load.generator_process import Generator, load_generator
from bench.load.loop import LoadResult
from bench.machine import description
from bench.markdown import DOCS, table, write_last_run
from bench.measurements.plan import MAIN
from bench.measurements.rounds import print_progress, rotate
from bench.servers import Load, Server, running
from bench.statistics import Spread, ratios, spread
from bench.targets import QUIET, ROOT

PAGE = DOCS / "reliability.md"
MEGABYTE = 1_000_000
CONNECTIONS = 4
WARM_UP = 3_000
INACTIVE = frozenset({"idle", "non_reading"})
"""Behaviours that send nothing more after their start."""

SETTLE_TIMEOUT_SECONDS = 20.0
POLL_SECONDS = 0.2
METHOD = (
    f"A client with {CONNECTIONS} connections sends first turns as fast as it receives the "
    "responses: in each round alone and beside the bad clients. Ratios are beside / alone, "
    "as medians over the rounds with minimum and maximum."
)
MAX_SETTLED_SHARE = 0.2
"""Share of a core that a settled mock uses at most."""

TITLES = {
    "idle": "connect and send nothing",
    "slow": "send requests one byte at a time, 20 bytes a second",
    "non_reading": "request ten responses of 1.7 MB and read none",
    "resetting": "reset at any point of a request, 20 every 10 ms",
    "endless": "send chunks without an end",
    "control_api": "keep the worker threads busy with the control API",
}


@dataclass(frozen=True, slots=True)
class StressPlan:
    """Bad clients by behaviour, and how often and how long the good client is measured.

    With an even number of rounds, each of the two measurements of a round comes first equally
    often.
    """

    command: str
    clients: tuple[tuple[str, int], ...]
    rounds: int
    seconds: float


FULL = StressPlan(
    "make bench-stress",
    (
        *(("idle", 5_000), ("slow", 500), ("non_reading", 100)),
        *(("resetting", 20), ("endless", 50), ("control_api", 8)),
    ),
    rounds=8,
    seconds=0.5,
)
QUICK = StressPlan(
    "python -m bench.stress --quick",
    (
        *(("idle", 200), ("slow", 20), ("non_reading", 10)),
        *(("resetting", 20), ("endless", 5), ("control_api", 2)),
    ),
    rounds=1,
    seconds=0.1,
)


@dataclass(slots=True)
class Impact:
    """Results of the client alone and beside bad clients.

    `cpu_…` is the server's processor time for a response, `memory_…` its resident bytes.
    """

    behaviour: str
    number: int
    alone: list[LoadResult] = field(default_factory=list)
    beside: list[LoadResult] = field(default_factory=list)
    cpu_alone: list[float] = field(default_factory=list)
    cpu_beside: list[float] = field(default_factory=list)
    memory_alone: int = 0
    memory_beside: int = 0
    memory_after: int = 0

    def rate(self) -> Spread:
        """Return rate beside them / rate alone, round by round."""
        return ratios([each.rate for each in self.beside], [each.rate for each in self.alone])

    def cpu(self) -> Spread:
        """Return processor time of a response beside them / alone, round by round."""
        return ratios(self.cpu_beside, self.cpu_alone)

    def wrong(self) -> int:
        """Return how many responses were wrong or missing."""
        return sum(sum(each.wrong.values()) for each in (*self.alone, *self.beside))


@dataclass(slots=True)
class _Measuring:
    """The measured client and its server."""

    server: Server
    generator: Generator
    plan: StressPlan
    impact: Impact

    def alone(self) -> None:
        """Measure the client alone."""
        self._measure(self.impact.alone, self.impact.cpu_alone)
        self.impact.memory_alone = self.impact.memory_alone or self.server.memory() or 0

    def beside(self) -> None:
        """Measure the client beside bad clients."""
        impact = self.impact
        with bad_clients(impact.behaviour, self.server.port, impact.number):
            if impact.behaviour in INACTIVE:
                settle(self.server)
            self._measure(impact.beside, impact.cpu_beside)
            impact.memory_beside = max(impact.memory_beside, self.server.memory() or 0)

    def _measure(self, results: list[LoadResult], cpu: list[float]) -> None:
        before = self.server.cpu_seconds() or 0.0
        job = self.server.job(Load(MAIN, CONNECTIONS, self.plan.seconds))
        result = self.generator.run(job)
        used = (self.server.cpu_seconds() or 0.0) - before
        results.append(result)
        cpu.append(used / max(1, result.checked) * 1e6 or 1.0)


def measure_impact(
    behaviour: str, number: int, generator: Generator, plan: StressPlan, logs: Path
) -> Impact:
    """Measure the client alone and beside bad clients, in changing order."""
    print_progress(f"{behaviour}: {number:,} connections")
    impact = Impact(behaviour, number)
    with running(QUIET, logs) as server:
        server.wait()
        generator.run(server.job(Load(MAIN, CONNECTIONS, 60.0, WARM_UP)))
        measuring = _Measuring(server, generator, plan, impact)
        for round_number in range(plan.rounds):
            for measure in rotate((measuring.alone, measuring.beside), round_number):
                settle(server)  # The server must have noticed that the bad clients are gone.
                measure()
        impact.memory_after = server.memory() or 0
    return impact


def settle(server: Server) -> None:
    """Wait until the server has finished its work."""
    until = time.monotonic() + SETTLE_TIMEOUT_SECONDS
    while time.monotonic() < until:
        before = server.cpu_seconds() or 0.0
        time.sleep(POLL_SECONDS)
        if (server.cpu_seconds() or 0.0) - before < MAX_SETTLED_SHARE * POLL_SECONDS:
            return


def report(impacts: Sequence[Impact], command: str) -> str:
    """Return the results as Markdown."""
    header = (
        *("bad clients", "connections", "rate, ratio", "processor time per response, ratio"),
        *("p99 alone, ms", "p99 beside, ms"),
        *("memory alone, MB", "beside, MB", "after, MB", "wrong responses"),
    )
    return "\n\n".join(
        [
            f"`{command}`, {description()}.",
            METHOD,
            table(header, map(_row, impacts)),
        ]
    )


def _row(impact: Impact) -> tuple[str, ...]:
    alone, beside = (spread([r.p99 for r in each]) for each in (impact.alone, impact.beside))
    memory = (impact.memory_alone, impact.memory_beside, impact.memory_after)
    return (
        TITLES[impact.behaviour],
        f"{impact.number:,}",
        *(str(impact.rate()), str(impact.cpu())),
        *(f"{each.median:.1f}" for each in (alone, beside)),
        *(f"{each / MEGABYTE:.0f}" for each in memory),
        str(impact.wrong()),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; with `--write`, write the page; return 1 if a response was wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.stress", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure very briefly, for a test")
    parser.add_argument("--write", action="store_true", help=f"also write docs/{PAGE.name}")
    parser.add_argument("--folder", type=Path, default=ROOT / ".bench", help="folder of the logs")
    options = parser.parse_args(arguments)
    plan = QUICK if options.quick else FULL
    logs = options.folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with load_generator() as generator:
        impacts = [measure_impact(*each, generator, plan, logs) for each in plan.clients]
    text = report(impacts, plan.command)
    print(text)
    if options.write:
        write_last_run(PAGE, text)
    return 1 if any(impact.wrong() for impact in impacts) else 0


if __name__ == "__main__":
    sys.exit(main())
