"""The scripts of the load generator: what they send, and which answers they count as wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.load.answers import Answer
from bench.load.requests import Requests
from bench.load.scripts import NO_SESSION, SCRIPTS, WRONG_TURN, Script, Shared, conversations


@pytest.fixture
def shared() -> Shared:
    return Shared(Requests("127.0.0.1", 4010), numbers_turns=True)


def body(request: bytes) -> Any:
    return json.loads(request.partition(b"\r\n\r\n")[2])


def reply(session: str, turn: int) -> Answer:
    content = {"executionId": session, "response": f"Turn {turn}. You said: Hello"}
    return Answer(200, json.dumps(content).encode(), kept=True)


def hold(script: Script, *answers: Answer) -> list[Any]:
    """Answer as told, and return the bodies that were sent, up to the one not answered."""
    return [body(next(script)), *(body(script.send(answer)) for answer in answers)]


def test_a_conversation_carries_its_session_for_five_turns_and_then_begins_another(
    shared: Shared,
) -> None:
    sent = hold(conversations(shared), *(reply("mine", turn) for turn in range(1, 6)))
    assert [each.get("executionId") for each in sent] == [None, *["mine"] * 4, None]
    assert not shared.wrong


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ([reply("mine", 1), reply("other", 2)], {NO_SESSION: 1}),
        ([reply("mine", 1), reply("mine", 3)], {WRONG_TURN: 1}),
        ([reply("mine", 1), reply("mine", 12)], {WRONG_TURN: 1}),
        ([reply("mine", 1), Answer(404, b"", kept=True)], {"status 404": 1}),
        ([Answer(200, b"<html>", kept=True)], {"status 200 without JSON": 1}),
        ([Answer(200, b"[]", kept=True)], {"status 200 without an object": 1}),
        ([Answer(200, b"{}", kept=True)], {"status 200 without executionId": 1}),
    ],
)
def test_a_wrong_answer_in_a_conversation_is_counted(
    shared: Shared, answers: list[Answer], wrong: dict[str, int]
) -> None:
    hold(conversations(shared), *answers)
    assert shared.wrong == wrong


def test_a_session_that_another_conversation_has_makes_every_turn_wrong(shared: Shared) -> None:
    shared.sessions.add("everybody's")
    hold(conversations(shared), *(reply("everybody's", turn) for turn in range(1, 6)))
    assert shared.wrong == {NO_SESSION: 5}


def test_a_server_that_does_not_number_its_turns_is_held_to_its_sessions_alone() -> None:
    shared = Shared(Requests("127.0.0.1", 4010), numbers_turns=False)
    answers = [
        Answer(200, b'{"executionId": "mine", "response": "Hello."}', kept=True) for _ in range(5)
    ]
    hold(conversations(shared), *answers)
    assert not shared.wrong


@pytest.mark.parametrize("workload", ["first turns", "first turns, traced"])
def test_first_turns_differ_and_a_bad_answer_is_counted(shared: Shared, workload: str) -> None:
    script = SCRIPTS[workload](shared)
    answers = [Answer(500, b"", kept=True), Answer(200, b"{}", kept=True), reply("mine", 1)]
    sent = hold(script, *answers)
    assert len({each["message"] for each in sent}) == 4
    assert all("executionId" not in each for each in sent)
    assert shared.wrong == {"status 500": 1, "no executionId": 1}


def test_only_traced_requests_have_heads_of_their_own(shared: Shared) -> None:
    def heads(workload: str) -> set[bytes]:
        script = SCRIPTS[workload](shared)
        sent = [next(script), script.send(reply("a", 1)), script.send(reply("b", 1))]
        return {each.partition(b"\r\n\r\n")[0] for each in sent}

    assert len(heads("first turns")) == 1
    assert len(heads("first turns, traced")) == 3


def test_an_invalid_body_that_is_taken_is_counted(shared: Shared) -> None:
    script = SCRIPTS["invalid bodies"](shared)
    next(script)
    for status in (422, 400, 200, 422):
        script.send(Answer(status, b"", kept=True))
    assert shared.wrong == {"status 200": 1}
