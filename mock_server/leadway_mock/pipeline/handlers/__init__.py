"""Handlers: one module for each resource of the platform, one handler for each operation.

A handler is a function of the validated call. It returns the response and what the pipeline commits
with it. An operation without a handler responds with its first example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from leadway_mock.agents.registry import AgentRegistry
from leadway_mock.contract.model import Contract
from leadway_mock.dialogues import DialogueRegistry
from leadway_mock.http.messages import Response
from leadway_mock.pipeline.context import OperationCall, Prepared
from leadway_mock.pipeline.handlers.agents import AgentsHandler
from leadway_mock.pipeline.handlers.execute_agent import ExecuteAgentHandler
from leadway_mock.pipeline.handlers.managed_agents import ManagedAgentsHandler
from leadway_mock.pipeline.handlers.oauth import OAuthHandler
from leadway_mock.state.agent_versions import AgentVersions

Handler: TypeAlias = Callable[[OperationCall], Prepared]
"""Prepares an operation. Raises `APIError`."""


def prepare_example(call: OperationCall) -> Prepared:
    """Prepare the first example of an operation without a handler."""
    example = next(iter(call.operation.examples.values()))
    return Prepared(Response(example.status, example.content, example.name, example.evidence))


def build_handlers(
    contract: Contract,
    agents: AgentRegistry,
    dialogues: DialogueRegistry,
    agent_versions: AgentVersions,
) -> Mapping[str, Handler]:
    """Return the handlers by `operationId`."""
    execute = ExecuteAgentHandler(contract, agents, dialogues, agent_versions)
    managed = ManagedAgentsHandler(contract, agents, dialogues, agent_versions)
    studio = AgentsHandler(contract, agents)
    oauth = OAuthHandler(contract)
    return {
        "getAccessToken": oauth.exchange,
        "getLocationAccessToken": oauth.issue_for_location,
        "getLocationAccessTokenV3": oauth.issue_for_location,
        "executeAgent": execute.prepare_turn,
        "executeAgent-deprecated": execute.prepare_turn,
        "createAgent": studio.create,
        "getAgents": studio.list_page,
        "getAgents-deprecated": studio.list_page,
        "getAgentById": studio.get,
        "getAgentById-deprecated": studio.get,
        "updateAgentMetadata": studio.update_metadata,
        "updateAgentVersion": studio.update_version,
        "promoteAndPublish": studio.publish,
        "deleteAgent": studio.delete,
        "executeManagedAgent": managed.prepare,
        "listManagedAgents": managed.list_page,
        "getManagedAgent": managed.get,
    }
