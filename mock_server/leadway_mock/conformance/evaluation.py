"""From the entries of a journal to a verdict on whoever made the requests."""

from __future__ import annotations

from collections.abc import Iterable

from leadway_mock.conformance.detector import Detection, Detector
from leadway_mock.conformance.findings import ConformanceReport, FindingCounter, Occurrence
from leadway_mock.conformance.observation import JournalEntry, observe
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


def evaluate(
    entries: Iterable[JournalEntry],
    *,
    allow: Iterable[str] = (),
    idle_seconds: float = IDLE_SECONDS,
    where: str = "",
) -> ConformanceReport:
    """Return the verdict on the caller who made `entries`, as `Journal.entries` returns them.

    They are looked at once, in their order, so that a generator over a long journal will do.
    `allow` names findings to leave out (`ValueError` where there is no such finding),
    `idle_seconds` is after how long a session expires, and `where` names the journal for reports
    on several.
    """
    allowed = check_ids(allow)
    tally, requests = FindingCounter(), 0
    watchers = _detectors(idle_seconds)
    for entry in entries:
        requests += 1
        seen = observe(entry)
        for watcher in watchers:
            _note(tally, watcher.observe(seen), allowed, where)
    for watcher in watchers:
        _note(tally, watcher.finish(), allowed, where)
    return ConformanceReport(requests, tally.findings())


def assert_conformant(
    entries: Iterable[JournalEntry],
    *,
    allow: Iterable[str] = (),
    idle_seconds: float = IDLE_SECONDS,
    where: str = "",
) -> None:
    """Raise `AssertionError` with the whole report where the caller of `entries` made an error.

    Warnings alone pass. The arguments are those of `grade`.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, which is where the cause is.
    verdict = evaluate(entries, allow=allow, idle_seconds=idle_seconds, where=where)
    if not verdict.passed:
        raise AssertionError(report_text(verdict))


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


def _note(
    tally: FindingCounter, sights: Iterable[Detection], allowed: frozenset[str], where: str
) -> None:
    for sight in sights:
        if sight.rule not in allowed:
            tally.add(sight.rule, Occurrence(sight.text, sight.entries, where))
