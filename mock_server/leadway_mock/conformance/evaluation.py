"""Evaluation: runs all detectors over the entries of a journal."""

from __future__ import annotations

from collections.abc import Iterable

from leadway_mock.conformance.findings import ConformanceReport, FindingCounter, Occurrence
from leadway_mock.conformance.observation import Detection, Detector, observe
from leadway_mock.conformance.request_detectors import SingleRequestDetector
from leadway_mock.conformance.retry_detectors import (
    EarlyRetryDetector,
    RepeatedErrorsDetector,
    RepeatedMessagesDetector,
)
from leadway_mock.conformance.rules import check_ids
from leadway_mock.conformance.session_detectors import (
    IDLE_SECONDS,
    DroppedSessionsDetector,
    MixedUpSessionsDetector,
    ParallelTurnsDetector,
)
from leadway_mock.conformance.text_report import report_text
from leadway_mock.state.journal_entry import JournalEntry


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
    allowed = check_ids(allow)
    counter, requests = FindingCounter(), 0
    detectors = _detectors(idle_seconds)
    for entry in entries:
        requests += 1
        observation = observe(entry)
        for detector in detectors:
            _count(counter, detector.observe(observation), allowed, where)
    for detector in detectors:
        _count(counter, detector.finish(), allowed, where)
    return ConformanceReport(requests, counter.findings())


def assert_conformant(
    entries: Iterable[JournalEntry],
    *,
    allow: Iterable[str] = (),
    idle_seconds: float = IDLE_SECONDS,
    where: str = "",
) -> None:
    """Raise `AssertionError` with the whole report if it contains an error; warnings alone pass.

    The arguments are those of `evaluate`.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, which is where the cause is.
    report = evaluate(entries, allow=allow, idle_seconds=idle_seconds, where=where)
    if not report.passed:
        raise AssertionError(report_text(report))


def _detectors(idle_seconds: float) -> tuple[Detector, ...]:
    return (
        DroppedSessionsDetector(idle_seconds),
        MixedUpSessionsDetector(),
        ParallelTurnsDetector(),
        RepeatedMessagesDetector(),
        EarlyRetryDetector(),
        RepeatedErrorsDetector(),
        SingleRequestDetector(),
    )


def _count(
    counter: FindingCounter, detections: Iterable[Detection], allowed: frozenset[str], where: str
) -> None:
    for each in detections:
        if each.rule not in allowed:
            counter.add(each.rule, Occurrence(each.text, each.journal_entries, where))
