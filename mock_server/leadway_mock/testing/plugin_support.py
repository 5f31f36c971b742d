"""Marker options and run summary, which only the pytest plug-in needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from leadway_mock.config.settings import FIELDS
from leadway_mock.conformance import (
    ConformanceReport,
    Coverage,
    coverage_text,
    merge_reports,
    report_text,
)
from leadway_mock.testing.arguments import ArgumentError, check_type
from leadway_mock.testing.expectations import check_kinds
from leadway_mock.testing.mock import Mock, as_list
from leadway_mock.util.names import suggest

if TYPE_CHECKING:
    import pytest

KEYWORDS = ("dialogue", "faults", "settings", "strict", "allow", "any_token")


def parse_marks(marks: Sequence[pytest.Mark], allow: Iterable[str]) -> dict[str, Any]:
    """Return the options of a `Mock` for a test with these marks, nearest first.

    Dialogues, faults and `allow` add up; of settings and switches, the nearest mark wins.
    Raises `ArgumentError` for an unknown keyword or a positional argument.
    """
    options: dict[str, Any] = {"dialogue": [], "faults": [], "allow": set(allow)}
    hint = f"Its keyword arguments are {', '.join(KEYWORDS)}."
    for mark in reversed(marks):
        keywords = mark.kwargs
        if mark.args:
            raise ArgumentError(f"@pytest.mark.leadway_mock takes no positional arguments. {hint}")
        for name in sorted(set(keywords) - set(KEYWORDS)):
            close = suggest(name, [*KEYWORDS, *FIELDS])
            close = f"write settings={{'{name}': …}}" if name in FIELDS else close
            raise ArgumentError(f"@pytest.mark.leadway_mock has no argument {name}; {close} {hint}")
        check_type("settings", keywords.get("settings", {}), Mapping, 'such as {"seed": 1}')
        options["dialogue"] += as_list(keywords.get("dialogue", ()))
        options["faults"] += as_list(keywords.get("faults", ()))
        options["allow"] |= check_kinds(keywords.get("allow", ()))
        options |= {name: keywords[name] for name in ("strict", "any_token") if name in keywords}
        options |= keywords.get("settings", {})
    return options


class RunSummary:
    """Conformance and coverage of all tests of a run together."""

    def __init__(self) -> None:
        self._conformance = ConformanceReport()
        self._coverage: Coverage | None = None

    def add(self, mock: Mock, where: str) -> None:
        """Add the mock of the test named `where`."""
        self._add(mock.conformance(where=where), mock.coverage())

    def add_json(self, value: Mapping[str, Any]) -> None:
        """Add the summary of another process, as `to_json` returned it."""
        conformance = ConformanceReport.from_json(value["conformance"])
        self._add(conformance, Coverage.from_json(value["coverage"]))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        coverage = self._coverage or Coverage(())
        return {"conformance": self._conformance.to_json(), "coverage": coverage.to_json()}

    def text(self, *, details: bool) -> str:
        """Return the report, empty without any request.

        With `details` it lists all outcomes, otherwise how many of each operation occurred.
        """
        if self._coverage is None or not self._conformance.requests:
            return ""
        counts = "\n".join(
            f"{each.id}: {len(each.hits)} of {len(each.outcomes)} outcomes of the contract hit"
            " (-v lists them)"
            for each in self._coverage.operations
            if each.hits
        )
        outcomes = coverage_text(self._coverage) if details else counts
        return f"{report_text(self._conformance)}\n\n{outcomes}"

    def _add(self, conformance: ConformanceReport, coverage: Coverage) -> None:
        self._conformance = merge_reports([self._conformance, conformance])
        self._coverage = self._coverage + coverage if self._coverage else coverage
