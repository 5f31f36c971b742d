"""Measure what a turn costs, and what that comes to:  .venv/bin/python -m bench.scale [--write].

It takes about two minutes, and its part of docs/scale.md is written anew with --write.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.load.process import LoadError, generating
from bench.scale.measuring import measured
from bench.scale.plan import FULL, QUICK, Plan
from bench.scale.report import report, write
from bench.scale.unit_costs import unit_costs
from bench.servers import StartError

COMMAND = "python -m bench.scale"
FAILURES = (StartError, LoadError, OSError, RuntimeError)
"""A mock, the load, what the system does not tell, and a Redis that did not start."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; with `--write`, put it into the page, too."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--quick", action="store_true", help="all of it, with no time to spare")
    parser.add_argument("--write", action="store_true", help="put the report into the docs, too")
    told = parser.parse_args(arguments)
    plan, command = (QUICK, f"{COMMAND} --quick") if told.quick else (FULL, "make bench-scale")
    try:
        found = measured_report(plan, command)
    except FAILURES as error:
        print(f"Nothing is written, for something could not be measured: {error}", file=sys.stderr)
        return 1
    print(found)
    if told.write:
        write(found)
    return 0


def measured_report(plan: Plan, command: str) -> str:
    """Measure everything, and return what was found as Markdown; raises one of `FAILURES`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as logs, generating() as generator:
        cases = measured(plan, generator, Path(logs))
    return report(unit_costs(cases, plan), cases, plan, command)


if __name__ == "__main__":
    sys.exit(main())
