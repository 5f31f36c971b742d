"""Measure the mock beside its alternatives:  .venv/bin/python -m bench [--quick] [--only prism].

The results are saved, so that `--only` can measure some targets again and keep the others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.markdown import DOCS, write_last_run
from bench.measurements.growth import long_conversation, many_sessions, measure_growth
from bench.measurements.plan import FULL, QUICK, Plan
from bench.measurements.rounds import measure_targets, select_targets
from bench.report import report
from bench.results import load, merge, save
from bench.targets import ROOT, TARGETS

PAGE = DOCS / "performance.md"
GROWTH = "growth"
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the report, and with `--write` put it into docs/performance.md."""
    options = _parser().parse_args(arguments)
    plan = QUICK if options.quick else FULL
    saved, logs = options.folder / "results.json", options.folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    if not options.report:
        try:
            _measure(options.only, plan, saved, logs)
        except KeyboardInterrupt:
            print(f"Interrupted. Complete measurements are saved in {saved}.", file=sys.stderr)
            return INTERRUPTED
    results = load(saved, plan.name)
    if results is None:
        print(f"{saved} has no results of this plan. Run without --report.", file=sys.stderr)
        return 1
    command = "make bench" if plan is FULL else "python -m bench --quick"
    text = report(results, command=command, plan=str(plan))
    print(text)
    if options.write:
        write_last_run(PAGE, text)
    return 0


def _measure(names: Sequence[str], plan: Plan, saved: Path, logs: Path) -> None:
    results = measure_targets(select_targets(names), plan, logs)
    save(merge(load(saved, plan.name), results), saved)
    if GROWTH in names:
        results.sessions = measure_growth(many_sessions, plan.sessions, plan)
        results.turns = measure_growth(long_conversation, plan.turns, plan)
        save(merge(load(saved, plan.name), results), saved)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = ",".join([*TARGETS, GROWTH])
    parser.add_argument(
        "--only", type=_names, default=_names(names), metavar="NAMES", help=f"some of {names}"
    )
    parser.add_argument("--quick", action="store_true", help="measure very briefly, for a test")
    parser.add_argument("--report", action="store_true", help="report saved results only")
    parser.add_argument("--write", action="store_true", help="also write docs/performance.md")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / ".bench", help="folder of results and logs"
    )
    return parser


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = [*TARGETS, GROWTH]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} must be one of {', '.join(known)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
