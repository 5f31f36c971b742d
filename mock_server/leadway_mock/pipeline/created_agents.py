"""Created agents as an agents file: seed, export, and canned replies by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadway_mock.agents.file.loader import parse_agents
from leadway_mock.documents.yaml_document import dump
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.agent_aggregate import StoredAgent
from leadway_mock.state.agent_entries import entry_to_stored, stored_to_entry
from leadway_mock.state.clock import iso_time
from leadway_mock.state.namespaces import Namespace
from leadway_mock.store import ATTEMPTS, CONTENDED, Reads, StoreUnavailable
from leadway_mock.util.json_text import to_json_text

MAX_SEED_NODES: Final = 1_000_000
"""Limit of values in agents that are loaded while the mock runs."""


class SeedError(ValueError):
    """Agents cannot be loaded; the text says why and what to do."""


def check_replies(replies: Sequence[Mapping[str, Any]]) -> None:
    """Check canned replies, as in an agents file; raises `AgentsFileError`."""
    entry = {"id": "agent", "name": "agent", **({"replies": list(replies)} if replies else {})}
    parse_agents(to_json_text({"agents": [entry]}), "replies")  # JSON is YAML


def export_agents(namespace: Namespace) -> str:
    """Return the created agents of a namespace as the text of an agents file."""
    agents, reads = namespace.agents, Reads(namespace.store)
    entries = [stored_to_entry(each, agents.contents(each, reads)) for each in agents.all(reads)]
    return dump({"agents": entries})


def seed_agents(emulator: Emulator, namespace: Namespace, text: str) -> list[StoredAgent]:
    """Add the agents of an agents file, so that clients can change them; return them.

    Raises `AgentsFileError`, `SeedError` where an agent cannot be stored, and `StoreUnavailable`.
    """
    content = parse_agents(text, "agents", max_nodes=MAX_SEED_NODES)
    if "tokens" in content:
        raise SeedError("Tokens cannot be loaded while the mock runs: name the file at its start.")
    now = iso_time(namespace.clock.now())
    added = [entry_to_stored(_check(emulator, each), "", now=now) for each in content["agents"]]
    owners = {each.id: agent for agent, _ in added for each in agent.versions}
    if len(owners) < sum(len(agent.versions) for agent, _ in added):
        raise SeedError("Two versions have the same id; give each its own.")
    for _ in ATTEMPTS:
        reads = Reads(namespace.store)
        _check_stored(namespace, added, owners, reads)
        writes = namespace.agents.add_writes(added, reads)
        if not writes or namespace.store.commit(writes) is not None:
            return [agent for agent, _ in added]
    raise StoreUnavailable(CONTENDED)


def give_replies(
    namespace: Namespace, agent_id: str, replies: Sequence[Mapping[str, Any]]
) -> StoredAgent | None:
    """Let a created agent use canned replies; return it, or None if there is no such agent.

    Raises `StoreUnavailable`.
    """
    for _ in ATTEMPTS:
        reads = Reads(namespace.store)
        agent = namespace.agents.find(agent_id, reads)
        if agent is None or agent.is_deleted:
            return None
        changed = agent.give_replies(replies)
        writes = namespace.agents.change_writes(agent, changed, reads)
        if namespace.store.commit(writes) is not None:
            return changed
    raise StoreUnavailable(CONTENDED)


def _check(emulator: Emulator, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    agent_id = entry["id"]
    if agent_id in emulator.agents.by_id:
        raise SeedError(f"The agent {agent_id} is built in, or of the agents file; use another id.")
    if "managed" in entry:
        raise SeedError(f"The agent {agent_id} is managed; name its file at the start of the mock.")
    if "location" not in entry:
        raise SeedError(f"The agent {agent_id} has no location; a created agent needs one.")
    return entry


def _check_stored(
    namespace: Namespace,
    added: Sequence[tuple[StoredAgent, Any]],
    owners: Mapping[str, StoredAgent],
    reads: Reads,
) -> None:
    for agent, _ in added:
        before = namespace.agents.find(agent.id, reads)
        if before and not before.is_deleted and before.location != agent.location:
            raise SeedError(f"The agent {agent.id} exists in another location; delete it first.")
    for version_id, agent in owners.items():
        found = namespace.agents.find_version(version_id, agent.location, reads)
        if found and found[0].id != agent.id:
            raise SeedError(f"The version {version_id} belongs to the agent {found[0].id}.")
