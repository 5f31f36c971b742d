"""Agents between their entries in an agents file and the store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadway_mock.agents.registry import ACTIVE, Agent, only_version
from leadway_mock.state.agent_aggregate import (
    DRAFT,
    OWNER_FIELDS,
    PRODUCTION,
    PUBLISHER_FIELDS,
    Content,
    StoredAgent,
    StoredVersion,
)

EPOCH: Final = "2026-01-01T00:00:00.000Z"
"""Time at which agents of a file were created, if it has none."""


def agent_to_stored(agent: Agent, location: str) -> tuple[StoredAgent, list[Content]]:
    """Return an agent of the registry as one of the store, with the content of its versions."""
    if agent.source:
        return entry_to_stored(json.loads(agent.source), location)
    versions = [{"id": each.id, "published": each.published} for each in agent.versions]
    variables = [
        {"name": each.name, "type": each.type, "description": each.description}
        for each in agent.input_variables
    ]
    entry = {
        "id": agent.id,
        "name": agent.name,
        "status": agent.status,
        "versions": versions,
        "inputVariables": variables,
    }
    return entry_to_stored(entry, location)


def entry_to_stored(
    entry: Mapping[str, Any], location: str, *, now: str = EPOCH
) -> tuple[StoredAgent, list[Content]]:
    """Return the agent of an entry in an agents file, with the content of its versions.

    `location` is that of an agent without one, and `now` its time.
    """
    created = entry.get("createdAt", now)
    versions = entry.get("versions", [{"id": only_version(entry["id"]).id}])
    last = max((at for at, each in enumerate(versions) if each.get("published", True)), default=-1)
    agent = StoredAgent(
        id=entry["id"],
        location=entry.get("location", location),
        name=entry["name"],
        description=entry.get("description", ""),
        status=entry.get("status", ACTIVE),
        created_at=created,
        updated_at=entry.get("updatedAt", created),
        owner={name: entry[name] for name in OWNER_FIELDS if name in entry},
        versions=tuple(
            _version(each, number, entry["name"], created, is_published=number == last + 1)
            for number, each in enumerate(versions, 1)
        ),
        replies=tuple(entry.get("replies", ())),
    )
    variables = [
        {"key" if name == "name" else name: value for name, value in each.items()}
        for each in entry.get("inputVariables", ())
    ]
    declared = {"inputVariables": variables} if variables else {}
    return agent, [declared | each.get("content", {}) for each in versions]


def stored_to_entry(agent: StoredAgent, contents: Sequence[Content]) -> dict[str, Any]:
    """Return the entry of an agents file from which `entry_to_stored` makes the same agent."""
    return {
        "id": agent.id,
        "name": agent.name,
        **({"description": agent.description} if agent.description else {}),
        "location": agent.location,
        "status": agent.status,
        "createdAt": agent.created_at,
        "updatedAt": agent.updated_at,
        **agent.owner,
        "versions": [
            _version_entry(version, content)
            for version, content in zip(agent.versions, contents, strict=True)
        ],
        **({"replies": list(agent.replies)} if agent.replies else {}),
    }


def _version(
    entry: Mapping[str, Any], number: int, name: str, created: str, *, is_published: bool
) -> StoredVersion:
    number = entry.get("number", number)
    was_published = entry.get("published", True)
    at = entry.get("createdAt", created)
    return StoredVersion(
        id=entry["id"],
        number=number,
        name=entry.get("name", f"{name} v{number}"),
        state=entry.get("state", PRODUCTION if was_published else DRAFT),
        is_published=is_published,
        created_at=at,
        updated_at=entry.get("updatedAt", at),
        published_at=entry.get("publishedAt", at if was_published else ""),
        publisher={each: entry[each] for each in PUBLISHER_FIELDS.values() if each in entry},
    )


def _version_entry(version: StoredVersion, content: Content) -> dict[str, Any]:
    return {
        "id": version.id,
        "published": version.is_published,
        "state": version.state,
        "number": version.number,
        "name": version.name,
        "createdAt": version.created_at,
        "updatedAt": version.updated_at,
        **({"publishedAt": version.published_at} if version.published_at else {}),
        **version.publisher,
        **({"content": content} if content else {}),
    }
