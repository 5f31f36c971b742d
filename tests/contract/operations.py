"""Matrix of the operations: each with its method of the SDK, and a test that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation of the contract."""

    test: str
    sdk: str = ""
    """Method or class of the SDK that calls it."""

    no_sdk: str = ""
    """Reason why the SDK does not call it."""


_AGENTS = "tests/contract/test_agents.py::test_"
_MANAGED = "tests/contract/test_managed_agents.py::test_"
_TOKENS = "tests/contract/test_tokens.py::test_"
_V3 = "none: LocationToken uses the older path, which is the same operation"
_CONVERSATIONS = "tests/contract/test_conversations.py::test_"

OPERATIONS: Mapping[str, OperationRow] = {
    "createAgent": OperationRow(f"{_AGENTS}agent_is_created", "Leadway.create_agent"),
    "getAgents": OperationRow(f"{_AGENTS}lists_of_agents_are_paged", "Leadway.list_agents"),
    "getAgentById": OperationRow(f"{_AGENTS}created_agent_is_listed_and_read", "Agent.get"),
    "updateAgentMetadata": OperationRow(f"{_AGENTS}metadata_is_changed", "Agent.update"),
    "deleteAgent": OperationRow(f"{_AGENTS}deleted_agent_is_gone", "Agent.delete"),
    "updateAgentVersion": OperationRow(
        f"{_AGENTS}version_content_is_kept", "Leadway.update_agent_version"
    ),
    "promoteAndPublish": OperationRow(
        f"{_AGENTS}publishing_makes_a_draft", "Leadway.publish_agent_version"
    ),
    "getAgents-deprecated": OperationRow(
        f"{_AGENTS}old_paths_read_agents", "Leadway.list_agents_deprecated"
    ),
    "getAgentById-deprecated": OperationRow(
        f"{_AGENTS}old_paths_read_agents", "Agent.get_deprecated"
    ),
    "executeAgent": OperationRow(
        f"{_CONVERSATIONS}first_message_starts_a_session", "Agent.execute"
    ),
    "executeAgent-deprecated": OperationRow(
        f"{_CONVERSATIONS}session_continues_on_the_other_path", "Agent.execute_deprecated"
    ),
    "executeManagedAgent": OperationRow(f"{_MANAGED}managed_agent_replies", "ManagedAgent.execute"),
    "listManagedAgents": OperationRow(
        f"{_MANAGED}managed_agents_are_listed", "Leadway.list_managed_agents"
    ),
    "getManagedAgent": OperationRow(f"{_MANAGED}managed_agent_is_read", "ManagedAgent.get"),
    "getAccessToken": OperationRow(f"{_TOKENS}code_is_exchanged_once", "OAuthToken"),
    "getLocationAccessToken": OperationRow(
        f"{_TOKENS}agency_gets_tokens_of_its_locations", "LocationToken"
    ),
    "getLocationAccessTokenV3": OperationRow(
        f"{_TOKENS}agency_gets_tokens_of_its_locations", no_sdk=_V3
    ),
}
