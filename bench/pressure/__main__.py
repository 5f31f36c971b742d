"""Press the mock, and tell what it did:  .venv/bin/python -m bench.pressure [--quick] [--write]."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contenders.places import ROOT
from bench.load.process import generating
from bench.pages import DOCS, write_last_run
from bench.pressure.crowds import Pairs, press
from bench.pressure.endings import full_disk, sigterm
from bench.pressure.hour import hour
from bench.pressure.page import Found, report, verdicts

PAGE = DOCS / "reliability.md"


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard the mock is pressed, and how long each part takes in seconds."""

    command: str
    crowds: tuple[tuple[str, int], ...]
    rounds: int
    seconds: float
    requests: int
    sessions: int
    talk: float


FULL = Plan(
    "make bench-pressure",
    (("silent", 5_000), ("drip", 500), ("deaf", 100), ("leave", 20), ("endless", 50), ("ask", 8)),
    rounds=8,
    seconds=0.5,
    requests=360_000,
    sessions=10_000,
    talk=2.0,
)
QUICK = Plan(
    "python -m bench.pressure --quick",
    (("silent", 200), ("drip", 20), ("deaf", 10), ("leave", 20), ("endless", 5), ("ask", 2)),
    rounds=1,
    seconds=0.1,
    requests=4_000,
    sessions=200,
    talk=0.2,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Press, print the report, and with `--write` put it into the docs; 1 where something broke."""
    parser = argparse.ArgumentParser(prog="python -m bench.pressure", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="all of it, with no time to spare")
    parser.add_argument("--write", action="store_true", help="put the report into the docs, too")
    parser.add_argument("--keep", type=Path, default=ROOT / ".bench", help="folder of the logs")
    told = parser.parse_args(arguments)
    plan = QUICK if told.quick else FULL
    found = pressed(plan, told.keep / "logs")
    text = report(found, plan.command)
    print(text)
    if told.write:
        write_last_run(PAGE, text)
    return 0 if all(holds for _, holds in verdicts(found)) else 1


def pressed(plan: Plan, logs: Path) -> Found:
    """Press the mock by `plan`, with what it logs in the folder `logs`."""
    logs.mkdir(parents=True, exist_ok=True)
    found = Found()
    pairs = Pairs(plan.rounds, plan.seconds, logs)
    with generating() as generator:
        found.pressed = [press(*each, generator, pairs) for each in plan.crowds]
    found.hour = hour(plan.requests, plan.sessions)
    found.stopped = sigterm(plan.talk, logs)
    found.full = full_disk(plan.talk, logs)
    return found


if __name__ == "__main__":
    sys.exit(main())
