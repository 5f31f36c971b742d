"""Verdict and coverage as text for a terminal, wrapped to its width."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

from leadway_mock.conformance.coverage import Coverage, OperationCoverage
from leadway_mock.conformance.findings import ConformanceReport, Finding, Occurrence
from leadway_mock.conformance.rules import Severity

NARROWEST, WIDEST = 40, 100
"""Between these, text is read with ease, whatever the terminal's width."""


def report_text(verdict: ConformanceReport, width: int | None = None) -> str:
    """Return the report of `verdict`, in lines of at most `width` (the terminal's by default)."""
    columns = _columns(width)
    parts = [_wrapped(_headline(verdict), columns)]
    parts += [_finding(finding, columns) for finding in verdict.findings]
    return "\n\n".join(parts)


def coverage_text(coverage: Coverage, width: int | None = None) -> str:
    """Return which documented outcomes were met, and which never, in lines of at most `width`."""
    columns = _columns(width)
    parts = [_operation(each, columns) for each in coverage.operations]
    if coverage.undocumented:
        told = ", ".join(
            f"{each.status} {each.rule} ({each.hits})" for each in coverage.undocumented
        )
        parts.append(_wrapped(f"Besides: {told}.", columns))
    return "\n\n".join(parts)


def _columns(width: int | None) -> int:
    columns = shutil.get_terminal_size().columns if width is None else width
    return min(max(columns, NARROWEST), WIDEST)


def _headline(verdict: ConformanceReport) -> str:
    of = f"in {_counted(verdict.requests, 'request')}"
    if not verdict.findings:
        return f"The caller is well-behaved: no finding {of}."
    errors = sum(each.severity is Severity.ERROR for each in verdict.findings)
    warnings = len(verdict.findings) - errors
    if not errors:
        return f"The caller is well-behaved, with {_counted(warnings, 'warning')} {of}."
    also = f" and {_counted(warnings, 'warning')}" if warnings else ""
    return f"The caller should mend {_counted(errors, 'error')}{also}, seen {of}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _finding(finding: Finding, columns: int) -> str:
    times = f", {finding.count} times" if finding.count > 1 else ""
    lines = [
        f"{finding.id} ({finding.severity}{times})",
        _wrapped(finding.rule.summary, columns, "  "),
        *(_wrapped(_seen(seen), columns, "  seen: ") for seen in finding.occurrences),
    ]
    more = finding.count - len(finding.occurrences)
    if more:
        lines.append(f"        and {more} more")
    return "\n".join([*lines, _wrapped(finding.hint, columns, "  cure: ")])


def _seen(seen: Occurrence) -> str:
    numbers = ", ".join(map(str, seen.journal_entries))
    where = f"{seen.where}: " if seen.where else ""
    return f"{where}{seen.text} [journal {numbers}]"


def _wrapped(text: str, columns: int, first: str = "") -> str:
    return textwrap.fill(
        text,
        columns,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_on_hyphens=False,
    )


def _operation(operation: OperationCoverage, columns: int) -> str:
    met, every = len(operation.hits), len(operation.outcomes)
    lines = [_wrapped(f"{operation.id}: {met} of {every} outcomes of the contract met", columns)]
    # Every name of an operation that nobody has called would hide what is missing of the others.
    return "\n".join([*lines, *(_levels(operation, columns) if met else ())])


def _levels(operation: OperationCoverage, columns: int) -> Iterator[str]:
    for level, (met, never) in operation.by_evidence.items():
        yield f"  {level}: {len(met)} of {len(met) + len(never)}"
        if met:
            told = ", ".join(f"{each.status} {each.rule} ({each.hits})" for each in met)
            yield _wrapped(told, columns, "    met:   ")
        if never:
            told = ", ".join(f"{each.status} {each.rule}" for each in never)
            yield _wrapped(told, columns, "    never: ")
