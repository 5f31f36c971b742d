"""The verdict: how well a caller behaved, told from the journal alone.

Plain functions over journal entries, as `Journal.entries` returns them, oldest first. They read
each entry once and remember a bounded number of things::

    verdict = grade(entries)                  # Verdict(requests, findings), .well_behaved, .ids
    verdict_text(verdict, width=80)           # the report; width is the terminal's by default
    verdict.as_json()                         # {"wellBehaved": …, "requests": …, "findings": […]}
    assert_well_behaved(entries)              # AssertionError with the report, where an error is

    met = coverage(entries, contract)         # which documented outcomes were met, and which never
    coverage_text(met); met.as_json()

`grade` and `assert_well_behaved` take `allow` (ids of findings to leave out), `idle_seconds` (the
space's `settings.session_idle_seconds`) and `where` (a test's name, say, which then stands in front
of what was seen). Journals of several tests make one report with `merged(verdicts)`, and
`Coverage.__add__`; `Verdict.from_json` and `Coverage.from_json` bring either over from another
process.

`RULES` is the table of everything that can be found, by id, with severity and cure. An error is
what the real service refuses, or what loses, doubles or mixes up a conversation; a warning passes
`well_behaved`.
"""

from leadway_mock.conformance.coverage import Coverage, OperationCoverage, Outcome, coverage
from leadway_mock.conformance.evaluation import assert_conformant, evaluate
from leadway_mock.conformance.findings import ConformanceReport, Finding, Occurrence, merged
from leadway_mock.conformance.observation import JournalEntry
from leadway_mock.conformance.rules import RULES, Rule, Severity
from leadway_mock.conformance.session_detectors import IDLE_SECONDS
from leadway_mock.conformance.text_report import coverage_text, report_text

__all__ = [
    "IDLE_SECONDS",
    "RULES",
    "Coverage",
    "JournalEntry",
    "Finding",
    "OperationCoverage",
    "Outcome",
    "Rule",
    "Occurrence",
    "Severity",
    "ConformanceReport",
    "assert_conformant",
    "coverage",
    "coverage_text",
    "evaluate",
    "merged",
    "report_text",
]
