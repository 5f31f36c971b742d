"""Conformance report: what a client of the API did wrong, from the journal alone.

Pure functions over journal entries, as `Journal.entries` returns them, oldest first. They read each
entry once, with bounded memory::

    report = evaluate(entries)                # ConformanceReport(requests, findings), .passed, .ids
    report_text(report, width=80)             # as text; the width is the terminal's by default
    report.to_json()                          # {"passed": …, "requests": …, "findings": […]}
    assert_conformant(entries)                # AssertionError with the report, if there is an error

    covered = coverage(entries, contract)     # which documented outcomes occurred, which did not
    coverage_text(covered); covered.to_json()

`evaluate` and `assert_conformant` take `allow` (ids of findings to leave out), `idle_seconds` (the
namespace's `settings.session_idle_seconds`) and `where` (such as a test's name, put in front of
each occurrence). Reports of several journals are added up by `merge_reports` and by
`Coverage.__add__`; `from_json` of both classes reads what another process wrote.

`RULES` is the table of everything that can be found, by id, with severity and hint. An error is
what the platform rejects, or what loses, duplicates or mixes up a conversation. Warnings alone
pass.
"""

from leadway_mock.conformance.coverage import Coverage, OperationCoverage, Outcome, coverage
from leadway_mock.conformance.report import (
    ConformanceReport,
    Finding,
    Occurrence,
    evaluate,
    merge_reports,
)
from leadway_mock.conformance.rules import RULES, Rule, Severity
from leadway_mock.conformance.session_detectors import IDLE_SECONDS
from leadway_mock.conformance.text_report import assert_conformant, coverage_text, report_text
from leadway_mock.state.journal_entry import JournalEntry

__all__ = [
    "IDLE_SECONDS",
    "RULES",
    "ConformanceReport",
    "Coverage",
    "Finding",
    "JournalEntry",
    "Occurrence",
    "OperationCoverage",
    "Outcome",
    "Rule",
    "Severity",
    "assert_conformant",
    "coverage",
    "coverage_text",
    "evaluate",
    "merge_reports",
    "report_text",
]
