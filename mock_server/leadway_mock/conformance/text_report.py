"""Conformance report and coverage as text for a terminal, and as an assertion."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable

from leadway_mock.conformance.coverage import Coverage, OperationCoverage, Outcome
from leadway_mock.conformance.report import ConformanceReport, Finding, Severity, evaluate
from leadway_mock.conformance.session_detectors import IDLE_SECONDS
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.util.printable_text import count_text

MIN_COLUMNS, MAX_COLUMNS = 40, 100
"""Limits of the line length, whatever the terminal's width."""


def report_text(report: ConformanceReport, width: int | None = None) -> str:
    """Return `report` as text, in lines of at most `width` (the terminal's by default)."""
    columns = _columns(width)
    parts = [_wrap(_headline(report), columns)]
    parts += [_finding_text(finding, columns) for finding in report.findings]
    return "\n\n".join(parts)


def assert_conformant(
    entries: Iterable[JournalEntry],
    *,
    allow: Iterable[str] = (),
    idle_seconds: float = IDLE_SECONDS,
    where: str = "",
) -> None:
    """Raise `AssertionError` with the whole report if it contains an error; warnings alone pass.

    The arguments are those of `evaluate`.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, which is where the cause is.
    report = evaluate(entries, allow=allow, idle_seconds=idle_seconds, where=where)
    if not report.passed:
        raise AssertionError(error_text(report))


def error_text(report: ConformanceReport) -> str:
    """Return the report of an `AssertionError`: its first line is the first error."""
    first = next(each for each in report.findings if each.severity is Severity.ERROR)
    return f"{first.id}: {first.occurrences[0].text}\n\n{report_text(report)}"


def coverage_text(coverage: Coverage, width: int | None = None) -> str:
    """Return `coverage` as text, in lines of at most `width` (the terminal's by default)."""
    columns = _columns(width)
    parts = [_operation_text(each, columns) for each in coverage.operations]
    if coverage.undocumented:
        parts.append(_wrap(f"Undocumented: {_outcome_texts(coverage.undocumented)}.", columns))
    return "\n\n".join(parts)


def _columns(width: int | None) -> int:
    columns = shutil.get_terminal_size().columns if width is None else width
    return min(max(columns, MIN_COLUMNS), MAX_COLUMNS)


def _headline(report: ConformanceReport) -> str:
    errors = sum(each.severity is Severity.ERROR for each in report.findings)
    numbers = {"error": errors, "warning": len(report.findings) - errors}
    counts = [count_text(number, noun) for noun, number in numbers.items() if number]
    outcome = "failed" if errors else "passed"
    requests = count_text(report.requests, "request")
    return f"Conformance {outcome}: {' and '.join(counts) or 'no finding'} in {requests}."


def _finding_text(finding: Finding, columns: int) -> str:
    times = f", {finding.count} times" if finding.count > 1 else ""
    lines = [
        f"{finding.id} ({finding.severity}{times})",
        _wrap(finding.rule.summary, columns, "  "),
    ]
    for each in finding.occurrences:
        numbers = ", ".join(map(str, each.journal_entries))
        where = f"{each.where}: " if each.where else ""
        lines.append(_wrap(f"{where}{each.text} [journal {numbers}]", columns, "  seen: "))
    more = finding.count - len(finding.occurrences)
    if more:
        lines.append(f"        and {more} more")
    return "\n".join([*lines, _wrap(finding.hint, columns, "  hint: ")])


def _wrap(text: str, columns: int, first: str = "") -> str:
    return textwrap.fill(
        text,
        columns,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_on_hyphens=False,
    )


def _operation_text(operation: OperationCoverage, columns: int) -> str:
    hits, total = len(operation.hits), len(operation.outcomes)
    lines = [_wrap(f"{operation.id}: {hits} of {total} outcomes of the contract hit", columns)]
    # The missed outcomes of an operation without requests would hide those of the others.
    for level, (hit, missed) in operation.by_evidence.items() if hits else ():
        lines.append(f"  {level}: {len(hit)} of {len(hit) + len(missed)}")
        if hit:
            lines.append(_wrap(_outcome_texts(hit), columns, "    hit:    "))
        if missed:
            listed = ", ".join(f"{each.status} {each.rule}" for each in missed)
            lines.append(_wrap(listed, columns, "    missed: "))
    return "\n".join(lines)


def _outcome_texts(outcomes: Iterable[Outcome]) -> str:
    return ", ".join(f"{each.status} {each.rule} ({each.hits})" for each in outcomes)
