"""Operations on agents that clients created: list, export, seed, and their replies."""

from __future__ import annotations

from typing import Any, Final

from leadway_mock.agents.file.loader import AgentsFileError
from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import (
    ControlAPIError,
    ControlCall,
    invalid_file,
    not_found,
)
from leadway_mock.pipeline.created_agents import (
    SeedError,
    check_replies,
    export_agents,
    give_replies,
    seed_agents,
)
from leadway_mock.state.agent_aggregate import StoredAgent
from leadway_mock.store import Reads
from leadway_mock.util.json_text import to_json_text

MAX_SEED_BYTES: Final = 16 * 1_048_576
"""Limit of agents that are loaded while the mock runs."""


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on agents."""

    @control.route("listCreatedAgents")
    def list_all(call: ControlCall) -> dict[str, Any]:
        agents = call.namespace.agents.all(Reads(call.namespace.store))
        return {"agents": [_agent_to_json(each) for each in agents]}

    @control.route("exportAgents")
    def export(call: ControlCall) -> dict[str, Any]:
        return {"text": export_agents(call.namespace)}

    @control.route("seedAgents", max_body=MAX_SEED_BYTES)
    def seed(call: ControlCall) -> dict[str, Any]:
        text = call.body.get("text")
        if text is None:
            text = to_json_text({"agents": call.body["agents"]})  # JSON is YAML
        try:
            agents = seed_agents(call.emulator, call.namespace, text)
        except AgentsFileError as error:
            pointer = "/text" if "text" in call.body else "/agents"
            raise invalid_file(error, pointer) from error
        except SeedError as error:
            raise ControlAPIError(409, str(error)) from error
        return {"agents": [_agent_to_json(each) for each in agents]}

    @control.route("setReplies")
    def set_replies(call: ControlCall) -> dict[str, Any]:
        agent_id, replies = call.path["agentId"], call.body["replies"]
        try:
            check_replies(replies)
        except AgentsFileError as error:
            raise invalid_file(error, "/replies") from error
        agent = give_replies(call.namespace, agent_id, replies)
        if agent is None:
            raise not_found("created agent", agent_id)
        return _agent_to_json(agent)


def _agent_to_json(agent: StoredAgent) -> dict[str, Any]:
    return {
        "id": agent.id,
        "name": agent.name,
        "location": agent.location,
        "status": agent.status,
        "published": agent.published_version is not None,
        "versions": [each.id for each in agent.versions],
        "replies": len(agent.replies),
    }
