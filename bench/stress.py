"""Measure a client beside badly behaved ones:  python -m bench.stress [--quick] [--write].

In each round the client is measured alone and beside them. tests/stress shows that no response is
wrong and nothing is lost; this shows what the well-behaved client notices.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from bench.bad_clients import bad_clients
from bench.load_generator import Generator, load_generator
from bench.servers import Sample, Server, run_target
from bench.system import description, print_progress
from bench.tables import DOCS, ROOT, Spread, ratios, rotate, spread, table, write_last_run
from bench.targets import QUIET, all_targets
from bench.workloads import HEADLINE

PAGE = DOCS / "reliability.md"
CONNECTIONS = 4
CASE = HEADLINE, CONNECTIONS
WARM_UP = 3_000
SETTLE_TIMEOUT_SECONDS = 20.0
POLL_SECONDS = 0.2
MAX_SETTLED_SHARE = 0.2
"""Share of a core that a settled mock uses at most."""

METHOD = (
    f"A client with {CONNECTIONS} connections sends first messages, in each round alone and beside "
    "the bad clients. Ratios are beside / alone: median (minimum…maximum)."
)
INACTIVE = frozenset({"idle", "non_reading"})
"""Behaviours that send nothing more after their start."""

CLIENTS = {
    "idle": (5_000, "connect and send nothing"),
    "slow": (500, "send requests one byte at a time, 20 bytes a second"),
    "non_reading": (100, "request ten responses of 1.7 MB and read none"),
    "resetting": (20, "reset at any point of a request, 20 every 10 ms"),
    "endless": (50, "send chunks without an end"),
    "control_api": (8, "request the contract from the control API in a loop"),
    "journal": (8, "request 200 journal entries in a loop"),
}
"""Connections and title of each behaviour; a quick run has a tenth of the connections."""

ROUNDS, SECONDS = 8, 0.5
"""With an even number of rounds, each of the two measurements comes first equally often."""


@dataclass(slots=True)
class Impact:
    """Samples of the client alone and beside bad clients; `memory_…` are the server's bytes."""

    behaviour: str
    number: int
    alone: list[Sample] = field(default_factory=list)
    beside: list[Sample] = field(default_factory=list)
    memory_alone: int = 0
    memory_beside: int = 0
    memory_after: int = 0

    def measure(self, server: Server, generator: Generator, seconds: float, *, alone: bool) -> None:
        """Measure the client once, alone or beside bad clients."""
        settle(server)  # The server must have noticed that the bad clients are gone.
        port, number = server.port, self.number
        with nullcontext() if alone else bad_clients(self.behaviour, port, number):
            if not alone and self.behaviour in INACTIVE:
                settle(server)
            sample = server.measure(generator, CASE, seconds)
            memory = server.memory() or 0
        if alone:
            self.alone.append(sample)
            self.memory_alone = self.memory_alone or memory
        else:
            self.beside.append(sample)
            self.memory_beside = max(self.memory_beside, memory)

    def ratio(self, value: str) -> Spread:
        """Return `rate` or `cpu` beside them / alone, round by round."""
        beside, alone = ([each.value(value) for each in x] for x in (self.beside, self.alone))
        return ratios(beside, [each or 1.0 for each in alone])

    def wrong(self) -> int:
        """Return how many responses were wrong or missing."""
        return sum(sum(each.result.wrong.values()) for each in (*self.alone, *self.beside))


def measure_impact(
    impact: Impact, generator: Generator, rounds: int, seconds: float, logs: Path
) -> Impact:
    """Measure the client alone and beside bad clients, in changing order."""
    print_progress(f"{impact.behaviour}: {impact.number:,} connections")
    with run_target(all_targets()[QUIET], logs) as server:
        server.wait()
        server.measure(generator, CASE, 60.0, WARM_UP)
        for number in range(rounds):
            for alone in rotate((True, False), number):
                impact.measure(server, generator, seconds, alone=alone)
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
    rows = table(header, map(_row, impacts))
    return "\n\n".join([f"`{command}`, {description()}.", METHOD, rows])


def _row(impact: Impact) -> tuple[str, ...]:
    p99 = (spread([each.result.p99 for each in x]).median for x in (impact.alone, impact.beside))
    memory = (impact.memory_alone, impact.memory_beside, impact.memory_after)
    return (
        CLIENTS[impact.behaviour][1],
        f"{impact.number:,}",
        str(impact.ratio("rate")),
        str(impact.ratio("cpu")),
        *(f"{each:.1f}" for each in p99),
        *(f"{each / 1e6:.0f}" for each in memory),
        str(impact.wrong()),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; with `--write`, write the page; return 1 if a response was wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.stress", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure very briefly, for a test")
    parser.add_argument("--write", action="store_true", help=f"also write docs/{PAGE.name}")
    parser.add_argument("--logs", type=Path, default=ROOT / ".bench", help="folder of the logs")
    options = parser.parse_args(arguments)
    rounds, seconds, share = (1, 0.1, 10) if options.quick else (ROUNDS, SECONDS, 1)
    command = "python -m bench.stress --quick" if options.quick else "make bench-stress"
    options.logs.mkdir(parents=True, exist_ok=True)
    with load_generator() as generator:
        plan = (generator, rounds, seconds, options.logs)
        impacts = [
            measure_impact(Impact(behaviour, max(2, number // share)), *plan)
            for behaviour, (number, _) in CLIENTS.items()
        ]
    text = report(impacts, command)
    print(text)
    if options.write:
        write_last_run(PAGE, text)
    return 1 if any(impact.wrong() for impact in impacts) else 0


if __name__ == "__main__":
    sys.exit(main())
