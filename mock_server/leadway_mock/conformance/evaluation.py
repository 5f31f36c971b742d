"""From the entries of a journal to a verdict on whoever made the requests."""

from __future__ import annotations

from collections.abc import Iterable

from leadway_mock.conformance.detector import Sight, Watcher
from leadway_mock.conformance.findings import Seen, Tally, Verdict
from leadway_mock.conformance.observation import Entry, sighting
from leadway_mock.conformance.request_detectors import SingleRequests
from leadway_mock.conformance.retry_detectors import (
    HastyRequests,
    RepeatedMessages,
    RepeatedRefusals,
)
from leadway_mock.conformance.rules import check_ids
from leadway_mock.conformance.session_detectors import (
    IDLE_SECONDS,
    DroppedSessions,
    MixedUpSessions,
    ParallelTurns,
)
from leadway_mock.conformance.text_report import verdict_text


def grade(
    entries: Iterable[Entry],
    *,
    allow: Iterable[str] = (),
    idle_seconds: float = IDLE_SECONDS,
    where: str = "",
) -> Verdict:
    """Return the verdict on the caller who made `entries`, as `Journal.entries` returns them.

    They are looked at once, in their order, so that a generator over a long journal will do.
    `allow` names findings to leave out (`ValueError` where there is no such finding),
    `idle_seconds` is after how long a session expires, and `where` names the journal for reports
    on several.
    """
    allowed = check_ids(allow)
    tally, requests = Tally(), 0
    watchers = _watchers(idle_seconds)
    for entry in entries:
        requests += 1
        seen = sighting(entry)
        for watcher in watchers:
            _note(tally, watcher.look(seen), allowed, where)
    for watcher in watchers:
        _note(tally, watcher.close(), allowed, where)
    return Verdict(requests, tally.findings())


def assert_well_behaved(
    entries: Iterable[Entry],
    *,
    allow: Iterable[str] = (),
    idle_seconds: float = IDLE_SECONDS,
    where: str = "",
) -> None:
    """Raise `AssertionError` with the whole report where the caller of `entries` made an error.

    Warnings alone pass. The arguments are those of `grade`.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, which is where the cause is.
    verdict = grade(entries, allow=allow, idle_seconds=idle_seconds, where=where)
    if not verdict.well_behaved:
        raise AssertionError(verdict_text(verdict))


def _watchers(idle_seconds: float) -> tuple[Watcher, ...]:
    return (
        DroppedSessions(idle_seconds),
        MixedUpSessions(),
        ParallelTurns(),
        RepeatedMessages(),
        HastyRequests(),
        RepeatedRefusals(),
        SingleRequests(),
    )


def _note(tally: Tally, sights: Iterable[Sight], allowed: frozenset[str], where: str) -> None:
    for sight in sights:
        if sight.rule not in allowed:
            tally.add(sight.rule, Seen(sight.text, sight.entries, where))
