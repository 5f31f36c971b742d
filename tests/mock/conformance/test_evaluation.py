"""The conformance report as a value, as text, as JSON, and as an assertion."""

from __future__ import annotations

import json
import re
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
from tests.mock.conformance.client import EvaluatedClient

OLD = "/agent-studio/public-api/agents/agent1/execute"


def drop_and_use_the_old_path(client: EvaluatedClient) -> None:
    client.begin("first", contact="dropper")
    client.begin("second", contact="dropper", path=OLD)


def test_an_empty_journal_has_no_findings() -> None:
    assert evaluate([]) == ConformanceReport()
    assert evaluate([]).passed
    assert report_text(evaluate([])) == "Conformance passed: no finding in 0 requests."


def test_a_finding_has_observation_location_and_hint(client: EvaluatedClient) -> None:
    drop_and_use_the_old_path(client)
    dropped, old = client.report.findings
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


def test_warnings_leave_a_client_conformant(client: EvaluatedClient) -> None:
    client.begin(path=OLD)
    assert client.report.ids == ("deprecated-path",)
    assert client.report.passed
    assert_conformant(client.entries)
    assert report_text(client.report).startswith("Conformance passed: 1 warning in 1 request.\n")


def test_an_assertion_fails_with_the_whole_report(client: EvaluatedClient) -> None:
    drop_and_use_the_old_path(client)
    with pytest.raises(AssertionError) as caught:
        assert_conformant(client.entries, where="test_booking")
    report = str(caught.value)
    first, _, rest = report.partition("\n\n")
    assert re.fullmatch(r"[a-z-]+: .+", first)
    assert rest == report_text(evaluate(client.entries, where="test_booking"))
    assert "test_booking: " in report
    assert_conformant(client.entries, allow=["execution-id-dropped"])


def test_allowed_findings_are_left_out(client: EvaluatedClient) -> None:
    drop_and_use_the_old_path(client)
    assert evaluate(client.entries, allow="deprecated-path").ids == ("execution-id-dropped",)
    assert evaluate(client.entries, allow=list(RULES)).findings == ()


def test_an_unknown_finding_cannot_be_allowed() -> None:
    with pytest.raises(ValueError, match=r"^unknown finding retrys; must be one of execution-id-"):
        evaluate([], allow=["retrys", "deprecated-path"])


def test_sessions_may_live_longer_or_shorter(client: EvaluatedClient) -> None:
    client.begin("first", contact="dropper")
    client.clock.advance(100)
    client.begin("second", contact="dropper")
    assert evaluate(client.entries).ids == ("execution-id-dropped",)
    assert evaluate(client.entries, idle_seconds=99).ids == ()


def test_a_report_has_the_given_width(client: EvaluatedClient) -> None:
    drop_and_use_the_old_path(client)
    assert (
        report_text(client.report, width=80)
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
def test_lines_keep_within_the_width(client: EvaluatedClient, width: int) -> None:
    drop_and_use_the_old_path(client)
    client.say(agent="x" * 500, path="/agent-studio/" + "y" * 500)
    text = report_text(client.report, width)
    assert max(map(len, text.splitlines())) <= min(max(width, 40), 100)


def test_the_terminal_decides_where_no_width_is_given(
    client: EvaluatedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_and_use_the_old_path(client)
    monkeypatch.setenv("COLUMNS", "50")
    assert report_text(client.report) == report_text(client.report, 50)


def test_many_occurrences_are_counted_and_a_few_listed(client: EvaluatedClient) -> None:
    for number in range(12):
        client.begin(f"message {number}", contact="dropper", path=OLD)
    dropped, old = client.report.findings
    assert (dropped.count, len(dropped.occurrences[0].journal_entries)) == (1, MAX_ENTRIES)
    assert "12 first messages" in dropped.occurrences[0].text
    assert (old.count, len(old.occurrences)) == (12, MAX_OCCURRENCES)
    assert "deprecated-path (warning, 12 times)" in report_text(client.report)
    assert f"and {12 - MAX_OCCURRENCES} more" in report_text(client.report)


def test_a_report_survives_json(client: EvaluatedClient) -> None:
    drop_and_use_the_old_path(client)
    report = evaluate(client.entries, where="here")
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


def test_reports_of_several_journals_make_one(client: EvaluatedClient) -> None:
    drop_and_use_the_old_path(client)
    reports = [evaluate(client.entries, where=f"test {number}") for number in range(9)]
    whole = merge_reports(reports)
    assert (whole.requests, whole.ids) == (18, ("execution-id-dropped", "deprecated-path"))
    assert [finding.count for finding in whole.findings] == [9, 9]
    assert [seen.where for seen in whole.findings[0].occurrences] == [
        f"test {n}" for n in range(MAX_OCCURRENCES)
    ]
    assert merge_reports([]) == ConformanceReport()


def test_control_characters_of_ids_do_not_reach_a_report(client: EvaluatedClient) -> None:
    contact = "\x1b[31m" + "z" * 500
    for message in ("one", "two"):
        client.begin(message, contact=contact)
    text = report_text(client.report)
    assert "\x1b" not in text
    assert "z" * 50 not in text


def test_entries_may_be_an_iterator(client: EvaluatedClient) -> None:
    drop_and_use_the_old_path(client)

    def once() -> Iterator[JournalEntry]:
        yield from client.entries

    assert evaluate(once()) == client.report


def test_entries_of_the_control_api_are_accepted(client: EvaluatedClient) -> None:
    drop_and_use_the_old_path(client)
    shown: list[Any] = [{**entry, "at": "2026-11-22T10:00:00.000Z"} for entry in client.entries]
    assert evaluate(shown) == client.report


def test_entries_of_older_journals_cause_no_findings(client: EvaluatedClient) -> None:
    session = client.begin(contact="ann")
    client.say("next", session, contact="ann")
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
        for entry in client.entries
    ]
    assert evaluate(older).findings == ()


@pytest.mark.parametrize("start", [0.0, 1e9], ids=["restarted", "another machine"])
def test_steady_clocks_of_two_starts_are_not_compared(
    client: EvaluatedClient, start: float
) -> None:
    session = client.begin()
    client.say("one", session)
    first, last = client.entries
    other: Any = {**first, "number": 3, "turn": 2, "executionId": "x"}
    moved: Any = {**last, "monotonicAt": start - last["monotonicAt"]}
    assert evaluate([first, other, moved]).ids == ()


def test_the_state_of_the_evaluation_is_limited() -> None:
    recent = BoundedDict[str, int](2)
    for name, value in [("a", 1), ("b", 2), ("a", 3), ("c", 4)]:
        recent[name] = value
    assert dict(recent) == {"a": 3, "c": 4}


def test_dropped_state_hides_findings_and_adds_none(
    client: EvaluatedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = {f"c{number}": client.begin(contact=f"c{number}") for number in range(20)}
    for contact, session in sessions.items():
        client.say("next", session, contact=contact)
    for contact in sessions:
        client.begin("again", contact=contact)
    monkeypatch.setattr(cache_module.BoundedDict.__init__, "__defaults__", (3,))
    assert client.report.findings == ()
