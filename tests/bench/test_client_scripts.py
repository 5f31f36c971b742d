"""Client scripts: what they send, and which responses they count as wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.load.client_scripts import (
    NO_SESSION,
    SCRIPTS,
    WRONG_TURN,
    Script,
    Shared,
    conversations,
)
from bench.load.requests import Requests
from bench.load.response_parser import HTTPResponse


@pytest.fixture
def shared() -> Shared:
    return Shared(Requests("127.0.0.1", 4010), numbers_turns=True)


def body(request: bytes) -> Any:
    return json.loads(request.partition(b"\r\n\r\n")[2])


def reply(session: str, turn: int) -> HTTPResponse:
    content = {"executionId": session, "response": f"Turn {turn}. You said: Hello"}
    return HTTPResponse(200, json.dumps(content).encode(), keep_alive=True)


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
        ([reply("mine", 1), reply("mine", 3)], {WRONG_TURN: 1}),
        ([reply("mine", 1), reply("mine", 12)], {WRONG_TURN: 1}),
        ([reply("mine", 1), HTTPResponse(404, b"", keep_alive=True)], {"status 404": 1}),
        ([HTTPResponse(200, b"<html>", keep_alive=True)], {"status 200 without JSON": 1}),
        ([HTTPResponse(200, b"[]", keep_alive=True)], {"status 200 without an object": 1}),
        ([HTTPResponse(200, b"{}", keep_alive=True)], {"status 200 without executionId": 1}),
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
    shared = Shared(Requests("127.0.0.1", 4010), numbers_turns=False)
    responses = [
        HTTPResponse(200, b'{"executionId": "mine", "response": "Hello."}', keep_alive=True)
        for _ in range(5)
    ]
    run(conversations(shared), *responses)
    assert not shared.wrong


@pytest.mark.parametrize("workload", ["first turns", "first turns, traced"])
def test_first_turns_differ_and_wrong_responses_are_counted(shared: Shared, workload: str) -> None:
    script = SCRIPTS[workload](shared)
    responses = [
        HTTPResponse(500, b"", keep_alive=True),
        HTTPResponse(200, b"{}", keep_alive=True),
        reply("mine", 1),
    ]
    sent = run(script, *responses)
    assert len({each["message"] for each in sent}) == 4
    assert all("executionId" not in each for each in sent)
    assert shared.wrong == {"status 500": 1, "no executionId": 1}


def test_only_traced_requests_have_different_headers(shared: Shared) -> None:
    def headers(workload: str) -> set[bytes]:
        script = SCRIPTS[workload](shared)
        sent = [next(script), script.send(reply("a", 1)), script.send(reply("b", 1))]
        return {each.partition(b"\r\n\r\n")[0] for each in sent}

    assert len(headers("first turns")) == 1
    assert len(headers("first turns, traced")) == 3


def test_an_accepted_invalid_body_is_counted(shared: Shared) -> None:
    script = SCRIPTS["invalid bodies"](shared)
    next(script)
    for status in (422, 400, 200, 422):
        script.send(HTTPResponse(status, b"", keep_alive=True))
    assert shared.wrong == {"status 200": 1}
