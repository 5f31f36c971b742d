from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from leadway_mock.faults import Fault, Transport, fixed
from leadway_mock.http.messages import Request, Response
from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.state.fault_registry import arm
from leadway_mock.state.journal import MAX_RECORD_BYTES
from leadway_mock.state.journal_entry import MAX_BODY_CHARS
from leadway_mock.state.namespaces import SHARED
from leadway_mock.store import LazyText
from leadway_mock.util.redaction import fingerprint
from tests.mock.client import CURRENT, DEPRECATED, LOCATION, EmulatorClient

NO_CONTENT = Response(204, {}, "made-up", "invented")


def entries(client: EmulatorClient) -> list[Any]:
    return [*client.emulator.journal.entries(after=0, limit=1000)]


def test_an_entry_shows_the_whole_exchange(client: EmulatorClient) -> None:
    execution_id = client.begin(message="hi")
    (entry,) = entries(client)
    request, response = entry.pop("request"), entry.pop("response")
    assert isinstance(entry.pop("durationMs"), float)
    assert isinstance(entry.pop("wallClockAt"), float)
    assert isinstance(entry.pop("monotonicAt"), float)
    assert entry == {
        "number": 1,
        "at": client.clock.now(),
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


@pytest.mark.parametrize("part", ["body", "header", "query", "path", "nothing"])
def test_a_long_request_is_kept_as_the_text_of_its_entry(client: EmulatorClient, part: str) -> None:
    long = {part: "x" * MAX_RECORD_BYTES}
    headers = {"host": "127.0.0.1", "x-more": long.get("header", "")}
    path, query = f"/a{long.get('path', '')}", long.get("query", "")
    request = Request("POST", path, query, headers, long.get("body", "").encode())
    journal = client.emulator.journal
    added = journal.entry_write(ExchangeRecord(request, 0.0, 0.0, 0.0, response=NO_CONTENT))
    assert isinstance(added.value, LazyText)
    assert isinstance(added.value.value, ExchangeRecord if part == "nothing" else str)


def test_error_responses_have_their_violations(client: EmulatorClient) -> None:
    client.send({"input": "x", "locationId": LOCATION})
    client.send({}, headers={"authorization": None})
    client.send({}, path="/nowhere")
    rules = [entry["response"]["rule"] for entry in entries(client)]
    assert rules == ["body-invalid", "token-invalid", "route-unknown"]
    violations = entries(client)[0]["response"]["violations"]
    assert violations[0] == {
        "pointer": "/input",
        "message": "property input should not exist",
        "hint": "unknown property 'input'; did you mean 'message'?",
        "kind": "misnamed-property",
    }


def test_clients_are_distinguished_without_their_tokens(client: EmulatorClient) -> None:
    client.say()
    client.say()
    client.headers["authorization"] = "Bearer pit-87654321-1234-4234-8234-123456789abc"
    client.say()
    client.send({}, headers={"authorization": None})
    first, second, third, fourth = (
        entry["request"]["tokenFingerprint"] for entry in entries(client)
    )
    assert first == second != third
    assert fourth is None


def test_the_oldest_entries_are_dropped(client_with: Callable[..., EmulatorClient]) -> None:
    client = client_with(max_journal=3)
    for _ in range(5):
        client.say()
    assert client.emulator.journal.count() == 3
    assert [entry["number"] for entry in entries(client)] == [3, 4, 5]


@pytest.mark.parametrize("length", [60, 3_000, 40_000])
def test_no_part_of_a_credential_that_begins_before_the_cut_is_left(
    client: EmulatorClient, length: int
) -> None:
    token = "eyJ" + "canary." * (length // 7)
    for start in range(MAX_BODY_CHARS - 60, MAX_BODY_CHARS + 1, 15):
        text = "{" + "x " * (start // 2)
        client.send(f"{text}{token} {text * 9}".encode())
    bodies = [str(entry["request"]["body"]) for entry in entries(client)]
    assert len(bodies) == 5
    assert not [body for body in bodies if "canary" in body]
    assert all(MAX_BODY_CHARS < len(body) < MAX_BODY_CHARS + 100 for body in bodies)


def test_long_bodies_are_cut_with_a_mark(client: EmulatorClient) -> None:
    client.say("x" * 200_000)
    (entry,) = entries(client)
    for part in ("request", "response"):
        body = entry[part]["body"]
        assert isinstance(body, str)
        assert len(body) < MAX_BODY_CHARS + 100
        assert body.endswith("more characters]")


def test_a_body_that_is_not_text_is_logged(client: EmulatorClient) -> None:
    client.send(b"\xff\x00\xfe")
    (entry,) = entries(client)
    assert entry["request"]["body"] == "\ufffd\x00\ufffd"


def test_entries_are_read_page_by_page(client: EmulatorClient) -> None:
    for _ in range(5):
        client.say()
    journal = client.emulator.journal
    assert [entry["number"] for entry in journal.entries(after=2, limit=2)] == [3, 4]


def test_a_request_sent_again_unchanged_has_the_same_fingerprint(client: EmulatorClient) -> None:
    client.say("hi")
    client.send({"message": "hi", "locationId": LOCATION}, headers={"x-request-id": "other"})
    client.say("ho")
    client.send({"message": "hi", "locationId": LOCATION}, headers={"version": "v3"})
    client.send({"message": "hi", "locationId": LOCATION}, query="source=api")
    first, again, *others = (entry["request"]["fingerprint"] for entry in entries(client))
    assert first == again
    assert len({first, *others}) == 4


def test_the_selected_example_is_logged(client: EmulatorClient) -> None:
    client.say("hi", executionId="nosuchsession", contactId="c1")
    client.say("hi", executionId="", contactId="")
    client.say("hi", executionId=7)
    client.send([])
    said = fingerprint("hi")
    assert [entry["requestIds"] for entry in entries(client)] == [
        {"executionId": "nosuchsession", "contactId": "c1", "message": said},
        {"message": said},
        {"message": said},
        {},
    ]


def test_a_token_in_the_url_is_flagged_and_redacted(client: EmulatorClient) -> None:
    body = {"message": "hi", "locationId": LOCATION}
    client.send(body, query="access_token=hunter2")
    client.send(body, path=DEPRECATED, query="source=api")
    first, second = entries(client)
    assert first["request"]["tokenInUrl"] is True
    assert "tokenInUrl" not in second["request"]
    assert "hunter2" not in json.dumps(first)
    assert (first.get("deprecated"), second.get("deprecated")) == (None, True)


def test_retry_after_is_logged(client_with: Callable[..., EmulatorClient]) -> None:
    client = client_with(enforce_quotas=True, quota_10_seconds=1)
    client.say()
    client.say()
    good, error = entries(client)
    assert "retryAfter" not in good["response"]
    assert int(error["response"]["retryAfter"]) >= 1


def test_the_reason_of_a_session_error_is_logged(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(unknown_session="new-session")
    client.say(executionId="nosuchsession")
    (entry,) = entries(client)
    assert (entry["sessionError"], entry["turn"]) == ("session-unknown", 1)


def test_selected_and_faulty_responses_are_marked(client: EmulatorClient) -> None:
    client.send({"message": "hi", "locationId": LOCATION}, headers={"prefer": "code=404"})
    client.send({"message": "hi", "locationId": LOCATION}, headers={"prefer": "code=299"})
    emulator = client.emulator
    broken = Fault(transport=Transport.EMPTY_RESPONSE, latency=fixed(0.25))
    arm(emulator.namespaces, emulator.contract, SHARED, broken)
    client.say()
    client.say()
    wished, unsatisfied, lost, good = entries(client)
    assert (wished["requestedExample"], unsatisfied.get("requestedExample")) == ("code=404", None)
    expected = [
        (each["response"].get("delay"), each["response"].get("transport")) for each in (lost, good)
    ]
    assert expected == [(0.25, "EMPTY_RESPONSE"), (None, None)]
