"""What a verdict is made of: what was seen, what it means, and the whole of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leadway_mock.conformance.rules import RULES, Rule, Severity

MAX_OCCURRENCES = 5
"""How many occasions of one finding are told; the rest is a number."""

MAX_ENTRIES = 10
"""How many journal entries one occasion names."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occasion: what was seen, in which entries of the journal, and where that journal is."""

    text: str
    journal_entries: tuple[int, ...]
    where: str = ""
    """A test's name, say; empty where there is only one journal."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that the caller broke, `count` times; `seen` holds the first `MAX_SEEN` of them."""

    id: str
    count: int
    occurrences: tuple[Occurrence, ...]

    @property
    def rule(self) -> Rule:
        """The rule, with its summary and its cure."""
        return RULES[self.id]

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return self.rule.severity

    @property
    def hint(self) -> str:
        """What to do instead."""
        return self.rule.hint


@dataclass(frozen=True, slots=True)
class ConformanceReport:
    """How a caller behaved in `requests` requests: the findings, in the order of `RULES`."""

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

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as a JSON object."""
        return {
            "wellBehaved": self.passed,
            "requests": self.requests,
            "findings": [_finding_as_json(finding) for finding in self.findings],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ConformanceReport:
        """Return the verdict that `as_json` made `value` of."""
        findings = tuple(_finding_from_json(each) for each in value["findings"])
        return cls(value["requests"], findings)


def merged(verdicts: Iterable[ConformanceReport]) -> ConformanceReport:
    """Return one verdict over several journals, such as those of all the tests of a run."""
    requests, tally = 0, FindingCounter()
    for verdict in verdicts:
        requests += verdict.requests
        for finding in verdict.findings:
            tally.add_all(finding.id, finding.occurrences, finding.count)
    return ConformanceReport(requests, tally.findings())


class FindingCounter:
    """Counts what was seen, and keeps a little of it."""

    def __init__(self) -> None:
        self._seen: dict[str, list[Occurrence]] = {}
        self._counts: dict[str, int] = {}

    def add(self, rule: str, seen: Occurrence) -> None:
        """Count one occasion."""
        self.add_all(rule, (seen,), 1)

    def add_all(self, rule: str, seen: Iterable[Occurrence], count: int) -> None:
        """Count `count` occasions, of which `seen` are the first."""
        kept = self._seen.setdefault(rule, [])
        kept.extend(seen)
        del kept[MAX_OCCURRENCES:]
        self._counts[rule] = self._counts.get(rule, 0) + count

    def findings(self) -> tuple[Finding, ...]:
        """Return what was counted, in the order of `RULES`."""
        return tuple(
            Finding(rule, self._counts[rule], tuple(self._seen[rule]))
            for rule in RULES
            if rule in self._seen
        )


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": str(finding.severity),
        "summary": finding.rule.summary,
        "cure": finding.hint,
        "count": finding.count,
        "seen": [
            {"text": seen.text, "entries": list(seen.journal_entries)}
            | ({"where": seen.where} if seen.where else {})
            for seen in finding.occurrences
        ],
    }


def _finding_from_json(value: Mapping[str, Any]) -> Finding:
    seen = (
        Occurrence(each["text"], tuple(each["entries"]), each.get("where", ""))
        for each in value["seen"]
    )
    return Finding(value["id"], value["count"], tuple(seen))
