"""The conformance report as a value, as text, as JSON, and as an assertion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from leadway_mock.conformance import (
    RULES,
    ConformanceReport,
    JournalEntry,
    Severity,
    assert_conformant,
    evaluate,
    merge_reports,
    report_text,
)
from leadway_mock.conformance.observation import MAX_ENTRIES
from leadway_mock.conformance.report import MAX_OCCURRENCES
from leadway_mock.util import cache as cache_module
from leadway_mock.util.cache import BoundedDict
from tests.mock.conformance.client import Person

OLD = "/agent-studio/public-api/agents/agent1/execute"


def drop_and_use_the_old_path(person: Person) -> None:
    person.begin("first", contact="dropper")
    person.begin("second", contact="dropper", path=OLD)


def test_nothing_said_is_nothing_wrong() -> None:
    assert evaluate([]) == ConformanceReport()
    assert evaluate([]).passed
    assert report_text(evaluate([])) == "Conformance passed: no finding in 0 requests."


def test_a_finding_says_what_was_seen_where_and_the_hint(person: Person) -> None:
    drop_and_use_the_old_path(person)
    dropped, old = person.report.findings
    assert dropped.id == "execution-id-dropped"
    assert dropped.severity is Severity.ERROR
    assert dropped.hint == RULES["execution-id-dropped"].hint
    (seen,) = dropped.occurrences
    assert seen.journal_entries == (1, 2)
    assert seen.text == (
        "agent agent1, contact dropper: 2 first messages, and no session was continued"
    )
    assert old.severity is Severity.WARNING
    assert (old.occurrences[0].text, old.occurrences[0].journal_entries) == (f"POST {OLD}", (2,))


def test_warnings_leave_a_client_conformant(person: Person) -> None:
    person.begin(path=OLD)
    assert person.report.ids == ("deprecated-path",)
    assert person.report.passed
    assert_conformant(person.entries)
    assert report_text(person.report).startswith("Conformance passed: 1 warning in 1 request.\n")


def test_an_assertion_fails_with_the_whole_report(person: Person) -> None:
    drop_and_use_the_old_path(person)
    with pytest.raises(AssertionError) as caught:
        assert_conformant(person.entries, where="test_booking")
    report = str(caught.value)
    assert report == report_text(evaluate(person.entries, where="test_booking"))
    assert "test_booking: " in report
    assert_conformant(person.entries, allow=["execution-id-dropped"])


def test_what_is_allowed_is_left_out(person: Person) -> None:
    drop_and_use_the_old_path(person)
    assert evaluate(person.entries, allow="deprecated-path").ids == ("execution-id-dropped",)
    assert evaluate(person.entries, allow=list(RULES)).findings == ()


def test_what_is_no_finding_cannot_be_allowed() -> None:
    with pytest.raises(ValueError, match=r"^unknown finding retrys; must be one of execution-id-"):
        evaluate([], allow=["retrys", "deprecated-path"])


def test_sessions_may_live_longer_or_shorter(person: Person) -> None:
    person.begin("first", contact="dropper")
    person.clock.advance(100)
    person.begin("second", contact="dropper")
    assert evaluate(person.entries).ids == ("execution-id-dropped",)
    assert evaluate(person.entries, idle_seconds=99).ids == ()


def test_a_report_is_calm_and_as_wide_as_asked(person: Person) -> None:
    drop_and_use_the_old_path(person)
    assert (
        report_text(person.report, width=80)
        == """\
Conformance failed: 1 error and 1 warning in 2 requests.

execution-id-dropped (error)
  Each message starts a new session, so the agent remembers nothing.
  seen: agent agent1, contact dropper: 2 first messages, and no session was
        continued [journal 1, 2]
  hint: Store the executionId of each response, and send it with the next
        message of that conversation. If these are conversations of one message
        each, send a different contactId with each, or allow this finding.

deprecated-path (warning)
  The deprecated path is used: it may be switched off.
  seen: POST /agent-studio/public-api/agents/agent1/execute [journal 2]
  hint: Call POST /agent-studio/agent/{agentId}/execute. Body, response and
        sessions are the same."""
    )


@pytest.mark.parametrize("width", [1, 40, 61, 100, 500])
def test_lines_keep_within_the_width(person: Person, width: int) -> None:
    drop_and_use_the_old_path(person)
    person.say(agent="x" * 500, path="/agent-studio/" + "y" * 500)
    text = report_text(person.report, width)
    assert max(map(len, text.splitlines())) <= min(max(width, 40), 100)


def test_the_terminal_decides_where_no_width_is_given(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_and_use_the_old_path(person)
    monkeypatch.setenv("COLUMNS", "50")
    assert report_text(person.report) == report_text(person.report, 50)


def test_many_occasions_are_counted_and_a_few_told(person: Person) -> None:
    for number in range(12):
        person.begin(f"message {number}", contact="dropper", path=OLD)
    dropped, old = person.report.findings
    assert (dropped.count, len(dropped.occurrences[0].journal_entries)) == (1, MAX_ENTRIES)
    assert "12 first messages" in dropped.occurrences[0].text
    assert (old.count, len(old.occurrences)) == (12, MAX_OCCURRENCES)
    assert "deprecated-path (warning, 12 times)" in report_text(person.report)
    assert f"and {12 - MAX_OCCURRENCES} more" in report_text(person.report)


def test_a_report_survives_json(person: Person) -> None:
    drop_and_use_the_old_path(person)
    report = evaluate(person.entries, where="here")
    expected = json.loads(json.dumps(report.to_json()))
    assert ConformanceReport.from_json(expected) == report
    assert (expected["passed"], expected["requests"]) == (False, 2)
    assert expected["findings"][1] == {
        "id": "deprecated-path",
        "severity": "warning",
        "summary": RULES["deprecated-path"].summary,
        "hint": RULES["deprecated-path"].hint,
        "count": 1,
        "occurrences": [{"text": f"POST {OLD}", "journalEntries": [2], "where": "here"}],
    }


def test_reports_of_several_journals_make_one(person: Person) -> None:
    drop_and_use_the_old_path(person)
    reports = [evaluate(person.entries, where=f"test {number}") for number in range(9)]
    whole = merge_reports(reports)
    assert (whole.requests, whole.ids) == (18, ("execution-id-dropped", "deprecated-path"))
    assert [finding.count for finding in whole.findings] == [9, 9]
    assert [seen.where for seen in whole.findings[0].occurrences] == [
        f"test {n}" for n in range(MAX_OCCURRENCES)
    ]
    assert merge_reports([]) == ConformanceReport()


def test_ids_of_clients_do_not_spoil_a_report(person: Person) -> None:
    contact = "\x1b[31m" + "z" * 500
    for message in ("one", "two"):
        person.begin(message, contact=contact)
    text = report_text(person.report)
    assert "\x1b" not in text
    assert "z" * 50 not in text


def test_entries_are_looked_at_once(person: Person) -> None:
    drop_and_use_the_old_path(person)

    def once() -> Iterator[JournalEntry]:
        yield from person.entries

    assert evaluate(once()) == person.report


def test_the_entries_of_the_control_api_will_do(person: Person) -> None:
    drop_and_use_the_old_path(person)
    shown: list[Any] = [{**entry, "at": "2026-11-22T10:00:00.000Z"} for entry in person.entries]
    assert evaluate(shown) == person.report


def test_entries_of_an_older_journal_are_no_fault_of_the_caller(person: Person) -> None:
    session = person.begin(contact="ann")
    person.say("next", session, contact="ann")
    newer = {
        "requestIds",
        "wallClockAt",
        "monotonicAt",
        "durationMs",
        "pathParameters",
        "operationId",
    }
    older: list[Any] = [
        {
            **{name: value for name, value in entry.items() if name not in newer},
            "request": {**entry["request"], "fingerprint": ""},
        }
        for entry in person.entries
    ]
    assert evaluate(older).findings == ()


@pytest.mark.parametrize("start", [0.0, 1e9], ids=["restarted", "another machine"])
def test_steady_clocks_of_two_starts_are_not_compared(person: Person, start: float) -> None:
    session = person.begin()
    person.say("one", session)
    first, last = person.entries
    other: Any = {**first, "number": 3, "turn": 2, "executionId": "x"}
    moved: Any = {**last, "monotonicAt": start - last["monotonicAt"]}
    assert evaluate([first, other, moved]).ids == ()


def test_what_is_remembered_is_bounded() -> None:
    recent = BoundedDict[str, int](2)
    for name, value in [("a", 1), ("b", 2), ("a", 3), ("c", 4)]:
        recent[name] = value
    assert dict(recent) == {"a": 3, "c": 4}


def test_forgetting_hides_findings_and_makes_none(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = {f"c{number}": person.begin(contact=f"c{number}") for number in range(20)}
    for contact, session in sessions.items():
        person.say("next", session, contact=contact)
    for contact in sessions:
        person.begin("again", contact=contact)
    monkeypatch.setattr(cache_module.BoundedDict.__init__, "__defaults__", (3,))
    assert person.report.findings == ()
