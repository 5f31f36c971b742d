"""Section "Agents and versions": create, change, publish, list, read and delete."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from leadway_client.api.agents import create_agent, get_agent_by_id, get_agents
from leadway_client.models import (
    AgentList,
    AgentStatus,
    CreateAgentRequest,
    CreateAgentResponse,
    GetAgentResponse,
    NewAgentVersion,
)
from tests.contract.service import Service

AGENTS = "/agent-studio/agent"
OLD = "/agent-studio/public-api/agents"
UNSCOPED = "Bearer pit-00000000-0000-4000-8000-000000000403"


def write(service: Service, method: str, path: str = "", **fields: Any) -> httpx.Response:
    body = {"locationId": service.account.location_id} | fields
    arguments = {} if method == "POST" else {"json": body}
    return service.send(body, method=method, path=f"{AGENTS}{path}", **arguments)


def read(service: Service, path: str = AGENTS, method: str = "GET", **query: Any) -> httpx.Response:
    page = {"limit": "100", "offset": "0"} if path in {AGENTS, OLD} else {}
    defaults = {"locationId": service.account.location_id, **page}
    params = {name: text for name, text in (defaults | query).items() if text is not None}
    return service.send(method=method, path=path, params=params)


def create(service: Service, **fields: Any) -> tuple[str, str]:
    """Create an agent; return its id and that of its version."""
    response = write(service, "POST", **{"name": "A", "status": "active", "version": {}} | fields)
    assert response.status_code == 201, response.text
    created = response.json()
    return created["agent"]["agentId"], created["versions"][0]["versionId"]


def publish(service: Service, version: str) -> httpx.Response:
    return write(service, "POST", f"/versions/{version}/publish")


def say(service: Service, agent: str, **fields: Any) -> httpx.Response:
    return service.send(service.body(**fields), path=service.path(agent))


def message(response: httpx.Response, status: int) -> Any:
    """Return the message of an error with that status."""
    assert response.status_code == status, response.text
    return response.json()["message"]


@pytest.mark.clause("agent-is-created")
def test_agent_is_created(service: Service) -> None:
    version = NewAgentVersion(version_name="Version 1")
    body = CreateAgentRequest(
        location_id=service.account.location_id,
        name="Front desk",
        status=AgentStatus.ACTIVE,
        version=version,
    )
    created = create_agent.sync(client=service.client, body=body)
    assert isinstance(created, CreateAgentResponse)
    assert (created.agent.name, created.agent.status) == ("Front desk", "active")
    (first,) = created.versions
    assert (first.state, first.is_published, first.version) == ("staging", False, 1)
    assert first.agent_id == created.agent.agent_id


@pytest.mark.clause("created-agent-is-listed-and-read")
def test_created_agent_is_listed_and_read(service: Service) -> None:
    agent, version = create(service)
    location = service.account.location_id
    page = get_agents.sync(client=service.client, location_id=location, limit="1000", offset="0")
    assert isinstance(page, AgentList)
    assert agent in [each.agent_id for each in page.agents]
    assert page.pagination.total == len(page.agents)
    found = get_agent_by_id.sync(agent, client=service.client, location_id=location)
    assert isinstance(found, GetAgentResponse)
    assert [each.version_id for each in found.agent.versions] == [version]


@pytest.mark.clause("version-content-is-kept")
def test_version_content_is_kept(service: Service) -> None:
    agent, version = create(service)
    nodes = [{"z": 1, "a": {"deep": [None, True, 1.5]}, "": "x"}, {}]
    response = write(service, "PATCH", f"/versions/{version}", nodes=nodes, edges=[{"to": "b"}])
    assert response.json()["data"]["versionId"] == version
    write(service, "PATCH", f"/versions/{version}", globalConfig={"globalPrompt": 1})
    found = read(service, f"{AGENTS}/{agent}").json()["agent"]["versions"][0]
    assert (found["nodes"], found["edges"]) == (nodes, [{"to": "b"}])
    assert list(found["nodes"][0]) == ["z", "a", ""]
    assert found["globalConfig"] == {"globalPrompt": 1}


@pytest.mark.clause("only-a-published-agent-runs")
def test_only_a_published_agent_runs(service: Service) -> None:
    agent, version = create(service)
    assert message(say(service, agent), 404) == "Agent not found"
    assert publish(service, version).status_code == 200
    assert say(service, agent).json()["success"] is True


@pytest.mark.clause("publishing-makes-a-draft")
def test_publishing_makes_a_draft(service: Service) -> None:
    agent, version = create(service)
    data = publish(service, version).json()["data"]
    produced, draft = data["productionVersion"], data["newDraftVersion"]
    assert (produced["versionId"], produced["state"], produced["isPublished"]) == (
        version,
        "prod",
        True,
    )
    assert (draft["agentId"], draft["state"], draft["isPublished"]) == (agent, "draft", False)
    assert publish(service, draft["versionId"]).status_code == 200
    versions = read(service, f"{AGENTS}/{agent}").json()["agent"]["versions"]
    assert [(each["state"], each["isPublished"]) for each in versions] == [
        ("prod", False),
        ("prod", True),
        ("draft", False),
    ]


@pytest.mark.clause("a-version-is-published-once")
def test_a_version_is_published_once(service: Service) -> None:
    _, version = create(service)
    publish(service, version)
    assert message(publish(service, version), 400) == "Only draft versions can be promoted"


@pytest.mark.clause("one-of-concurrent-publications-succeeds")
def test_one_of_concurrent_publications_succeeds(service: Service) -> None:
    agent, version = create(service)
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: publish(service, version), range(8)))
    assert sorted(each.status_code for each in responses) == [200, *[400] * 7]
    versions = read(service, f"{AGENTS}/{agent}").json()["agent"]["versions"]
    assert [each["state"] for each in versions] == ["prod", "draft"]


@pytest.mark.clause("metadata-is-changed")
def test_metadata_is_changed(service: Service) -> None:
    agent, version = create(service, description="Before")
    publish(service, version)
    changed = write(service, "PATCH", f"/{agent}", name="B").json()["data"]
    assert (changed["name"], changed["description"]) == ("B", "Before")
    write(service, "PATCH", f"/{agent}", status="inactive")
    assert message(say(service, agent), 400) == "Agent is not active"
    text = message(read(service, f"{AGENTS}/{agent}"), 404)
    assert text == "Agent not found or not available"
    assert agent not in [each["agentId"] for each in read(service).json()["agents"]]
    write(service, "PATCH", f"/{agent}", status="active")
    assert say(service, agent).status_code == 200
    text = message(write(service, "PATCH", f"/{agent}", status="busy"), 422)
    assert text == ["status must be a valid enum value"]


@pytest.mark.clause("deleted-agent-is-gone")
def test_deleted_agent_is_gone(service: Service) -> None:
    agent, version = create(service)
    publish(service, version)
    session = say(service, agent).json()["executionId"]
    assert read(service, f"{AGENTS}/{agent}", "DELETE").json()["agentId"] == agent
    assert message(say(service, agent, executionId=session), 404) == "Agent not found"
    assert message(read(service, f"{AGENTS}/{agent}"), 404) == "Agent not found"
    assert message(read(service, f"{AGENTS}/{agent}", "DELETE"), 404) == "Agent not found"
    assert message(publish(service, version), 404) == "Version not found"


@pytest.mark.clause("agents-belong-to-their-location")
def test_agents_belong_to_their_location(service: Service) -> None:
    agent, version = create(service, locationId="elsewhere")
    assert agent not in [each["agentId"] for each in read(service).json()["agents"]]
    assert message(read(service, f"{AGENTS}/{agent}"), 404) == "Agent not found"
    assert message(publish(service, version), 404) == "Version not found"


@pytest.mark.clause("lists-of-agents-are-paged")
def test_lists_of_agents_are_paged(service: Service) -> None:
    created = [create(service)[0] for _ in range(2)]
    everything = read(service, limit="1000").json()
    ids = [each["agentId"] for each in everything["agents"]]
    assert [each for each in ids if each in created] == created
    total = everything["pagination"]["total"]
    last = read(service, limit="1", offset=str(total - 1)).json()
    assert [each["agentId"] for each in last["agents"]] == ids[-1:]
    assert last["pagination"] == {"total": total, "limit": 1, "offset": total - 1, "hasMore": False}
    published = read(service, limit="1000", isPublished="true").json()["agents"]
    assert not set(created) & {each["agentId"] for each in published}
    text = message(read(service, limit=None, offset=None), 422)
    assert text == ["limit must be a string", "offset must be a string"]


@pytest.mark.clause("old-paths-read-agents")
def test_old_paths_read_agents(service: Service) -> None:
    agent, version = create(service)
    assert agent not in [each["agentId"] for each in read(service, OLD).json()["agents"]]
    publish(service, version)
    assert agent in [each["agentId"] for each in read(service, OLD, limit="1000").json()["agents"]]
    assert read(service, f"{OLD}/{agent}").json()["agent"]["agentId"] == agent


@pytest.mark.clause("built-in-agents-are-read-only")
def test_built_in_agents_are_read_only(service: Service) -> None:
    path = f"{AGENTS}/{service.account.agent_id}"
    assert read(service, path).status_code == 200
    assert "built in" in message(read(service, path, "DELETE"), 403)


@pytest.mark.clause("agents-need-scopes")
def test_agents_need_scopes(service: Service) -> None:
    for method in ("GET", "POST"):
        query = {"locationId": service.account.location_id, "limit": "1", "offset": "0"}
        response = service.send(
            {"locationId": service.account.location_id, "status": "active", "version": {}},
            method=method,
            path=AGENTS,
            headers={"Authorization": UNSCOPED},
            params=query if method == "GET" else None,
        )
        assert response.status_code in {401, 403}
        assert response.json()["message"] == "The token is not authorized for this scope."


@pytest.mark.clause("observed-rules-of-agents-are-settings")
def test_observed_rules_of_agents_are_settings(adjusted: Callable[..., Service]) -> None:
    service = adjusted(nodes_in_create="fail", author_fields="required", list_paging="optional")
    author = {"authorId": "u", "authorName": "n", "authorEmail": "e"}
    new: dict[str, Any] = {"status": "active", "version": {"nodes": [{"id": 1}]}}
    assert message(write(service, "POST", **new), 422)[0] == "authorId should not be empty"
    assert message(write(service, "POST", **new, **author), 500) == "Internal Server Error"
    _, version = create(service, **author)
    assert read(service, limit=None, offset=None).json()["pagination"]["limit"] == 20
    assert publish(service, version).status_code == 200
    service = adjusted(publish_state="draft")
    _, version = create(service)
    assert message(publish(service, version), 400) == "Only draft versions can be promoted"
