"""JSON of agents and their versions in responses, as in the vendor's samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from leadway_mock.state.agent_aggregate import OWNER_FIELDS, Content, StoredAgent, StoredVersion
from leadway_mock.util.cache import memoize

SHOWN_OWNER_FIELDS: Final = OWNER_FIELDS[:2]
"""Those that responses have; the vendor's samples show no name and no e-mail address."""

MAX_CACHED: Final = 10_000
MAX_CACHED_CHARS: Final = 200
EMPTY_CONTENT: Final[Mapping[str, Any]] = {
    "description": "",
    "scopes": [],
    "nodes": [],
    "edges": [],
    "uiNodes": [],
    "uiEdges": [],
    "globalVariables": [],
    "inputVariables": [],
    "runtimeVariables": [],
    "viewport": {"x": 0, "y": 0, "zoom": 1},
    "globalConfig": {},
}
"""What a version returns for content that was never sent, as in the vendor's sample."""


def summary(agent: StoredAgent) -> dict[str, Any]:
    """Return an agent as lists have it."""
    return {
        "agentId": agent.id,
        "name": agent.name,
        "description": agent.description,
        "locationId": agent.location,
        "status": agent.status,
        "createdAt": agent.created_at,
        "updatedAt": agent.updated_at,
    }


def summary_with_owner(agent: StoredAgent) -> dict[str, Any]:
    """Return an agent as the response to its creation has it."""
    return {
        **summary(agent),
        **{name: agent.owner[name] for name in SHOWN_OWNER_FIELDS if name in agent.owner},
        "folderId": agent.location,
        "folderName": None,
    }


def version_summary(agent: StoredAgent, version: StoredVersion) -> dict[str, Any]:
    """Return a version without its content."""
    return {
        "versionId": version.id,
        "agentId": agent.id,
        "versionName": version.name,
        "state": version.state,
        "isPublished": version.is_published,
        "version": version.number,
        "createdAt": version.created_at,
        **_publication(version),
    }


def _publication(version: StoredVersion) -> dict[str, Any]:
    return (
        {"publishedAt": version.published_at, **version.publisher} if version.published_at else {}
    )


def updated_agent(agent: StoredAgent, version_id: str = "") -> dict[str, Any]:
    """Return an agent as the response to a change has it."""
    return {
        "agentId": agent.id,
        **({"versionId": version_id} if version_id else {}),
        "name": agent.name,
        "description": agent.description,
        "status": agent.status,
        "updatedAt": agent.updated_at,
    }


def details(agent: StoredAgent, contents: Sequence[Content]) -> dict[str, Any]:
    """Return an agent with its versions and their contents."""
    content = {
        "id": _uuid(f"agent-record:{agent.id}"),
        **summary_with_owner(agent),
        "productSlug": "agent_studio",
        "productId": "agent_studio",
        "deleted": False,
    }
    pairs = list(zip(agent.versions, contents, strict=True))
    for version, parts in pairs:
        if version.is_published:
            content["productionVersion"] = {
                "versionId": version.id,
                "versionName": version.name,
                "isPublished": True,
                "inputVariables": parts.get("inputVariables", []),
                "updatedAt": version.updated_at,
            }
    return content | {"versions": [_version_details(agent, *each) for each in pairs]}


def _version_details(
    agent: StoredAgent, version: StoredVersion, content: Content
) -> dict[str, Any]:
    agency = agent.owner.get("agencyId")
    own = {
        "id": _uuid(f"version-record:{version.id}"),
        "versionId": version.id,
        "agentId": agent.id,
        **({"agencyId": agency} if agency else {}),
        "locationId": agent.location,
        "versionName": version.name,
        "state": version.state,
        "isPublished": version.is_published,
        "version": version.number,
    }
    times = {"createdAt": version.created_at, "updatedAt": version.updated_at}
    fixed = own | times | _publication(version) | {"deleted": False}
    return {**own, **EMPTY_CONTENT, **content, **fixed}


@memoize(MAX_CACHED, MAX_CACHED_CHARS)
def _uuid(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:leadway:{text}"))
