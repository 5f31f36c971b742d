"""Conformance report and coverage as text for a terminal, wrapped to its width."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

from leadway_mock.conformance.coverage import Coverage, OperationCoverage
from leadway_mock.conformance.findings import ConformanceReport, Finding, Occurrence
from leadway_mock.conformance.rules import Severity

MIN_COLUMNS, MAX_COLUMNS = 40, 100
"""Limits of the line length, whatever the terminal's width."""


def report_text(report: ConformanceReport, width: int | None = None) -> str:
    """Return `report` as text, in lines of at most `width` (the terminal's by default)."""
    columns = _columns(width)
    parts = [_wrap(_headline(report), columns)]
    parts += [_finding_text(finding, columns) for finding in report.findings]
    return "\n\n".join(parts)


def coverage_text(coverage: Coverage, width: int | None = None) -> str:
    """Return `coverage` as text, in lines of at most `width` (the terminal's by default)."""
    columns = _columns(width)
    parts = [_operation_text(each, columns) for each in coverage.operations]
    if coverage.undocumented:
        listed = ", ".join(
            f"{each.status} {each.rule} ({each.hits})" for each in coverage.undocumented
        )
        parts.append(_wrap(f"Undocumented: {listed}.", columns))
    return "\n\n".join(parts)


def _columns(width: int | None) -> int:
    columns = shutil.get_terminal_size().columns if width is None else width
    return min(max(columns, MIN_COLUMNS), MAX_COLUMNS)


def _headline(report: ConformanceReport) -> str:
    requests = _count(report.requests, "request")
    errors = sum(each.severity is Severity.ERROR for each in report.findings)
    warnings = len(report.findings) - errors
    outcome = "failed" if errors else "passed"
    counts = [_count(errors, "error")] * bool(errors) + [_count(warnings, "warning")] * bool(
        warnings
    )
    return f"Conformance {outcome}: {' and '.join(counts) or 'no finding'} in {requests}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _finding_text(finding: Finding, columns: int) -> str:
    times = f", {finding.count} times" if finding.count > 1 else ""
    lines = [
        f"{finding.id} ({finding.severity}{times})",
        _wrap(finding.rule.summary, columns, "  "),
        *(_wrap(_occurrence_text(each), columns, "  seen: ") for each in finding.occurrences),
    ]
    more = finding.count - len(finding.occurrences)
    if more:
        lines.append(f"        and {more} more")
    return "\n".join([*lines, _wrap(finding.hint, columns, "  hint: ")])


def _occurrence_text(occurrence: Occurrence) -> str:
    numbers = ", ".join(map(str, occurrence.journal_entries))
    where = f"{occurrence.where}: " if occurrence.where else ""
    return f"{where}{occurrence.text} [journal {numbers}]"


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
    return "\n".join([*lines, *(_evidence_lines(operation, columns) if hits else ())])


def _evidence_lines(operation: OperationCoverage, columns: int) -> Iterator[str]:
    for level, (hits, missed) in operation.by_evidence.items():
        yield f"  {level}: {len(hits)} of {len(hits) + len(missed)}"
        if hits:
            listed = ", ".join(f"{each.status} {each.rule} ({each.hits})" for each in hits)
            yield _wrap(listed, columns, "    hit:    ")
        if missed:
            listed = ", ".join(f"{each.status} {each.rule}" for each in missed)
            yield _wrap(listed, columns, "    missed: ")
