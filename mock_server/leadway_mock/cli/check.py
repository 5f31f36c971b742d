"""`leadway mock check FILE…`: check dialogues and agents files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leadway_command import CommandParser, print_line
from leadway_mock.agents.file.loader import AgentsFileError, agents_file_warnings, load_agents
from leadway_mock.cli.options import FAILED, OK, print_error
from leadway_mock.contract.loader import load_contract
from leadway_mock.dialogues import Dialogue, DialogueError
from leadway_mock.dialogues.lint import check_faults, conflict_warnings, warnings_of
from leadway_mock.dialogues.loading.files import dialogue_files, is_agents_file, read_files
from leadway_mock.documents.problems import Problem, ProblemsError
from leadway_mock.util.printable_text import count_text


@dataclass(slots=True)
class Report:
    """Errors, warnings and counts of all files."""

    errors: list[ProblemsError] = field(default_factory=list)
    warnings: list[tuple[str, Problem]] = field(default_factory=list)
    dialogues: list[Dialogue] = field(default_factory=list)
    agents_files: int = 0

    def lines(self) -> Iterator[str]:
        """Yield each problem as `file:line:column: message — hint`."""
        yield from map(str, self.errors)
        for file, (position, message, hint) in self.warnings:
            yield f"{file}:{position}: warning: {message} — {hint}"

    def summary(self) -> str:
        """Return one line with all counts."""
        turns = sum(len(each.turns) for each in self.dialogues)
        counts = [count_text(len(self.dialogues), "dialogue"), count_text(turns, "turn")]
        if self.agents_files:
            counts.append(count_text(self.agents_files, "agents file"))
        problems = sum(len(error.problems) for error in self.errors)
        totals = f"{count_text(problems, 'error')}, {count_text(len(self.warnings), 'warning')}"
        return f"{', '.join(counts)}: {totals}"


def main(arguments: Sequence[str]) -> int:
    """Check the files named in `arguments`; return 1 if one has an error, 2 for bad usage."""
    parser = CommandParser(
        prog="leadway mock check",
        description="Check dialogues and agents files; print each problem with a hint.",
        epilog="Exit codes: 0 without errors, 1 with errors, 2 for wrong usage.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or a folder of dialogues")
    parser.add_argument("--strict", action="store_true", help="treat warnings as errors")
    options = parser.parse_args(arguments)
    report = check(map(Path, options.files))
    for line in report.lines():
        print_error("", line)
    print_line(report.summary())
    return FAILED if report.errors or (options.strict and report.warnings) else OK


def check(paths: Iterable[Path]) -> Report:
    """Check the dialogues and agents files at `paths`, which may be folders."""
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
    for file in agents:
        try:
            load_agents(file)
            report.agents_files += 1
            report.warnings += [(str(file), each) for each in agents_file_warnings(file)]
        except AgentsFileError as error:
            report.errors.append(error)
    contract = load_contract()
    for dialogue in report.dialogues:
        try:
            check_faults(dialogue, contract)
        except DialogueError as error:
            report.errors.append(error)
        report.warnings += [(dialogue.file, each) for each in warnings_of(dialogue)]
    report.warnings += [
        (dialogue.file, problem) for dialogue, problem in conflict_warnings(report.dialogues)
    ]
    report.warnings.sort()
    return report
