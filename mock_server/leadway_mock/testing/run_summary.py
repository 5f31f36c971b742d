"""What all the tests of a run have seen together: the verdict on the application, and coverage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadway_mock.conformance import (
    ConformanceReport,
    Coverage,
    coverage_text,
    merge_reports,
    report_text,
)
from leadway_mock.testing.mock import Mock


class RunSummary:
    """Adds up what each test has seen. Empty, it knows of no request."""

    def __init__(self) -> None:
        self._tests = 0
        self._verdict = ConformanceReport()
        self._coverage: Coverage | None = None

    def add(self, mock: Mock, where: str) -> None:
        """Take in the mock of the test called `where`."""
        self._add(1, mock.conformance(where=where), mock.coverage())

    def add_json(self, value: Mapping[str, Any]) -> None:
        """Take in a run of another process, as its `as_json` told it."""
        verdict, coverage = map(value.__getitem__, ("verdict", "coverage"))
        self._add(
            value["tests"], ConformanceReport.from_json(verdict), Coverage.from_json(coverage)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the run as plain values; it has seen at least one test."""
        found = self._coverage or Coverage(())
        return {
            "tests": self._tests,
            "verdict": self._verdict.to_json(),
            "coverage": found.to_json(),
        }

    def text(self, *, details: bool) -> str:
        """Return the report: all outcomes with `details`, or how many of each operation's.

        It is empty if there was no request.
        """
        if self._coverage is None or not self._verdict.requests:
            return ""
        told = coverage_text(self._coverage) if details else "\n".join(_counts(self._coverage))
        return f"{report_text(self._verdict)}\n\n{told}"

    def _add(self, tests: int, verdict: ConformanceReport, coverage: Coverage) -> None:
        self._tests += tests
        self._verdict = merge_reports([self._verdict, verdict])
        self._coverage = self._coverage + coverage if self._coverage else coverage


def _counts(coverage: Coverage) -> list[str]:
    operations = [each for each in coverage.operations if each.hits]
    return [
        f"{each.id}: {len(each.hits)} of {len(each.outcomes)} outcomes of the contract met"
        " (-v tells which)"
        for each in operations
    ]
