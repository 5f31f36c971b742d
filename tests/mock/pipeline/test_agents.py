"""Agents and their versions, created by clients, without a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import BUILT_IN, ECHO_ID, INACTIVE_ID, MANAGED_ID, VARIABLES_ID
from leadway_mock.agents.file.loader import load_agents
from leadway_mock.agents.registry import (
    OTHER_LOCATION_TOKEN,
    UNSCOPED_TOKEN,
    AgentRegistry,
    Token,
)
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Operation
from leadway_mock.control_api.namespaces import MAKERS, STORED_SCOPES
from leadway_mock.dialogues import dialogue
from leadway_mock.faults import Fault, FaultPhase
from leadway_mock.state.fault_registry import arm
from leadway_mock.state.snapshots import check_content
from leadway_mock.store import Store, open_store
from leadway_mock.util.redaction import fingerprint
from tests.mock.client import LOCATION, EmulatorClient, content
from tests.mock.studio import PAGE, Studio


@pytest.fixture
def studio(client: EmulatorClient) -> Studio:
    return Studio(client)


@pytest.mark.behaviour("agent-states", "agent-unpublished", "agent-inactive", "agent-unknown")
@pytest.mark.behaviour("agent-created", "agent-published", "agent-updated", "agent-deleted")
def test_a_message_needs_a_published_active_agent(
    client_with: Callable[..., EmulatorClient], any_store: Store
) -> None:
    studio = Studio(client_with(store=any_store))
    agent, version = studio.create()
    assert studio.say(agent).rule == "agent-unpublished"
    assert studio.publish(version).rule == "agent-published"
    reply = studio.say(agent)
    assert reply.rule == "reply"
    session = content(reply)["executionId"]
    assert studio.change(agent, status="inactive").rule == "agent-updated"
    assert studio.say(agent, executionId=session).rule == "agent-inactive"
    studio.change(agent, status="active")
    assert studio.say(agent, executionId=session).rule == "reply"
    assert studio.delete(agent).rule == "agent-deleted"
    assert studio.say(agent, executionId=session).rule == "agent-unknown"
    assert studio.say(agent).rule == "agent-unknown"
    for response in (
        studio.delete(agent),
        studio.change(agent, name="x"),
        studio.read(f"/{agent}"),
    ):
        assert response.rule == "agent-unknown"
    assert studio.update(version, nodes=[]).rule == "agent-version-unknown"
    assert agent not in studio.listed()


def test_the_old_paths_read_the_same_agents(studio: Studio) -> None:
    agent, _ = studio.published()
    unpublished, _ = studio.create()
    here = f"locationId={LOCATION}"
    send = partial(studio.client.send, b"", method="GET", query=here)
    path = "/agent-studio/public-api/agents"
    listed = content(send(path=path, query=f"{here}&{PAGE}"))["agents"]
    assert agent in [each["agentId"] for each in listed]
    assert unpublished not in [each["agentId"] for each in listed]
    response = send(path=f"/agent-studio/public-api/agents/{unpublished}")
    assert content(response)["agent"]["agentId"] == unpublished
    path = f"/agent-studio/public-api/agents/{agent}/execute"
    body = {"message": "hello", "locationId": LOCATION}
    assert studio.client.send(body, path=path).rule == "reply"


@pytest.mark.behaviour("agents-in-order", "agents")
def test_lists_are_paged_in_the_order_of_creation(studio: Studio) -> None:
    before = studio.listed()
    assert ECHO_ID in before
    assert INACTIVE_ID not in before
    created = [studio.create(name=f"Agent {number}")[0] for number in range(5)]
    assert studio.listed() == before + created
    studio.change(created[0], name="Renamed")
    studio.delete(created[2])
    expected = before + [each for each in created if each != created[2]]
    pages = [studio.listed(f"limit=3&offset={offset}") for offset in range(0, 12, 3)]
    assert list(chain.from_iterable(pages)) == expected
    page = content(studio.read(query="limit=3&offset=6"))["pagination"]
    assert page == {"total": 8, "limit": 3, "offset": 6, "hasMore": False}
    published, _ = studio.published()
    assert studio.listed(f"{PAGE}&isPublished=true")[-1] == published
    assert created[0] not in studio.listed(f"{PAGE}&isPublished=true")


AGENTS_FILE = f"""
agents:
  - {{id: nightdesk, name: Night desk, location: {LOCATION}}}
  - {{id: elsewhere, name: Of another location, location: elsewhere}}
  - {{id: frontdesk, name: Front desk}}
  - {{id: helper, name: Helper, managed: {{}}}}
"""


def test_agents_of_a_file_are_listed(
    client_with: Callable[..., EmulatorClient], tmp_path: Path
) -> None:
    file = tmp_path / "agents.yaml"
    file.write_text(AGENTS_FILE)
    studio = Studio(client_with(cast=load_agents(file)))
    created, _ = studio.create()
    published = ["nightdesk", "frontdesk"]
    assert studio.listed()[-3:] == [*published, created]
    assert studio.listed(f"{PAGE}&isPublished=true")[-2:] == published
    send = partial(studio.client.send, b"", method="GET", headers={"version": "v3"})
    query = f"locationId={LOCATION}"
    old = send(path="/agent-studio/public-api/agents", query=f"{query}&{PAGE}")
    assert [each["agentId"] for each in content(old)["agents"]][-2:] == published
    managed = send(path="/agent-studio/managed-agents", query=query)
    assert "helper" in [each["id"] for each in content(managed)["agents"]]


@pytest.mark.behaviour("agents-of-one-location", "agent-version-unknown")
def test_locations_do_not_see_each_other(studio: Studio) -> None:
    other = Studio(studio.client, "elsewhere")
    agent, version = studio.create()
    assert agent not in other.listed()
    assert other.say(agent).rule == "agent-unknown"
    for response in (other.read(f"/{agent}"), other.delete(agent), other.change(agent, name="x")):
        assert response.rule == "agent-unknown"
    for response in (other.update(version, nodes=[]), other.publish(version)):
        assert response.rule == "agent-version-unknown"
    assert content(studio.read(f"/{agent}"))["agent"]["name"] == "New"


def test_namespaces_do_not_see_each_other(studio: Studio) -> None:
    agent, _ = studio.published()
    token = studio.client.headers["authorization"].removeprefix("Bearer ")
    namespaces = studio.client.emulator.namespaces
    namespaces.open(fingerprint(token))
    assert agent not in studio.listed()
    assert studio.say(agent).rule == "agent-unknown"


@pytest.mark.behaviour("agent-read-only", "agent-unavailable")
def test_agents_of_files_and_built_in_ones_are_read_only(studio: Studio) -> None:
    agent = content(studio.read(f"/{VARIABLES_ID}"))["agent"]
    assert agent["productionVersion"]["inputVariables"][0]["key"] == "customerName"
    version = agent["versions"][0]["versionId"]
    for response in (
        studio.delete(ECHO_ID),
        studio.change(ECHO_ID, name="x"),
        studio.update(version, nodes=[]),
        studio.publish(version),
    ):
        assert response.rule == "agent-read-only"
    assert studio.read(f"/{INACTIVE_ID}").rule == "agent-unavailable"


@pytest.mark.parametrize("scopes", [UNSCOPED_TOKEN, OTHER_LOCATION_TOKEN])
def test_every_operation_needs_scope_and_location(studio: Studio, scopes: str) -> None:
    agent, version = studio.create()
    studio.client.headers["authorization"] = f"Bearer {scopes}"
    expected = "scope-missing-documented" if scopes == UNSCOPED_TOKEN else "location-forbidden"
    for response in (
        studio.try_create(),
        studio.read(),
        studio.read(f"/{agent}"),
        studio.delete(agent),
        studio.change(agent, name="x"),
        studio.update(version, nodes=[]),
        studio.publish(version),
    ):
        assert response.rule == expected


BODIES: Mapping[str, Mapping[str, Any]] = {
    "createAgent": {"name": "New", "status": "active", "version": {}},
    "executeAgent": {"message": "hello"},
    "executeAgent-deprecated": {"message": "hello"},
    "executeManagedAgent": {"message": "hello"},
    "updateAgentMetadata": {"name": "Other"},
    "updateAgentVersion": {"nodes": []},
}
"""Fields of a valid body besides the location, by operation."""
READ = "agent-studio.readonly"
WRITE = "agent-studio.write"
SCOPES = {
    "getAgents": {READ},
    "getAgentById": {READ},
    "getAgents-deprecated": {READ},
    "getAgentById-deprecated": {READ},
    "listManagedAgents": {READ, WRITE},
    "getManagedAgent": {READ, WRITE},
    "executeManagedAgent": set(),
}
"""Which of the two is enough, by operation; for the others it is `WRITE`."""
OPERATIONS = [each for each in load_contract().operations if "/agent-studio/" in each.path]


@pytest.mark.parametrize("scope", [READ, WRITE])
@pytest.mark.parametrize("operation", OPERATIONS, ids=attrgetter("id"))
def test_an_operation_needs_its_scope_only(
    client_with: Callable[..., EmulatorClient], operation: Operation, scope: str
) -> None:
    tokens = {"only-one-scope": Token("only-one-scope", scopes=(scope,))}
    client = client_with(cast=AgentRegistry(BUILT_IN.by_id, tokens))
    agent, version = Studio(client).create()
    if operation.id.startswith("executeAgent"):
        assert Studio(client).publish(version).status == 200
    path = operation.path.format(agentId=agent, versionId=version, managedAgentId=MANAGED_ID)
    page = f"&{PAGE}" if operation.id.startswith("getAgents") else ""
    has_body = operation.body_schema is not None
    response = client.send(
        {"locationId": LOCATION, **BODIES.get(operation.id, {})} if has_body else b"",
        path=path,
        method=operation.method,
        query="" if has_body else f"locationId={LOCATION}{page}",
        headers={
            "authorization": "Bearer only-one-scope",
            "version": "v3",
            "idempotency-key": "one",
        },
    )
    expected = {"createAgent": 201}.get(operation.id, 200)
    is_allowed = scope in SCOPES.get(operation.id, {WRITE})
    assert response.status == (expected if is_allowed else 403), response
    assert is_allowed or response.rule == "scope-missing-documented"


@pytest.mark.behaviour("concurrent-publish", "version-not-draft")
def test_of_concurrent_publications_one_succeeds(
    client_with: Callable[..., EmulatorClient], any_store: Store
) -> None:
    studio = Studio(client_with(store=any_store, seed=None))
    agent, version = studio.create()
    with ThreadPoolExecutor(8) as pool:
        rules = [each.rule for each in pool.map(studio.publish, [version] * 16)]
    assert sorted(set(rules)) == ["agent-published", "version-not-draft"]
    assert rules.count("agent-published") == 1
    versions = content(studio.read(f"/{agent}"))["agent"]["versions"]
    assert [each["state"] for each in versions] == ["prod", "draft"]


def test_totals_are_right_under_concurrent_changes(
    client_with: Callable[..., EmulatorClient], any_store: Store
) -> None:
    studio = Studio(client_with(store=any_store, seed=None))
    before = len(studio.listed())
    with ThreadPoolExecutor(8) as pool:
        agents = [agent for agent, _ in pool.map(lambda _: studio.create(), range(16))]
        lists = pool.map(lambda _: content(studio.read()), range(16))
        deleted = list(pool.map(studio.delete, agents[:10] * 2))
        found = list(lists)
    assert [each.rule for each in deleted].count("agent-deleted") == 10
    assert all(len(each["agents"]) == each["pagination"]["total"] for each in found)
    assert len(studio.listed()) == before + 6
    assert set(studio.listed()[before:]) == set(agents[10:])


def test_concurrent_changes_of_one_version_are_all_made(
    client_with: Callable[..., EmulatorClient], any_store: Store
) -> None:
    studio = Studio(client_with(store=any_store, seed=None))
    agent, version = studio.create()
    fields = ("nodes", "edges", "globalVariables", "inputVariables", "runtimeVariables")
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda name: studio.update(version, **{name: [{"of": name}]}), fields))
    read = content(studio.read(f"/{agent}"))["agent"]["versions"][0]
    assert {name: read[name] for name in fields} == {name: [{"of": name}] for name in fields}


@pytest.mark.behaviour("version-of-open-sessions")
@pytest.mark.parametrize("chosen", ["latest", "keep"])
def test_a_session_gets_a_new_version_or_keeps_its_own(
    client_with: Callable[..., EmulatorClient], chosen: str
) -> None:
    studio = Studio(client_with(session_version=chosen))
    agent, draft = studio.published()
    session = content(studio.say(agent))["executionId"]
    sessions = studio.client.emulator.sessions
    first = sessions.find(session)
    studio.publish(draft)
    assert studio.say(agent, executionId=session).rule == "reply"
    second = sessions.find(session)
    assert first is not None
    assert second is not None
    assert first.newest is not None
    assert second.newest is not None
    assert (first.newest.version_id == second.newest.version_id) == (chosen == "keep")
    assert second.newest.version_id == (draft if chosen == "latest" else first.newest.version_id)
    assert studio.say(agent, executionId=session, versionId=draft).rule == "reply"


@pytest.mark.behaviour("publishable-states")
@pytest.mark.parametrize(
    ("setting", "staging", "draft"),
    [("any", 200, 200), ("staging", 200, 400), ("draft", 400, None)],
)
def test_the_state_that_can_be_published_is_a_setting(
    client_with: Callable[..., EmulatorClient], setting: str, staging: int, draft: int | None
) -> None:
    studio = Studio(client_with(publish_state=setting))
    _, version = studio.create()
    first = studio.publish(version)
    assert first.status == staging
    if draft is not None:
        new = content(first)["data"]["newDraftVersion"]["versionId"]
        assert studio.publish(new).status == draft


def test_a_draft_can_be_published_where_a_new_version_cannot(
    client_with: Callable[..., EmulatorClient],
) -> None:
    studio = Studio(client_with())
    _, draft = studio.published()
    namespace = studio.client.emulator.namespaces
    namespace.change("", lambda overrides: {**overrides, "settings": {"publish_state": "draft"}})
    assert studio.publish(draft).status == 200


@pytest.mark.behaviour("create-failed-on-nodes")
def test_nodes_in_a_new_agent_can_fail(client_with: Callable[..., EmulatorClient]) -> None:
    studio = Studio(client_with(nodes_in_create="fail"))
    assert studio.try_create(version={"nodes": [{"id": 1}]}).rule == "create-failed-on-nodes"
    assert studio.try_create(edges=[{"id": 1}]).status == 500
    assert studio.try_create(version={"nodes": []}, nodes=[]).status == 201


def test_nodes_in_a_new_agent_are_stored(studio: Studio) -> None:
    agent, _ = studio.create(version={"nodes": [{"id": 1}], "mine": 2}, edges=[{"id": 3}])
    version = content(studio.read(f"/{agent}"))["agent"]["versions"][0]
    assert (version["nodes"], version["edges"], version["mine"]) == ([{"id": 1}], [{"id": 3}], 2)


@pytest.mark.behaviour("author-fields")
def test_the_author_can_be_required(client_with: Callable[..., EmulatorClient]) -> None:
    studio = Studio(client_with(author_fields="required"))
    response = studio.try_create(authorId="u")
    assert (response.status, content(response)["message"]) == (
        422,
        ["authorName should not be empty", "authorEmail should not be empty"],
    )
    assert studio.try_create(authorId="u", authorName="n", authorEmail="e").status == 201


@pytest.mark.behaviour("list-without-paging")
def test_paging_is_required_or_has_defaults(client_with: Callable[..., EmulatorClient]) -> None:
    assert Studio(client_with()).read(query="").rule == "query-invalid"
    studio = Studio(client_with(list_paging="optional"))
    page = content(studio.read(query=""))["pagination"]
    assert (page["limit"], page["offset"]) == (20, 0)
    assert studio.read(query="limit=-1").status == 422
    assert studio.read(query=f"limit={'9' * 5000}").status == 422


@pytest.mark.behaviour("agents-limited")
def test_the_oldest_agent_makes_room(client_with: Callable[..., EmulatorClient]) -> None:
    studio = Studio(client_with(max_agents=2))
    agents = [studio.create()[0] for _ in range(3)]
    assert studio.listed()[-2:] == agents[1:]
    assert studio.read(f"/{agents[0]}").rule == "agent-unknown"


@pytest.mark.behaviour("agent-content-kept", "agent-version-updated", "agent")
def test_a_large_agent_is_kept_and_not_in_the_journal(
    client_with: Callable[..., EmulatorClient], any_store: Store
) -> None:
    studio = Studio(client_with(store=any_store, seed=None))
    agent, version = studio.create()
    nodes = [{"id": number, "prompt": "word " * 300} for number in range(1_000)]
    assert len(json.dumps(nodes)) > 1_500_000
    assert studio.update(version, nodes=nodes).status == 200
    assert studio.publish(version).status == 200
    versions = content(studio.read(f"/{agent}"))["agent"]["versions"]
    assert [each["nodes"] for each in versions] == [nodes, nodes]
    journal = any_store.export("/").entries
    assert sum(len(text) for key, _, text in journal if key == "journal") < 200_000
    studio.delete(agent)
    other, _ = studio.create()
    studio.delete(other)
    left = sum(len(text) for key, _, text in any_store.export("/").entries if key != "journal")
    assert left < 10_000


def test_a_body_above_the_limit_is_rejected(client_with: Callable[..., EmulatorClient]) -> None:
    studio = Studio(client_with(max_agent_bytes=2_000_000))
    _, version = studio.create()
    assert studio.update(version, nodes=[{"text": "x" * 2_000_000}]).rule == "body-too-large"
    big = {"message": "x" * 1_100_000, "locationId": LOCATION}
    assert studio.client.send(big).rule == "body-too-large"


def test_credentials_are_not_stored(
    client_with: Callable[..., EmulatorClient], any_store: Store
) -> None:
    studio = Studio(client_with(store=any_store))
    secret = "pit-99999999-8888-4777-8666-555555555555"
    agent, version = studio.create(name=secret, description=secret)
    studio.update(version, nodes=[{"token": secret, "text": f'"{secret}"'}])
    assert secret not in str(any_store.export(""))
    assert content(studio.read(f"/{agent}"))["agent"]["name"] == "pit-[redacted]"


@pytest.mark.behaviour("created-agent-runs")
def test_a_created_agent_echoes_or_plays_its_dialogue(studio: Studio) -> None:
    agent, _ = studio.published()
    assert content(studio.say(agent, message="hi"))["response"] == "Turn 1. You said: hi"
    played = dialogue("booking", agent=agent).user("haircut").agent("Which day?")
    studio.client.emulator.dialogues.put("", played.build())
    assert content(studio.say(agent, message="a haircut"))["response"] == "Which day?"
    studio.delete(agent)
    assert studio.say(agent, message="a haircut").rule == "agent-unknown"


def test_faults_fire_before_or_after_the_commit(studio: Studio) -> None:
    namespaces, contract = studio.client.emulator.namespaces, studio.client.emulator.contract
    agent, version = studio.create()
    arm(namespaces, contract, "", Fault(operation_id="promoteAndPublish", status=500))
    assert studio.publish(version).status == 500
    assert studio.say(agent).rule == "agent-unpublished"
    fault = Fault(operation_id="promoteAndPublish", status=500, phase=FaultPhase.AFTER_COMMIT)
    arm(namespaces, contract, "", fault)
    assert studio.publish(version).status == 500
    assert studio.say(agent).rule == "reply"


def test_agents_are_reset_and_in_snapshots(studio: Studio) -> None:
    agent, version = studio.published()
    studio.update(version, nodes=[{"a": 1}])
    namespace = studio.client.emulator.namespaces.shared()
    snapshot = namespace.snapshot()
    check_content(snapshot, MAKERS)
    namespace.delete_prefixes(*STORED_SCOPES["agents"])
    assert agent not in studio.listed()
    assert not [key for key, *_ in namespace.snapshot().entries if "agent" in key]
    namespace.restore(snapshot)
    assert studio.say(agent).rule == "reply"
    assert studio.publish(version).status == 200


def test_ids_are_the_same_with_the_same_seed(client_with: Callable[..., EmulatorClient]) -> None:
    one, two = (
        Studio(client_with(store=open_store("memory:"), seed=7)).published() for _ in range(2)
    )
    assert one == two


@pytest.mark.parametrize("agent", ["\x00", "x" * 5_000, "a b", "%", "..", "agents/x", "é\u200b"])
def test_any_id_is_only_unknown(
    client_with: Callable[..., EmulatorClient], any_store: Store, agent: str
) -> None:
    studio = Studio(client_with(store=any_store, validate_responses=False))
    for response in (studio.read(f"/{agent}"), studio.say(agent), studio.publish(agent)):
        assert response.status == 404
