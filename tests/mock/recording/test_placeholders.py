"""Ids that the server minted become placeholders, and those of the client stay."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadway_mock.recording.exchanges import (
    Exchange,
    ReceivedResponse,
    SentRequest,
    redact_exchange,
)
from leadway_mock.recording.placeholders import Placeholders
from tests.mock.recording.canaries import PATH

EXECUTION = "k3j2h1g4f5d6s7a8p9o0i1u2"
INTERACTION = "z1x2c3v4b5n6m7q8w9e0r1t2"
TRACE = "0f8fad5b-d9cb-469f-a165-708677289500"


def exchange(
    body: Any, reply: Any, *, path: str = PATH, trace: str = "", status: int = 200
) -> Exchange:
    request = SentRequest("POST", path, "", (), json.dumps(body).encode())
    headers = (("X-Trace-Id", trace),) if trace else ()
    response = ReceivedResponse(status, headers, json.dumps(reply).encode())
    return Exchange(request, response, 0.5)


def replaced(*exchanges: Exchange) -> list[Any]:
    placeholders = Placeholders()
    return [placeholders.replace(redact_exchange(each)).value for each in exchanges]


def test_ids_are_replaced_in_bodies_headers_paths_and_texts() -> None:
    reply = {"executionId": EXECUTION, "interactionId": INTERACTION, "response": "Hi"}
    again = {"executionId": EXECUTION, "interactionId": "n" + INTERACTION[1:]}
    text = f"Session {EXECUTION}, see https://x.example/{EXECUTION}?i={INTERACTION}."
    first, second = replaced(
        exchange({"message": "a"}, reply, trace=TRACE),
        exchange({"executionId": EXECUTION}, {**again, "response": text}, path=f"/x/{EXECUTION}"),
    )
    assert first["response"]["headers"] == {"x-trace-id": "<trace-id:1>"}
    assert first["response"]["body"] == {
        "executionId": "<execution-id:1>",
        "interactionId": "<interaction-id:1>",
        "response": "Hi",
    }
    assert second["request"]["path"] == "/x/<execution-id:1>"
    assert second["request"]["body"] == {"executionId": "<execution-id:1>"}
    assert second["response"]["body"] == {
        "executionId": "<execution-id:1>",
        "interactionId": "<interaction-id:2>",
        "response": "Session <execution-id:1>, see https://x.example/<execution-id:1>"
        "?i=<interaction-id:1>.",
    }


def test_a_value_that_the_client_sent_first_stays() -> None:
    body = {"executionId": EXECUTION, "inputVariables": {"order": f"no. {TRACE}"}}
    reply = {"executionId": EXECUTION, "orderId": TRACE, "agentId": PATH.split("/")[3]}
    [shown] = replaced(exchange(body, reply))
    assert shown["request"]["body"] == body
    assert shown["response"]["body"] == reply


def test_a_longer_word_is_another_word() -> None:
    reply = {"executionId": EXECUTION, "response": f"{EXECUTION}x, x-{EXECUTION}, {EXECUTION}_1"}
    [shown] = replaced(exchange({}, reply))
    text = f"{EXECUTION}x, x-<execution-id:1>, <execution-id:1>_1"
    assert shown["response"]["body"]["response"] == text


def test_agents_and_versions_that_the_server_created() -> None:
    reply = {
        "id": "agent00001",
        "versions": [{"id": "version001", "name": "one"}],
        "publishedVersionId": "version002",
        "tools": [{"toolCallId": "call.1:2", "id": 7}],
        "note": "call.1:2 of version002",
    }
    [shown] = replaced(exchange({}, reply, path="/agent-studio/agent", status=201))
    assert shown["response"]["body"] == {
        "id": "<agent-id:1>",
        "versions": [{"id": "<version-id:1>", "name": "one"}],
        "publishedVersionId": "<version-id:2>",
        "tools": [{"toolCallId": "<tool-call-id:1>", "id": 7}],
        "note": "<tool-call-id:1> of <version-id:2>",
    }


def test_replacing_twice_changes_nothing() -> None:
    reply = {"executionId": EXECUTION, "traceId": TRACE}
    placeholders = Placeholders()
    once = placeholders.replace(redact_exchange(exchange({}, reply)))
    assert placeholders.replace(once) == once
    assert Placeholders().replace(once) == once


def test_many_ids_take_linear_time() -> None:
    """A second; in quadratic time, minutes."""
    ids = [f"a{number:09}" for number in range(5_000)]
    [shown] = replaced(exchange({}, {"items": [{"itemId": each} for each in ids], "all": ids}))
    assert shown["response"]["body"]["all"][-1] == "<item-id:5000>"


@given(st.text("ab12-", min_size=6, max_size=12), st.text("ab12-", max_size=4))
def test_no_id_remains_after_its_response(value: str, around: str) -> None:
    reply = {"executionId": value, "response": f"{around} {value}. ({value})"}
    [shown] = replaced(exchange({}, reply))
    if shown["response"]["body"]["executionId"].startswith("<"):
        assert f" {value}." not in shown["response"]["body"]["response"]
