"""Workloads: what they send, and which responses they count as wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.workloads import (
    DIALOGUE_TURNS,
    HEADLINE,
    INVALID,
    NO_SESSION,
    WORKLOADS,
    WRONG_REPLY,
    HTTPResponse,
    Script,
    Shared,
    conversations,
    dialogue_turn,
    token,
)

FIRST_TURNS = [name for name in WORKLOADS if name not in {"conversations", "dialogues"}][:-1]


@pytest.fixture
def shared() -> Shared:
    return Shared(numbers_turns=True)


def body(request: bytes) -> Any:
    return json.loads(request.partition(b"\r\n\r\n")[2])


def reply(session: str, turn: int) -> HTTPResponse:
    content = {"executionId": session, "response": f"Turn {turn}. You said: Hello"}
    return HTTPResponse(200, json.dumps(content).encode())


def run(script: Script, *responses: HTTPResponse) -> list[Any]:
    """Send `responses`, and return the bodies of all requests, the last one included."""
    return [body(next(script)), *(body(script.send(each)) for each in responses)]


def test_a_conversation_carries_its_session_for_five_turns_and_then_begins_another(
    shared: Shared,
) -> None:
    sent = run(conversations(shared), *(reply("mine", turn) for turn in range(1, 6)))
    assert [each.get("executionId") for each in sent] == [None, *["mine"] * 4, None]
    assert not shared.wrong


@pytest.mark.parametrize(
    ("responses", "wrong"),
    [
        ([reply("mine", 1), reply("other", 2)], {NO_SESSION: 1}),
        ([reply("mine", 1), reply("mine", 3)], {WRONG_REPLY: 1}),
        ([reply("mine", 1), reply("mine", 12)], {WRONG_REPLY: 1}),
        ([reply("mine", 1), HTTPResponse(404, b"")], {"status 404": 1}),
        ([HTTPResponse(200, b"<html>")], {"no executionId": 1}),
        ([HTTPResponse(200, b"[]")], {"no executionId": 1}),
        ([HTTPResponse(200, b"{}")], {"no executionId": 1}),
    ],
)
def test_a_wrong_response_in_a_conversation_is_counted(
    shared: Shared, responses: list[HTTPResponse], wrong: dict[str, int]
) -> None:
    run(conversations(shared), *responses)
    assert shared.wrong == wrong


def test_a_session_of_another_conversation_makes_every_turn_wrong(shared: Shared) -> None:
    shared.sessions.add("everybody's")
    run(conversations(shared), *(reply("everybody's", turn) for turn in range(1, 6)))
    assert shared.wrong == {NO_SESSION: 5}


def test_without_turn_numbers_only_sessions_are_checked() -> None:
    shared = Shared()
    responses = [
        HTTPResponse(200, b'{"executionId": "mine", "response": "Hello."}') for _ in range(5)
    ]
    run(conversations(shared), *responses)
    assert not shared.wrong


@pytest.mark.parametrize("workload", FIRST_TURNS)
def test_first_turns_differ_and_wrong_responses_are_counted(shared: Shared, workload: str) -> None:
    responses = [HTTPResponse(500, b""), HTTPResponse(200, b"{}"), reply("mine", 1)]
    sent = run(WORKLOADS[workload](shared), *responses)
    assert len({each["message"] for each in sent}) == 4
    assert all("executionId" not in each for each in sent)
    assert shared.wrong == {"status 500": 1, "no executionId": 1}


@pytest.mark.parametrize(
    ("workload", "number"),
    [("plain", 1), ("sample, same headers", 1), (HEADLINE, 3), ("symbols", 3), ("4 KB", 3)],
)
def test_only_requests_with_trace_ids_have_different_headers(
    shared: Shared, workload: str, number: int
) -> None:
    script = WORKLOADS[workload](shared)
    sent = [next(script), script.send(reply("a", 1)), script.send(reply("b", 1))]
    heads = {each.partition(b"\r\n\r\n")[0] for each in sent}
    assert len(heads) == number
    assert all((b"?source=api HTTP" in head) is (workload != "plain") for head in heads)


def test_symbols_and_length_are_what_their_names_say(shared: Shared) -> None:
    (symbols,) = run(WORKLOADS["symbols"](shared))
    for text in ("=", "https://", "🎉", "\n", '"', "é"):
        assert text in symbols["message"]
    long = next(WORKLOADS["4 KB"](shared)).partition(b"\r\n\r\n")[2]
    assert 4_000 < len(long) < 4_400


def test_a_dialogue_is_followed_to_its_end() -> None:
    shared = Shared(topics=3)
    script = WORKLOADS["dialogues"](shared)
    message = body(next(script))["message"]
    topic = int(message.split()[1])
    for turn in range(1, DIALOGUE_TURNS + 1):
        expected, text = dialogue_turn(topic, turn)
        assert message == expected
        content = {"executionId": "mine", "response": text}
        message = body(script.send(HTTPResponse(200, json.dumps(content).encode())))["message"]
    assert not shared.wrong
    assert "step 01" in message


def test_clients_have_tokens_of_their_own() -> None:
    shared = Shared(clients=3)
    script = WORKLOADS[HEADLINE](shared)
    sent = [next(script), *(script.send(reply("mine", 1)) for _ in range(100))]
    found = {line for each in sent for line in each.split(b"\r\n") if b"Bearer" in line}
    assert found == {f"Authorization: Bearer {token(each)}".encode() for each in range(3)}


def test_an_accepted_invalid_body_is_counted(shared: Shared) -> None:
    script = WORKLOADS["invalid bodies"](shared)
    next(script)
    for status in (422, 400, 200, 422):
        script.send(HTTPResponse(status, b""))
    assert shared.wrong == {"status 200": 1}
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads(INVALID[-1])
