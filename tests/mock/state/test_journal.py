from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from leadway_mock.faults import Fault, Transport, fixed
from leadway_mock.state.fault_registry import arm
from leadway_mock.state.journal_entry import MAX_BODY_CHARS
from leadway_mock.state.namespaces import SHARED
from leadway_mock.util.redaction import fingerprint
from tests.mock.client import CURRENT, DEPRECATED, LOCATION, Caller


def entries(caller: Caller) -> list[Any]:
    return [*caller.emulator.journal.entries(after=0, limit=1000)]


def test_an_entry_shows_the_whole_exchange(caller: Caller) -> None:
    execution_id = caller.begin(message="hi")
    (entry,) = entries(caller)
    request, response = entry.pop("request"), entry.pop("response")
    assert isinstance(entry.pop("durationMs"), float)
    assert isinstance(entry.pop("wallClockAt"), float)
    assert isinstance(entry.pop("monotonicAt"), float)
    assert entry == {
        "number": 1,
        "at": caller.clock.now(),
        "operationId": "executeAgent",
        "pathParameters": {"agentId": CURRENT.split("/")[3]},
        "locationId": LOCATION,
        "requestIds": {"message": fingerprint("hi")},
        "executionId": execution_id,
        "turn": 1,
    }
    assert isinstance(request, dict)
    assert isinstance(response, dict)
    assert (request["method"], request["path"], request["query"]) == ("POST", CURRENT, "")
    assert json.loads(request["body"]) == {"message": "hi", "locationId": LOCATION}
    assert request["headers"]["authorization"] == "[redacted]"
    assert (response["status"], response["rule"], response["evidence"]) == (
        200,
        "reply",
        "documented",
    )
    assert response["body"]["executionId"] == execution_id


def test_errors_are_written_down_with_their_violations(caller: Caller) -> None:
    caller.send({"input": "x", "locationId": LOCATION})
    caller.send({}, headers={"authorization": None})
    caller.send({}, path="/nowhere")
    rules = [entry["response"]["rule"] for entry in entries(caller)]
    assert rules == ["body-invalid", "token-invalid", "route-unknown"]
    violations = entries(caller)[0]["response"]["violations"]
    assert violations[0] == {
        "pointer": "/input",
        "message": "property input should not exist",
        "hint": "unknown property 'input'; did you mean 'message'?",
        "kind": "misnamed-property",
    }


def test_clients_can_be_told_apart_without_their_tokens(caller: Caller) -> None:
    caller.say()
    caller.say()
    caller.headers["authorization"] = "Bearer pit-87654321-1234-4234-8234-123456789abc"
    caller.say()
    caller.send({}, headers={"authorization": None})
    first, second, third, fourth = (
        entry["request"]["tokenFingerprint"] for entry in entries(caller)
    )
    assert first == second != third
    assert fourth is None


def test_the_oldest_entries_are_dropped(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(max_journal=3)
    for _ in range(5):
        caller.say()
    assert caller.emulator.journal.count() == 3
    assert [entry["number"] for entry in entries(caller)] == [3, 4, 5]


def test_long_bodies_are_cut_with_a_mark(caller: Caller) -> None:
    caller.say("x" * 200_000)
    (entry,) = entries(caller)
    for part in ("request", "response"):
        body = entry[part]["body"]
        assert isinstance(body, str)
        assert len(body) < MAX_BODY_CHARS + 100
        assert body.endswith("more characters]")


def test_a_body_that_is_not_text_is_still_written_down(caller: Caller) -> None:
    caller.send(b"\xff\x00\xfe")
    (entry,) = entries(caller)
    assert entry["request"]["body"] == "\ufffd\x00\ufffd"


def test_entries_are_read_page_by_page(caller: Caller) -> None:
    for _ in range(5):
        caller.say()
    journal = caller.emulator.journal
    assert [entry["number"] for entry in journal.entries(after=2, limit=2)] == [3, 4]


def test_a_request_sent_again_unchanged_has_the_same_fingerprint(caller: Caller) -> None:
    caller.say("hi")
    caller.send({"message": "hi", "locationId": LOCATION}, headers={"x-request-id": "other"})
    caller.say("ho")
    caller.send({"message": "hi", "locationId": LOCATION}, headers={"version": "v3"})
    caller.send({"message": "hi", "locationId": LOCATION}, query="source=api")
    first, again, *others = (entry["request"]["fingerprint"] for entry in entries(caller))
    assert first == again
    assert len({first, *others}) == 4


def test_what_a_message_asked_for_is_noted(caller: Caller) -> None:
    caller.say("hi", executionId="nosuchsession", contactId="c1")
    caller.say("hi", executionId="", contactId="")
    caller.say("hi", executionId=7)
    caller.send([])
    said = fingerprint("hi")
    assert [entry["requestIds"] for entry in entries(caller)] == [
        {"executionId": "nosuchsession", "contactId": "c1", "message": said},
        {"message": said},
        {"message": said},
        {},
    ]


def test_what_the_url_gives_away_is_noted_and_not_kept(caller: Caller) -> None:
    body = {"message": "hi", "locationId": LOCATION}
    caller.send(body, query="access_token=hunter2")
    caller.send(body, path=DEPRECATED, query="source=api")
    first, second = entries(caller)
    assert first["request"]["tokenInUrl"] is True
    assert "tokenInUrl" not in second["request"]
    assert "hunter2" not in json.dumps(first)
    assert (first.get("deprecated"), second.get("deprecated")) == (None, True)


def test_how_long_to_wait_is_noted(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(enforce_quotas=True, quota_10_seconds=1)
    caller.say()
    caller.say()
    good, error = entries(caller)
    assert "retryAfter" not in good["response"]
    assert int(error["response"]["retryAfter"]) >= 1


def test_why_a_session_was_not_continued_is_noted(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(unknown_session="new-session")
    caller.say(executionId="nosuchsession")
    (entry,) = entries(caller)
    assert (entry["sessionError"], entry["turn"]) == ("session-unknown", 1)


def test_an_response_that_was_asked_for_or_broken_says_so(caller: Caller) -> None:
    caller.send({"message": "hi", "locationId": LOCATION}, headers={"prefer": "code=404"})
    caller.send({"message": "hi", "locationId": LOCATION}, headers={"prefer": "code=299"})
    emulator = caller.emulator
    broken = Fault(transport=Transport.EMPTY_RESPONSE, latency=fixed(0.25))
    arm(emulator.namespaces, emulator.contract, SHARED, broken)
    caller.say()
    caller.say()
    wished, unsatisfied, lost, good = entries(caller)
    assert (wished["requestedExample"], unsatisfied.get("requestedExample")) == ("code=404", None)
    expected = [
        (each["response"].get("delay"), each["response"].get("transport")) for each in (lost, good)
    ]
    assert expected == [(0.25, "EMPTY_RESPONSE"), (None, None)]
