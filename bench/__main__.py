"""Measure the mock beside its alternatives:  .venv/bin/python -m bench [--only NAMES].

With `--baseline`, the mock of another checkout is measured in the same rounds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.growth import long_conversation, many_sessions, measure_growth
from bench.report import report, summary
from bench.rounds import FULL, QUICK, measure_targets
from bench.tables import DOCS, ROOT, write_last_run
from bench.targets import BASE, QUIET, all_targets

PAGE = DOCS / "performance.md"
RECORD = ROOT / "bench" / "last-run.md"
GROWTH = "growth"
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the report; with `--write`, also write it to the file and the page."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.write and (options.quick or options.only):
        parser.error("--write needs a complete run, without --quick and --only")
    if options.baseline and not (options.baseline / "mock_server").is_dir():
        parser.error(f"--baseline must be a checkout of this repository, not {options.baseline}")
    plan = QUICK if options.quick else FULL
    targets = all_targets(options.baseline, plan.dialogues)
    names = options.only or [*targets, GROWTH]
    unknown = [name for name in names if name not in {*targets, GROWTH}]
    if unknown:
        parser.error(f"--only: {unknown[0]!r} must be one of {', '.join([*targets, GROWTH])}")
    chosen = [
        target
        for name, target in targets.items()
        # All are compared with the first one, and each of the baseline with its own.
        if {name, name.removeprefix(BASE)} & {QUIET, *names}
    ]
    options.logs.mkdir(parents=True, exist_ok=True)
    try:
        results = measure_targets(chosen, plan, options.logs)
        if GROWTH in names:
            rounds, calls = plan.growth_rounds, plan.growth_calls
            results.sessions = measure_growth(many_sessions, plan.sessions, rounds, calls)
            results.turns = measure_growth(long_conversation, plan.turns, rounds, calls)
    except KeyboardInterrupt:
        return INTERRUPTED
    command = "python -m bench --quick" if options.quick else "make bench"
    text = report(results, command=command, plan=str(plan))
    print(text)
    if options.write:
        RECORD.write_text(f"# Last run of `make bench`\n\n{text}\n", "utf-8")
        write_last_run(PAGE, summary(results, command=command, plan=str(plan)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only",
        type=lambda text: [name for name in text.split(",") if name],
        metavar="NAMES",
        help="measure some targets, separated by commas",
    )
    parser.add_argument("--baseline", type=Path, help="another checkout to compare the mock with")
    parser.add_argument("--quick", action="store_true", help="measure very briefly, for a test")
    parser.add_argument(
        "--write",
        action="store_true",
        help="also write bench/last-run.md, and its summary to docs/performance.md",
    )
    parser.add_argument(
        "--logs", type=Path, default=ROOT / ".bench", help="folder for the logs of the servers"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
