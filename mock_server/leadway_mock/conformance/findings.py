"""Conformance report as a value: findings with their occurrences, and the JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leadway_mock.conformance.rules import RULES, Rule, Severity

MAX_OCCURRENCES = 5
"""Limit of occurrences that a finding lists; the others are only counted."""

MAX_ENTRIES = 10
"""Limit of journal entries that an occurrence lists."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of a finding: a description, and the numbers of the journal entries."""

    text: str
    journal_entries: tuple[int, ...]
    where: str = ""
    """Name of the journal, such as a test's name; empty where there is only one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that the client broke `count` times, with the first `MAX_OCCURRENCES` of them."""

    id: str
    count: int
    occurrences: tuple[Occurrence, ...]

    @property
    def rule(self) -> Rule:
        """The rule, with its summary and hint."""
        return RULES[self.id]

    @property
    def severity(self) -> Severity:
        """Error or warning."""
        return self.rule.severity

    @property
    def hint(self) -> str:
        """How to fix it."""
        return self.rule.hint


@dataclass(frozen=True, slots=True)
class ConformanceReport:
    """The findings on a client after `requests` requests, in the order of `RULES`."""

    requests: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether there is no error; there may be warnings."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the findings."""
        return tuple(finding.id for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "passed": self.passed,
            "requests": self.requests,
            "findings": [_finding_to_json(finding) for finding in self.findings],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ConformanceReport:
        """Return the report from its JSON form."""
        findings = tuple(_finding_from_json(each) for each in value["findings"])
        return cls(value["requests"], findings)


def merge_reports(reports: Iterable[ConformanceReport]) -> ConformanceReport:
    """Return one report over several journals, such as those of all tests of a run."""
    requests, counter = 0, FindingCounter()
    for report in reports:
        requests += report.requests
        for finding in report.findings:
            counter.add_all(finding.id, finding.occurrences, finding.count)
    return ConformanceReport(requests, counter.findings())


class FindingCounter:
    """Counts occurrences by rule, and keeps the first of each."""

    def __init__(self) -> None:
        self._occurrences: dict[str, list[Occurrence]] = {}
        self._counts: dict[str, int] = {}

    def add(self, rule: str, occurrence: Occurrence) -> None:
        """Count one occurrence."""
        self.add_all(rule, (occurrence,), 1)

    def add_all(self, rule: str, occurrences: Iterable[Occurrence], count: int) -> None:
        """Count `count` occurrences, of which `occurrences` are the first."""
        first = self._occurrences.setdefault(rule, [])
        first.extend(occurrences)
        del first[MAX_OCCURRENCES:]
        self._counts[rule] = self._counts.get(rule, 0) + count

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings, in the order of `RULES`."""
        return tuple(
            Finding(rule, self._counts[rule], tuple(self._occurrences[rule]))
            for rule in RULES
            if rule in self._occurrences
        )


def _finding_to_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": str(finding.severity),
        "summary": finding.rule.summary,
        "hint": finding.hint,
        "count": finding.count,
        "occurrences": [
            {"text": each.text, "journalEntries": list(each.journal_entries)}
            | ({"where": each.where} if each.where else {})
            for each in finding.occurrences
        ],
    }


def _finding_from_json(value: Mapping[str, Any]) -> Finding:
    occurrences = (
        Occurrence(each["text"], tuple(each["journalEntries"]), each.get("where", ""))
        for each in value["occurrences"]
    )
    return Finding(value["id"], value["count"], tuple(occurrences))
