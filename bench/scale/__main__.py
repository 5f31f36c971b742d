"""Measure what a turn costs, and what that comes to:  .venv/bin/python -m bench.scale [--write].

It takes about two minutes, and its part of docs/scale.md is written anew with --write.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.load.process import generating
from bench.scale.measuring import measured
from bench.scale.plan import FULL, QUICK
from bench.scale.report import report, write
from bench.scale.unit_costs import unit_costs


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; with `--write`, put it into the page, too."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="all of it, with no time to spare")
    parser.add_argument("--write", action="store_true", help="put the report into the docs, too")
    told = parser.parse_args(arguments)
    plan = QUICK if told.quick else FULL
    with tempfile.TemporaryDirectory(prefix="bench-") as logs, generating() as generator:
        cases = measured(plan, generator, Path(logs))
    costs = unit_costs(cases, plan)
    command = "python -m bench.scale --quick" if told.quick else "make bench-scale"
    found = report(costs, cases, plan, command)
    print(found)
    if told.write:
        write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
