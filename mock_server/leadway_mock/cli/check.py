"""`leadway mock check FILE…`: says what is wrong with dialogues and agents files, and where."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leadway_mock.agents.file.loader import AgentsFileError, load_agents
from leadway_mock.contract.loader import load_contract
from leadway_mock.dialogues import Dialogue, DialogueError
from leadway_mock.dialogues.lint import check_faults, conflict_warnings, warnings_of
from leadway_mock.dialogues.loading.files import dialogue_files, is_agents_file, read_files
from leadway_mock.documents.problems import Problem, ProblemsError

OK, WRONG, USAGE_ERROR = 0, 1, 2


@dataclass(slots=True)
class Report:
    """What was found in all files."""

    errors: list[ProblemsError] = field(default_factory=list)
    warnings: list[tuple[str, Problem]] = field(default_factory=list)
    dialogues: list[Dialogue] = field(default_factory=list)
    agents_files: int = 0

    def lines(self) -> Iterator[str]:
        """Yield each finding as `file:line:column: what — mend`."""
        yield from map(str, self.errors)
        for file, (position, what, mend) in self.warnings:
            yield f"{file}:{position}: warning: {what} — {mend}"

    def summary(self) -> str:
        """Return one line that counts everything."""
        turns = sum(len(each.turns) for each in self.dialogues)
        told = [_count(len(self.dialogues), "dialogue"), _count(turns, "turn")]
        if self.agents_files:
            told.append(_count(self.agents_files, "agents file"))
        problems = sum(len(error.problems) for error in self.errors)
        found = f"{_count(problems, 'error')}, {_count(len(self.warnings), 'warning')}"
        return f"{', '.join(told)}: {found}"


def main(arguments: Sequence[str]) -> int:
    """Check the files that `arguments` name; return 1 if one is wrong, or 2 for bad usage."""
    options = _parser().parse_args(arguments)
    report = check(map(Path, options.files))
    for line in report.lines():
        print(line, file=sys.stderr)  # noqa: T201 - what a command says
    print(report.summary())  # noqa: T201 - the same
    return WRONG if report.errors or (options.strict and report.warnings) else OK


def check(paths: Iterable[Path]) -> Report:
    """Return what is to be said of the dialogues and agents files at `paths`, folders included."""
    report = Report()
    files: list[Path] = []
    for path in paths:
        try:
            files += [path] if path.is_file() else dialogue_files(path)
        except DialogueError as error:
            report.errors.append(error)
    agents = [file for file in files if is_agents_file(file)]
    report.dialogues, errors = read_files([file for file in files if file not in agents])
    report.errors += errors
    _check_agents(report, agents)
    _check_dialogues(report)
    return report


def _check_agents(report: Report, files: Iterable[Path]) -> None:
    for file in files:
        try:
            load_agents(file)
        except AgentsFileError as error:
            report.errors.append(error)
        else:
            report.agents_files += 1


def _check_dialogues(report: Report) -> None:
    contract = load_contract()
    for dialogue in report.dialogues:
        try:
            check_faults(dialogue, contract)
        except DialogueError as error:
            report.errors.append(error)
        report.warnings += [(dialogue.file, each) for each in warnings_of(dialogue)]
    report.warnings += [
        (each.file, problem) for each, problem in conflict_warnings(report.dialogues)
    ]
    report.warnings.sort()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="leadway mock check",
        description="Say what is wrong with dialogues and agents files: where, and how to mend it.",
        epilog="The exit code is 0 for good files, 1 for bad ones, 2 for a command that is none.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or a folder of dialogues")
    parser.add_argument("--strict", action="store_true", help="take warnings for errors")
    return parser
