"""`leadway drift SPEC…`: compare the contract with the vendor's OpenAPI files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from leadway_command import CommandParser, print_line
from leadway_mock.cli.options import FAILED, OK, print_error
from leadway_mock.contract.loader import contract_file
from leadway_mock.recording.accepted_entries import AcceptanceError
from leadway_mock.recording.spec_comparison import Difference, Kind, compare, shared_families
from leadway_mock.recording.spec_files import SpecError, read_operations
from leadway_mock.recording.triage import Triage, read_triage, shipped_triage
from leadway_mock.util.printable_text import short_lines

COULD_NOT_LOOK = 3
"""Exit code where nothing was compared, which is not the same as no difference."""

EPILOG = (
    "Breaking: a request that the contract allows may be rejected, or a response may be one that"
    " it does not describe. Additive: neither. Words: texts that are not reviewed yet.\n"
    "Exit codes: 0 every difference is triaged, 1 some are not, 2 wrong usage, 3 a file could not"
    " be compared."
)


@dataclass(slots=True)
class DriftReport:
    """What is new in the files, and what is wrong with the triage."""

    compared: int = 0
    total: int = 0
    new: list[Difference] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    """Compare the files named in `arguments`; see `EPILOG` for the exit codes."""
    options = _parser().parse_args(arguments)
    try:
        triage = read_triage(options.triage)
        report = compare_files(options.files, options.contract, triage, write=options.write)
        if options.write:
            options.triage.write_text(triage.to_yaml(), "utf-8")
    except (SpecError, AcceptanceError, OSError) as error:
        print_error("leadway drift: could not look", str(error))
        return COULD_NOT_LOOK
    if options.json:
        print_line(json.dumps(_as_json(report), ensure_ascii=False, indent=2))
    else:
        _print(report)
    return FAILED if report.new or report.problems else OK


def compare_files(
    files: Sequence[Path], contract: Path, triage: Triage, *, write: bool = False
) -> DriftReport:
    """Return what is new in the files; with `write`, add it to the triage.

    Raises `SpecError` if one of them cannot be compared.
    """
    ours, report = read_operations(contract), DriftReport()
    for file in files:
        theirs = read_operations(file)
        if not shared_families(ours, theirs):
            raise SpecError(f"{file}: has no path of the contract, so nothing can be compared.")
        try:
            differences = compare(ours, theirs)
            new = [*triage.new(differences), *triage.new_words(theirs)]
        except (AttributeError, TypeError, ValueError) as error:  # A list for an object, and so on.
            raise SpecError(f"{file}: is no valid OpenAPI document: {error}.") from error
        report.compared += len(theirs)
        report.total += len(differences)
        report.new += [each for each in new if each not in report.new]
        if write:
            triage.add(triage.new(differences))
            triage.read_words(theirs)
    report.problems = triage.problems()
    return report


def _print(report: DriftReport) -> None:
    report.new.sort(key=lambda each: each.operation)
    for operation, differences in groupby(report.new, key=lambda each: each.operation):
        print_line(short_lines(operation))
        for each in differences:
            values = f" (contract: {each.ours or 'nothing'}; file: {each.theirs or 'nothing'})"
            shown = values if each.ours or each.theirs else ""
            line = f"{each.kind.value:<8}  {each.pointer or 'the operation'} {each.what}{shown}"
            print_line(f"  {short_lines(line)}")
    for problem in report.problems:
        print_line(f"triage: an entry {short_lines(problem)}")
    counts = ", ".join(
        f"{sum(each.kind is kind for each in report.new)} {kind.value}" for kind in Kind
    )
    differing = sum(each.kind is not Kind.WORDS for each in report.new)
    print_line(
        f"{report.compared} operations compared. New: {counts}. "
        f"Other differences, all triaged: {report.total - differing}."
    )


def _as_json(report: DriftReport) -> dict[str, object]:
    return {
        "compared": report.compared,
        "new": [
            {
                "operation": each.operation,
                "pointer": each.pointer,
                "kind": each.kind.value,
                "what": each.what,
                "contract": each.ours,
                "file": each.theirs,
            }
            for each in report.new
        ],
        "problems": report.problems,
    }


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog="leadway drift",
        description="Compare the contract with OpenAPI files of the vendor, offline.",
        epilog=EPILOG,
    )
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="SPEC", help="an OpenAPI file")
    text = "which differences are accepted, and why; by default what is known"
    add("--triage", type=Path, default=shipped_triage(), metavar="FILE", help=text)
    text = "what to compare with; by default the contract of this package"
    add("--contract", type=Path, default=contract_file(), metavar="FILE", help=text)
    text = "add what is new to the triage, for you to write the reasons"
    add("--write", action="store_true", help=text)
    add("--json", action="store_true", help="print JSON")
    return parser
