"""Measure the mock beside its peers:  .venv/bin/python -m bench [--quick] [--only prism,flask].

What is found is kept in a file, so that `--only` measures some contenders again, beside the mock,
and leaves what is known of the others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.contenders import CONTENDERS
from bench.contenders.places import ROOT
from bench.measuring.plan import FULL, QUICK, Plan
from bench.measuring.run import chosen, run
from bench.report.page import report, write
from bench.results import load, merged, save

GROWTH = "growth"
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the report, and with `--write` put it into docs/performance.md."""
    told = _parser().parse_args(arguments)
    plan = QUICK if told.quick else FULL
    kept = told.keep / "results.json"
    logs = told.keep / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    if not told.report and not measured(told.only, plan, kept, logs):
        return INTERRUPTED
    results = load(kept, plan.name)
    if results is None:
        print(f"There are no results of that plan in {kept} to report.", file=sys.stderr)
        return 1
    command = "make bench" if plan is FULL else "python -m bench --quick"
    print(report(results, command=command, plan=str(plan)))
    if told.write:
        write(results, command=command, plan=str(plan))
    return 0


def measured(names: Sequence[str], plan: Plan, kept: Path, logs: Path) -> bool:
    """Measure and keep what is found; tell whether nobody stopped it."""
    try:
        for found in run(chosen(names), plan, logs, growth=GROWTH in names):
            save(merged(load(kept, plan.name), found), kept)
    except KeyboardInterrupt:
        print(f"Stopped. What was measured to its end is kept in {kept}.", file=sys.stderr)
        return False
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = ",".join([*CONTENDERS, GROWTH])
    parser.add_argument(
        "--only", type=_names, default=_names(names), metavar="NAMES", help=f"of {names}"
    )
    parser.add_argument("--quick", action="store_true", help="run all of it, with no time to spare")
    parser.add_argument(
        "--report", action="store_true", help="measure nothing, report what is kept"
    )
    parser.add_argument("--write", action="store_true", help="put the report into the docs, too")
    parser.add_argument(
        "--keep", type=Path, default=ROOT / ".bench", help="folder of results and logs"
    )
    return parser


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in CONTENDERS and name != GROWTH]
    if unknown:
        known = ", ".join([*CONTENDERS, GROWTH])
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {known}.")
    return names


if __name__ == "__main__":
    sys.exit(main())
