"""Conformance report: what a client of the API did wrong, from the journal alone.

Pure functions over journal entries, as `Journal.entries` returns them, oldest first. They read each
entry once, with limited memory. `RULES` is the table of everything that can be found. An error is
what the platform rejects, or what loses, duplicates or mixes up a conversation; warnings alone
pass. docs/conformance.md explains the report, its options and the coverage.
"""

from leadway_mock.conformance.coverage import Coverage, coverage
from leadway_mock.conformance.report import (
    RULES,
    ConformanceReport,
    Severity,
    evaluate,
    merge_reports,
)
from leadway_mock.conformance.session_detectors import IDLE_SECONDS
from leadway_mock.conformance.text_report import (
    assert_conformant,
    coverage_text,
    error_text,
    report_text,
)
from leadway_mock.state.journal_entry import JournalEntry

__all__ = [
    "IDLE_SECONDS",
    "RULES",
    "ConformanceReport",
    "Coverage",
    "JournalEntry",
    "Severity",
    "assert_conformant",
    "coverage",
    "coverage_text",
    "error_text",
    "evaluate",
    "merge_reports",
    "report_text",
]
