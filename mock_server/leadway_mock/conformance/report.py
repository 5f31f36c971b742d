"""Conformance report: the table of rules, evaluation of a journal, findings, JSON form."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from types import MappingProxyType
from typing import Any

from leadway_mock.conformance.observation import Detection, Earlier, Observation
from leadway_mock.conformance.request_detectors import (
    find_early_retry,
    find_invalid_request,
    find_repeated_creation,
    find_repeated_error,
    find_repeated_key,
    find_repeated_message,
    find_repeated_publication,
    find_used_token,
)
from leadway_mock.conformance.session_detectors import (
    IDLE_SECONDS,
    DroppedSessionsDetector,
    find_mixed_up_session,
    find_parallel_turns,
)
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.util.cache import BoundedDict

MAX_OCCURRENCES = 5
"""Limit of occurrences that a finding lists; the others are only counted."""


class Severity(StrEnum):
    """Severity of a finding."""

    ERROR = "error"
    """The platform rejects it, or a conversation is lost, duplicated or mixed up."""

    WARNING = "warning"
    """It works today, or caused no harm this time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One mistake of a client. All texts are sentences."""

    id: str
    severity: Severity
    summary: str
    """What the client does, and the consequence."""

    hint: str
    """How to fix it."""

    not_reported: str = ""
    """What looks similar and is correct."""


def _load() -> dict[str, Rule]:
    text = resources.files(__package__).joinpath("rules.toml").read_text("utf-8")
    return {
        name: Rule(name, Severity(rule.pop("severity")), **rule)
        for name, rule in tomllib.loads(text).items()
    }


RULES: Mapping[str, Rule] = MappingProxyType(_load())
"""The rules by id, in the order of reports."""


def check_ids(ids: Iterable[str]) -> frozenset[str]:
    """Return `ids` as a set; raises `ValueError` if one is not the id of a rule."""
    allowed = frozenset([ids] if isinstance(ids, str) else ids)
    unknown = sorted(allowed - set(RULES))
    if unknown:
        raise ValueError(
            f"unknown finding {', '.join(unknown)}; must be one of {', '.join(RULES)}."
        )
    return allowed


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
        findings = []
        for each in value["findings"]:
            occurrences = (
                Occurrence(seen["text"], tuple(seen["journalEntries"]), seen.get("where", ""))
                for seen in each["occurrences"]
            )
            findings.append(Finding(each["id"], each["count"], tuple(occurrences)))
        return cls(value["requests"], tuple(findings))


DETECTORS: tuple[Callable[[Observation, Earlier[Any]], Iterable[Detection]], ...] = (
    find_mixed_up_session,
    find_parallel_turns,
    find_repeated_message,
    find_early_retry,
    find_repeated_key,
    find_repeated_error,
    find_repeated_creation,
    find_repeated_publication,
    find_used_token,
)
"""Functions that compare a request with earlier ones, which each keeps in a dictionary."""


def evaluate(
    entries: Iterable[JournalEntry],
    *,
    allow: Iterable[str] = (),
    idle_seconds: float = IDLE_SECONDS,
    where: str = "",
) -> ConformanceReport:
    """Return the report on the client that made `entries`, as `Journal.entries` returns them.

    Reads the entries once, in their order. `allow` names findings to leave out (`ValueError` if
    there is no such finding), `idle_seconds` is the idle time after which a session expires, and
    `where` names the journal in reports on several.
    """
    allowed, requests = check_ids(allow), 0
    findings: dict[str, Finding] = {}
    dropped_sessions = DroppedSessionsDetector(idle_seconds)
    earlier: list[Earlier[Any]] = [BoundedDict() for _ in DETECTORS]

    def count(detections: Iterable[Detection]) -> None:
        for each in detections:
            if each.rule not in allowed:
                occurrence = Occurrence(each.text, each.journal_entries, where)
                _add(findings, Finding(each.rule, 1, (occurrence,)))

    for entry in entries:
        requests += 1
        observation = Observation(entry)
        dropped_sessions.observe(observation)
        count(find_invalid_request(observation))
        for find, known in zip(DETECTORS, earlier, strict=True):
            count(find(observation, known))
    count(dropped_sessions.finish())
    return ConformanceReport(requests, _in_order(findings))


def merge_reports(reports: Iterable[ConformanceReport]) -> ConformanceReport:
    """Return one report over several journals, such as those of all tests of a run."""
    requests = 0
    findings: dict[str, Finding] = {}
    for report in reports:
        requests += report.requests
        for finding in report.findings:
            _add(findings, finding)
    return ConformanceReport(requests, _in_order(findings))


def _add(findings: dict[str, Finding], finding: Finding) -> None:
    """Add a finding to those by rule, of which the first occurrences are listed."""
    known = findings.get(finding.id, Finding(finding.id, 0, ()))
    occurrences = (*known.occurrences, *finding.occurrences)[:MAX_OCCURRENCES]
    findings[finding.id] = Finding(finding.id, known.count + finding.count, occurrences)


def _in_order(findings: Mapping[str, Finding]) -> tuple[Finding, ...]:
    return tuple(findings[rule] for rule in RULES if rule in findings)


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
