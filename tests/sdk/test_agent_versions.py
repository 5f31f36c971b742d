"""Agents and their versions: created, changed, published, listed, read and deleted over sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leadway import (
    AgentNotFoundError,
    AsyncLeadway,
    InactiveAgentError,
    InvalidRequestError,
    InvalidResponseError,
    Leadway,
    MissingScopeError,
    NewAgentFields,
    RetryPolicy,
    RouteNotFoundError,
    ServerError,
    VersionNotFoundError,
)
from leadway._agent_versions import create_steps, list_agents_steps, publish_steps
from leadway._calls import Call, HTTPResponse
from leadway._responses import classify
from leadway._sender import SendOptions, Steps
from leadway_mock.testing import Mock

AT_ONCE = RetryPolicy(initial_delay=0.0)
NODES = [{"nodeId": "node_1", "type": "start", "x": {"z": 1, "a": [None, 1.5, "é"]}}]
EDGES = [{"from": "node_1", "to": "node_1", "id": ""}]
AUTHOR: NewAgentFields = {
    "author_id": "usr_1",
    "author_name": "Ann",
    "author_email": "ann@example.com",
}


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock() as started:
        yield started


@pytest.fixture
def leadway(mock: Mock) -> Iterator[Leadway]:
    with Leadway(
        token=mock.token, base_url=mock.url, location_id="here", retries=AT_ONCE
    ) as client:
        yield client


def test_an_agent_is_created_published_executed_and_deleted(leadway: Leadway) -> None:
    described: NewAgentFields = {**AUTHOR, "description": "Helps"}
    created = leadway.create_agent("Support", **described)
    (first,) = created.versions
    assert (created.name, created.status, created.location_id) == ("Support", "active", "here")
    assert (first.state, first.is_published, first.number) == ("staging", False, 1)
    agent = leadway.agent(created.id)
    with pytest.raises(AgentNotFoundError):
        agent.execute("Hello")

    changed = leadway.update_agent_version(first.id, name="One", nodes=NODES, edges=EDGES)
    assert (changed.id, changed.name, changed.versions) == (created.id, "Support", ())
    published = leadway.publish_agent_version(first.id, user_name="Ann")
    assert (published.production.id, published.production.state) == (first.id, "prod")
    assert not published.draft.is_published
    assert agent.execute("Hello").text

    found = agent.get()
    assert found.published_version is not None
    assert found.published_version.id == first.id
    assert [each.nodes for each in found.versions] == [tuple(NODES)] * 2
    assert found.versions[0].edges == tuple(EDGES)
    assert found.versions[0].name == "One"

    assert agent.update(name="Help", status="inactive").status == "inactive"
    with pytest.raises(InactiveAgentError):
        agent.execute("Hello")
    agent.delete()
    with pytest.raises(AgentNotFoundError):
        agent.get()


def test_agents_are_listed_in_pages(leadway: Leadway) -> None:
    before = leadway.list_agents(limit=100).total
    ids = [leadway.create_agent(f"Agent {number}", **AUTHOR).id for number in range(3)]
    leadway.publish_agent_version(leadway.agent(ids[0]).get().versions[0].id)
    page = leadway.list_agents(offset=before, limit=2)
    assert [each.id for each in page.agents] == ids[:2]
    assert (page.total, page.offset, page.limit, page.has_more) == (before + 3, before, 2, True)
    published = {each.id for each in leadway.list_agents(published_only=True, limit=100).agents}
    assert published & set(ids) == {ids[0]}


def test_the_deprecated_paths_warn(leadway: Leadway) -> None:
    agent_id = leadway.create_agent("Old", **AUTHOR).id
    with pytest.warns(DeprecationWarning, match=r"Use list_agents\(\)"):
        page = leadway.list_agents_deprecated(limit=100)  # type: ignore[deprecated]  # tested
    assert agent_id not in {each.id for each in page.agents}
    leadway.publish_agent_version(leadway.agent(agent_id).get().versions[0].id)
    with pytest.warns(DeprecationWarning, match=r"Use get\(\)") as warned:
        found = leadway.agent(agent_id).get_deprecated()  # type: ignore[deprecated]  # tested
    assert found.id == agent_id
    assert warned[0].filename == __file__


def test_the_async_client_does_the_same(mock: Mock) -> None:
    async def walk() -> list[str]:
        async with AsyncLeadway(token=mock.token, base_url=mock.url, location_id="here") as leadway:
            created = await leadway.create_agent("Async", **AUTHOR)
            version = created.versions[0].id
            await leadway.update_agent_version(version, nodes=NODES)
            await leadway.publish_agent_version(version)
            agent = leadway.agent(created.id)
            found = await agent.get()
            changed = await agent.update(description="New")
            listed = await leadway.list_agents(published_only=True, limit=100)
            assert created.id in {each.id for each in listed.agents}
            with pytest.warns(DeprecationWarning, match="list_agents") as warned:
                old = await leadway.list_agents_deprecated(limit=100)  # type: ignore[deprecated]  # tested
            assert old.total == listed.total
            assert warned[0].filename == __file__
            with pytest.warns(DeprecationWarning, match="get"):
                again = await agent.get_deprecated()  # type: ignore[deprecated]  # tested
            await agent.delete()
            with pytest.raises(AgentNotFoundError):
                await agent.delete()
            return [found.name, changed.description, again.name]

    assert asyncio.run(walk()) == ["Async", "New", "Async"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda leadway: leadway.create_agent(7), "`name` must be a string, not 7"),
        (lambda leadway: leadway.create_agent("a", nodes=[]), "Unknown argument `nodes`"),
        (lambda leadway: leadway.create_agent("a", version=[]), "`version` must be a dictionary"),
        (lambda leadway: leadway.create_agent("a", status=1), "`status` must be a string, not 1"),
        (lambda leadway: leadway.list_agents(limit="5"), "`limit` must be a whole number"),
        (lambda leadway: leadway.list_agents(published_only=1), "`published_only` must be True"),
        (
            lambda leadway: leadway.update_agent_version("v", nodes="x"),
            "`nodes` must be a list of dictionaries",
        ),
        (
            lambda leadway: leadway.update_agent_version("v", edges=[{}, 1]),
            r"`edges\[1\]` must be a dictionary, not 1",
        ),
        (lambda leadway: leadway.update_agent_version("a/b"), "The version id must be a word"),
        (lambda leadway: leadway.publish_agent_version("."), r"The version id must .* not '\.'"),
        (lambda leadway: leadway.agent("a").update(state="x"), "did you mean `status`"),
    ],
)
def test_wrong_arguments_are_named_and_nothing_is_sent(
    mock: Mock, leadway: Leadway, call: Callable[[Any], object], message: str
) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        call(leadway)
    assert list(mock.journal) == []


def test_the_names_are_those_of_the_contract(mock: Mock, leadway: Leadway) -> None:
    of_agency: NewAgentFields = {"agency_id": "x", **AUTHOR}
    version = leadway.create_agent("A", **of_agency).versions[0].id
    leadway.update_agent_version(
        version,
        name="One",
        global_variables=[{"a": 1}],
        input_variables=[],
        runtime_variables=[],
        global_config={"globalPrompt": {}},
        user_id="u",
    )
    created, updated = (json.loads(entry["request"]["body"]) for entry in mock.journal)
    assert created == {
        "locationId": "here",
        "name": "A",
        "status": "active",
        "version": {},
        "agencyId": "x",
        "authorId": "usr_1",
        "authorName": "Ann",
        "authorEmail": "ann@example.com",
    }
    assert updated == {
        "locationId": "here",
        "versionName": "One",
        "globalVariables": [{"a": 1}],
        "inputVariables": [],
        "runtimeVariables": [],
        "globalConfig": {"globalPrompt": {}},
        "userId": "u",
    }


def test_what_does_not_exist_is_named(leadway: Leadway) -> None:
    with pytest.raises(VersionNotFoundError):
        leadway.publish_agent_version("unknown")
    with pytest.raises(VersionNotFoundError):
        leadway.update_agent_version("unknown", name="x")
    with pytest.raises(AgentNotFoundError):
        leadway.agent("unknown").update(name="x")


def test_reads_are_sent_again_and_writes_are_not(mock: Mock, leadway: Leadway) -> None:
    agent = leadway.agent(leadway.create_agent("A", **AUTHOR).id)
    mock.fault(status=500, times=1)
    assert agent.get().name == "A"
    mock.fault(status=500, times=1)
    with pytest.raises(ServerError):
        leadway.create_agent("B", **AUTHOR)
    assert [each.name for each in leadway.list_agents(limit=100).agents].count("B") == 0


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (404, "Cannot PATCH /agent-studio/agent/versions/x", RouteNotFoundError),
        (404, "Cannot DELETE /agent-studio/agent/x", RouteNotFoundError),
        (404, "Agent not found or not available", AgentNotFoundError),
        (404, "Version not found", VersionNotFoundError),
        (400, "Only draft versions can be promoted", InvalidRequestError),
        (401, "The token is not authorized for this scope.", MissingScopeError),
    ],
)
def test_errors_by_their_text(status: int, text: str, error: type[Exception]) -> None:
    body = json.dumps({"statusCode": status, "message": text}).encode()
    assert type(classify(HTTPResponse(status, body))) is error


def parsed(steps: Steps[Any], body: object) -> Any:
    call = next(steps)
    assert isinstance(call, Call)
    return classify(HTTPResponse(200, json.dumps(body).encode()), call.parse)


def listing(body: object) -> Any:
    steps = list_agents_steps(SendOptions("here"), offset=0, limit=9)
    return parsed(steps, body)


def test_missing_fields_have_defaults() -> None:
    page = listing({"agents": [{"agentId": "a", "name": None}, "no agent"]})
    assert [(each.id, each.name, each.versions) for each in page.agents] == [("a", "", ())]
    assert (page.total, page.limit, page.has_more) == (1, 1, False)
    published = parsed(publish_steps("v", SendOptions("here"), {}), {"data": {}})
    assert (published.production.id, published.draft.nodes) == ("", ())


@pytest.mark.parametrize(
    "body", [[], {}, {"agents": {}}, {"agents": [{"name": 1}]}, {"agents": [], "pagination": 1}]
)
def test_a_response_of_another_form_is_an_error(body: object) -> None:
    assert isinstance(listing(body), InvalidResponseError)


@pytest.mark.parametrize(
    "body", [{"agent": {"agentId": "a"}}, {"agent": [], "versions": []}, {"versions": []}]
)
def test_a_created_agent_without_fields_or_versions_is_an_error(body: object) -> None:
    found = parsed(create_steps(SendOptions("here"), "a", {}), body)
    assert isinstance(found, InvalidResponseError)
