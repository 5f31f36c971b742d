"""Dialogues by the control API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock.client import EmulatorClient, content
from tests.mock.control_api.api import Api

BOOKING = "user: haircut\nagent: Which day?\nuser: Tuesday\nagent: See you then.\n"


def put(api: Api, text: str = BOOKING, name: str = "booking") -> Any:
    return api.call("PUT", f"/dialogues/{name}", {"text": text})


def test_a_dialogue_that_is_put_is_played_and_counted(api: Api, client: EmulatorClient) -> None:
    assert put(api)["warnings"] == []
    response = content(client.say("a haircut, please"))
    assert response["response"] == "Which day?"
    (listed,) = api.get("/dialogues")["dialogues"]
    assert [(turn["user"], turn["times"]) for turn in listed["turns"]] == [
        ("haircut", 1),
        ("Tuesday", 0),
    ]
    (unused,) = api.get("/dialogues/unused-turns")["turns"]
    assert (unused["dialogue"], unused["user"]) == ("booking", "Tuesday")
    client.say("Tuesday", executionId=response["executionId"])
    assert api.get("/dialogues/unused-turns") == {"turns": []}


def test_a_dialogue_may_be_json(api: Api, client: EmulatorClient) -> None:
    turns = [{"user": "haircut", "agent": {"response": "Done.", "goalCompletion": True}}]
    for dialogue in (turns, {"turns": turns}):
        api.call("PUT", "/dialogues/json", {"dialogue": dialogue})
        assert content(client.say("haircut"))["goalCompletion"] is True


def test_a_dialogue_is_shown_and_deleted(api: Api, client: EmulatorClient) -> None:
    put(api)
    assert api.get("/dialogues/booking")["content"]["turns"][0]["user"] == [
        "contains",
        "haircut",
        "",
    ]
    assert api.call("DELETE", "/dialogues/booking") == {"deleted": "booking"}
    assert api.call("GET", "/dialogues/booking", status=404)
    assert api.call("DELETE", "/dialogues/booking", status=404)
    assert content(client.say("haircut"))["response"].startswith("Turn 1")


def test_what_is_wrong_is_reported_with_its_line_and_hint(api: Api) -> None:
    text = "user: haircut\nagnet: Which day?\n"
    error = api.call("PUT", "/dialogues/x", {"text": text}, status=422)
    assert error["problems"][0]["pointer"] == "/text"
    assert any("line 2, column 1" in each["message"] for each in error["problems"])
    problems = api.post("/dialogues/validate", {"text": text})["problems"]
    assert (2, 1) in [(each["line"], each["column"]) for each in problems]
    assert all(each["hint"] for each in problems)
    assert api.get("/dialogues") == {"dialogues": []}


def test_a_check_changes_nothing_and_warns(api: Api) -> None:
    checked = api.post("/dialogues/validate", {"text": "user: hi\nagent: Hello {{name}}.\n"})
    assert checked["problems"] == []
    assert "{{name}}" in checked["warnings"][0]["message"]
    assert api.get("/dialogues") == {"dialogues": []}


def test_a_dialogue_has_the_name_it_is_put_under(api: Api) -> None:
    body = {"dialogue": {"name": "other", "turns": [{"user": "a", "agent": "b"}]}}
    error = api.call("PUT", "/dialogues/one", body, status=422)
    assert "The name in the dialogue is 'other'" in error["message"]


def test_the_length_of_a_name_is_limited(api: Api) -> None:
    error = api.call("PUT", f"/dialogues/{'x' * 201}", {"text": BOOKING}, status=400)
    assert error["message"] == "'name' must have at most 200 characters."


@pytest.mark.parametrize("body", [{}, {"text": "a", "dialogue": []}, {"text": 1}])
def test_a_dialogue_has_one_spelling(api: Api, body: object) -> None:
    for method, path in (("PUT", "/dialogues/x"), ("POST", "/dialogues/validate")):
        assert api.call(method, path, body, status=422)["problems"]


def test_a_reset_of_dialogues_forgets_what_was_put_and_counted(
    api: Api, client: EmulatorClient
) -> None:
    put(api)
    open_session = client.begin(message="haircut")
    api.post("/reset", {"scope": ["dialogues"]})
    assert api.get("/dialogues") == {"dialogues": []}
    response = content(client.say("Tuesday", executionId=open_session))
    assert response["response"] == "See you then."  # It goes on with what it began.
    put(api)
    assert [turn["times"] for turn in api.get("/dialogues")["dialogues"][0]["turns"]] == [0, 1]


def test_unscripted_messages_are_unmatched_and_list_near_misses(
    api: Api, client: EmulatorClient
) -> None:
    turns = [{"user": "haircut", "agent": "Which day?"}, {"user": "Tuesday", "agent": "Fine."}]
    execution_ids = []
    for fallback in ("unscripted", "reject"):
        dialogue = {"fallback": fallback, "turns": turns}
        api.call("PUT", "/dialogues/booking", {"dialogue": dialogue})
        execution_ids.append(client.begin(message="haircut"))
        client.say("Wednesday", executionId=execution_ids[-1])
    entries = api.get("/journal/unmatched")["entries"]
    assert [entry["response"]["rule"] for entry in entries] == [
        "unscripted-message",
        "unscripted-rejected",
    ]
    assert all(entry["nearMisses"] for entry in entries)
    assert [entry["dialogue"]["name"] for entry in api.get("/journal")["entries"]] == [
        "booking"
    ] * 4


def test_a_fork_of_a_scripted_session_plays_on(api: Api, client: EmulatorClient) -> None:
    put(api)
    execution_id = client.begin(message="haircut")
    client.say("Tuesday", executionId=execution_id)
    fork = api.post(f"/sessions/{execution_id}/fork", {"turn": 1}, status=201)["executionId"]
    assert content(client.say("Tuesday", executionId=fork))["response"] == "See you then."
