"""Agents through the control API: list, replies, seed and export."""

from __future__ import annotations

from typing import Any

import pytest

from leadway_mock.http.messages import Response
from tests.mock.client import LOCATION, EmulatorClient, content
from tests.mock.control_api.api import Api
from tests.mock.studio import Studio

FILE = f"""
agents:
  - id: frontdesk
    name: Front desk
    location: {LOCATION}
    createdAt: '2026-09-01T12:00:00.000Z'
    authorId: usr_1
    versions:
      - {{id: v1, published: false, state: prod}}
      - id: v2
        content: {{nodes: [{{z: 1, a: null}}], mine: 1e5}}
      - {{id: v3, published: false, number: 7}}
    replies:
      - {{when: hello, response: Welcome.}}
      - response: Pardon?
"""


@pytest.fixture
def studio(client: EmulatorClient) -> Studio:
    return Studio(client)


def without_trace(response: Response) -> dict[str, Any]:
    return content(response) | {"traceId": ""}


def export(api: Api) -> str:
    return str(api.get("/agents/export")["text"])


def test_replies_are_given_by_id(api: Api, studio: Studio) -> None:
    agent, _ = studio.published()
    replies = [{"when": "hello", "response": "Welcome."}, {"response": "{{message}}?"}]
    listed = api.call("PUT", f"/agents/{agent}/replies", {"replies": replies})
    assert (listed["id"], listed["replies"], listed["published"]) == (agent, 2, True)
    assert content(studio.say(agent))["response"] == "Welcome."
    assert content(studio.say(agent, message="What"))["response"] == "What?"
    assert content(studio.read(f"/{agent}"))["agent"]["updatedAt"]
    api.call("PUT", f"/agents/{agent}/replies", {"replies": []})
    assert content(studio.say(agent))["response"] == "Turn 1. You said: hello"
    assert api.get("/agents")["agents"] == [listed | {"replies": 0}]


def test_a_created_agent_plays_the_dialogue_that_it_is_given(api: Api, studio: Studio) -> None:
    agent, version = studio.create()
    assert studio.publish(version).status == 200
    turns = [{"user": "haircut", "agent": "Which day?"}, {"user": "monday", "agent": "Booked."}]
    api.call("PUT", "/dialogues/booking", {"dialogue": {"agent": agent, "turns": turns}})
    reply = content(studio.say(agent, message="A haircut, please"))
    assert reply["response"] == "Which day?"
    reply = content(studio.say(agent, message="On Monday", executionId=reply["executionId"]))
    assert reply["response"] == "Booked."
    assert api.get("/dialogues/unused-turns")["turns"] == []


def test_invalid_replies_say_where_and_why(api: Api, studio: Studio) -> None:
    agent, _ = studio.published()
    path, wrong = f"/agents/{agent}/replies", [{"when": "/(/", "response": "{{nobody}}"}]
    response = api.call("PUT", path, {"replies": wrong}, status=422)
    assert "nobody" in response["message"]
    api.call("PUT", "/agents/none/replies", {"replies": []}, status=404)


def test_seeded_agents_can_be_changed(api: Api, studio: Studio) -> None:
    (seeded,) = api.post("/agents/seed", {"text": FILE})["agents"]
    assert seeded["versions"] == ["v1", "v2", "v3"]
    assert content(studio.say("frontdesk"))["response"] == "Welcome."
    versions = content(studio.read("/frontdesk"))["agent"]["versions"]
    assert [(each["state"], each["isPublished"]) for each in versions] == [
        ("prod", False),
        ("prod", True),
        ("draft", False),
    ]
    assert (versions[1]["nodes"], versions[1]["mine"]) == ([{"z": 1, "a": None}], 1e5)
    assert studio.publish("v3").status == 200
    assert studio.delete("frontdesk").status == 200


def test_a_version_that_is_seeded_again_outlives_later_deletions(api: Api, studio: Studio) -> None:
    api.post("/agents/seed", {"text": FILE})
    assert studio.delete("frontdesk").status == 200
    api.post("/agents/seed", {"text": FILE})
    other, _ = studio.create()
    assert studio.delete(other).status == 200
    assert studio.publish("v3").status == 200


def test_an_export_is_the_same_state_again(api: Api, studio: Studio) -> None:
    api.post("/agents/seed", {"text": FILE})
    agent, draft = studio.published(name="Zoë: 1e5", description="007\nsecond: line", authorId="u")
    other = Studio(studio.client, "elsewhere")
    other.create(name="null")
    studio.update(draft, nodes=[{"id": "1e5", "text": "a\x85b", "null": None, "": {"x": [1.5]}}])
    text, before = export(api), [studio.read(), other.read(), studio.read(f"/{agent}")]
    api.post("/reset", {"scope": ["agents"]})
    assert studio.listed() != [each["agentId"] for each in content(before[0])["agents"]]
    for _ in range(2):  # The second time it replaces the same agents.
        api.post("/agents/seed", {"text": text})
        after = [studio.read(), other.read(), studio.read(f"/{agent}")]
        assert list(map(without_trace, after)) == list(map(without_trace, before))
        assert export(api) == text
    studio.delete("frontdesk")
    api.post("/agents/seed", {"text": text})
    created = studio.create()[0]
    studio.delete(created)
    assert export(api).count("z: 1") == 1


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ({"id": "p1q2r3s4t5u6v7w8x9y0z1a2"}, "built in"),
        ({"id": "one", "managed": {}}, "managed"),
        ({"id": "one", "location": None}, "no location"),
        ({"id": "one", "versions": [{"id": "taken"}]}, "belongs to the agent"),
        ({"id": "owner", "location": "elsewhere"}, "another location"),
    ],
)
def test_agents_that_cannot_be_seeded(api: Api, entry: dict[str, Any], part: str) -> None:
    owner = {"id": "owner", "name": "x", "location": LOCATION, "versions": [{"id": "taken"}]}
    api.post("/agents/seed", {"agents": [owner]})
    fields = {"name": "x", "location": LOCATION} | entry
    fields = {name: value for name, value in fields.items() if value is not None}
    error = api.post("/agents/seed", {"agents": [fields]}, status=409)
    assert part in error["message"]


def test_an_invalid_file_says_where_and_why(api: Api) -> None:
    error = api.post("/agents/seed", {"text": "agents:\n  - {id: a b, name: x}\n"}, status=422)
    assert "line 2" in error["problems"][0]["message"]
    tokens = "tokens: [{token: abc}]\n"
    assert "Tokens" in api.post("/agents/seed", {"text": tokens}, status=409)["message"]
