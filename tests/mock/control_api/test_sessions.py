"""Sessions by the control API: list, filter, fork, expire and delete."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leadway_mock.agents.builtin import ECHO_ID, GOAL_ID
from leadway_mock.web import create_app
from tests.mock.client import EmulatorClient, content
from tests.mock.control_api.api import Api


def ids(api: Api, **query: object) -> list[str]:
    return [each["executionId"] for each in api.get("/sessions", **query)["sessions"]]


def test_sessions_are_listed_by_what_they_are(api: Api, client: EmulatorClient) -> None:
    old = client.begin(contactId="carla")
    client.clock.advance(1000)
    other = client.begin(agent=GOAL_ID, locationId="elsewhere")
    client.clock.advance(1000)
    assert ids(api) == [old, other]
    assert ids(api, expired="true") == [old]
    assert ids(api, expired="false") == [other]
    assert ids(api, agentId=GOAL_ID) == [other]
    assert ids(api, locationId="elsewhere", agentId=ECHO_ID) == []
    assert ids(api, contactId="carla") == [old]


def test_a_filtered_list_is_read_page_by_page(api: Api, client: EmulatorClient) -> None:
    wanted = [client.begin(agent=agent) for agent in (GOAL_ID, ECHO_ID) * 3][::2]
    first = api.get("/sessions", agentId=GOAL_ID, limit=2)
    rest = api.get("/sessions", agentId=GOAL_ID, limit=2, after=first["next"])
    listed = [each["executionId"] for page in (first, rest) for each in page["sessions"]]
    assert listed == wanted
    assert rest["next"] is None
    assert first["count"] == 6


def test_a_fork_goes_on_from_its_turn_and_the_original_from_its_own(
    api: Api, client: EmulatorClient
) -> None:
    original = client.begin(message="one")
    client.say("two", executionId=original)
    client.say("three", executionId=original)
    fork = api.post(f"/sessions/{original}/fork", {"turn": 2}, status=201)
    assert fork["turns"] == 2
    assert fork["executionId"] != original
    response = content(client.say("other", executionId=fork["executionId"]))
    assert response["response"].startswith("Turn 3")
    assert content(client.say("four", executionId=original))["response"].startswith("Turn 4")
    transcript = api.get(f"/sessions/{fork['executionId']}")["transcript"]
    assert [turn["message"] for turn in transcript] == ["one", "two", "other"]
    assert ids(api) == [original, fork["executionId"]]


def test_a_fork_remembers_what_the_agent_knew(api: Api, client: EmulatorClient) -> None:
    original = client.begin(agent=GOAL_ID)
    for _ in range(2):
        goal = content(client.say(agent=GOAL_ID, executionId=original))["goalCompletion"]
    assert goal
    fork = api.post(f"/sessions/{original}/fork", {"turn": 1}, status=201)["executionId"]
    responses = [content(client.say(agent=GOAL_ID, executionId=fork)) for _ in range(2)]
    assert [response["goalCompletion"] for response in responses] == [False, True]


def test_a_fork_of_an_expired_session_lives(api: Api, client: EmulatorClient) -> None:
    original = client.begin()
    client.clock.advance(5000)
    fork = api.post(f"/sessions/{original}/fork", {"turn": 1}, status=201)
    assert fork["expired"] is False
    assert client.say(executionId=fork["executionId"]).status == 200
    assert client.say(executionId=original).rule == "session-expired"


def test_a_fork_needs_the_turns_from_the_first(api: Api, client: EmulatorClient) -> None:
    api.call("PATCH", "/settings", {"maxTurns": 2})
    execution_id = client.begin()
    for _ in range(2):
        client.say(executionId=execution_id)
    api.post(f"/sessions/{execution_id}/fork", {"turn": 1}, status=404)


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"turn": 2}, 404, "The session has 1 turns; 1 to 2 are not all stored."),
        ({"turn": 0}, 422, "0 is less than the minimum of 1"),
        ({"turn": "1"}, 422, "turn must be an integer number."),
        ({}, 422, "'turn' is missing."),
        ({"turns": 1, "turn": 1}, 422, "unknown property 'turns'; did you mean 'turn'?"),
    ],
)
def test_a_fork_that_is_invalid(
    api: Api, client: EmulatorClient, body: object, status: int, expected: str
) -> None:
    execution_id = client.begin()
    assert api.post(f"/sessions/{execution_id}/fork", body, status=status)["message"] == expected
    assert ids(api) == [execution_id]


def test_a_session_that_is_reported_to_expire_has_expired(api: Api, client: EmulatorClient) -> None:
    execution_id = client.begin()
    other = client.begin()
    assert api.post(f"/sessions/{execution_id}/expire")["expired"] is True
    response = client.say(executionId=execution_id)
    assert response.rule == "session-expired"
    assert "The control API expired it." in response.hint
    assert client.say(executionId=other).status == 200
    assert ids(api, expired="true") == [execution_id]


def test_a_deleted_session_is_unknown_and_counted_no_more(api: Api, client: EmulatorClient) -> None:
    first, second, third = (client.begin() for _ in range(3))
    assert api.call("DELETE", f"/sessions/{second}") == {"deleted": second}
    assert ids(api) == [first, third]
    assert api.get("/sessions")["count"] == 2
    assert client.say(executionId=second).rule == "session-unknown"
    assert api.call("DELETE", f"/sessions/{second}", status=404)["statusCode"] == 404
    fourth = client.begin()
    assert ids(api) == [first, third, fourth]


def test_deleted_sessions_are_not_counted_twice_when_the_oldest_are_dropped(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(max_sessions=3)
    api = Api(create_app(emulator=client.emulator).test_client())
    first, second, third = (client.begin() for _ in range(3))
    for gone in (first, second):
        api.call("DELETE", f"/sessions/{gone}")
    assert api.get("/sessions")["count"] == 1
    fourth, fifth = client.begin(), client.begin()
    assert ids(api) == [third, fourth, fifth]
    assert api.get("/sessions")["count"] == 3


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/sessions/nobody", None),
        ("DELETE", "/sessions/nobody", None),
        ("POST", "/sessions/nobody/expire", {}),
        ("POST", "/sessions/nobody/fork", {"turn": 1}),
    ],
)
def test_a_session_that_does_not_exist(api: Api, method: str, path: str, body: object) -> None:
    error = api.call(method, path, body, status=404)
    assert error["message"] == "The namespace has no session 'nobody'."


def test_the_newest_sessions_come_first_on_demand(
    api: Api, client: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadway_mock.store.base.PAGE", 2)
    begun = [client.begin(agent=agent) for agent in (GOAL_ID, ECHO_ID) * 3]
    api.call("DELETE", f"/sessions/{begun[2]}")
    api.call("DELETE", f"/sessions/{begun[3]}")
    newest = [begun[5], begun[4], begun[1], begun[0]]
    assert ids(api, order="newest") == newest
    assert ids(api, order="newest", agentId=GOAL_ID) == [begun[4], begun[0]]
    listed: list[str] = []
    after: int | None = 0
    while after is not None:
        page = api.get("/sessions", order="newest", limit=1, after=after)
        listed += [each["executionId"] for each in page["sessions"]]
        after = page["next"]
    assert listed == newest


def test_the_newest_come_first_when_the_oldest_are_dropped(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(max_sessions=2)
    api = Api(create_app(emulator=client.emulator).test_client())
    assert ids(api, order="newest") == []
    begun = [client.begin() for _ in range(5)]
    assert ids(api, order="newest") == [begun[4], begun[3]]


def test_a_session_says_when_it_expires(api: Api, client: EmulatorClient) -> None:
    session = client.begin()
    assert api.get(f"/sessions/{session}")["expiresAt"] == "2023-11-14T22:43:20.000Z"
    api.call("PATCH", "/settings", {"sessionIdleSeconds": 2**53})
    assert api.get(f"/sessions/{session}")["expiresAt"] == "9000-01-01T00:00:00.000Z"


def test_entries_are_found_by_the_session_that_they_name(api: Api, client: EmulatorClient) -> None:
    session = client.begin()
    client.begin()
    api.post(f"/sessions/{session}/expire")
    client.say("late", executionId=session)
    found = api.post("/journal/find", {"match": {"session": session}})["entries"]
    assert [each["response"]["rule"] for each in found] == ["reply", "session-expired"]


def test_a_long_conversation_is_not_exported(
    api: Api, client: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadway_mock.control_api.sessions.MAX_EXPORTED_TURNS", 1)
    session = client.begin()
    assert api.get(f"/sessions/{session}/export")["name"] == "conversation.txt"
    client.say("two", executionId=session)
    error = api.call("GET", f"/sessions/{session}/export", status=409)
    assert "1 is the limit" in error["message"]
