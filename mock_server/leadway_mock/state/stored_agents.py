"""Where the agents that clients created are stored.

Two changes of one agent compete for its next revision, and one of them is made again. The nodes and
edges of a version may be large and are rarely needed, so each version's content is stored by
itself, and executing an agent does not read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from leadway_mock.agents.registry import ACTIVE
from leadway_mock.config.settings import Settings
from leadway_mock.state.agent_aggregate import (
    LIST_STATES,
    PUBLISHED,
    Content,
    StoredAgent,
    StoredVersion,
    agent_from_json,
    agent_to_json,
    redacted_agent,
)
from leadway_mock.store import Append, Item, Reads, Store, Write
from leadway_mock.util.cache import BoundedDict
from leadway_mock.util.json_text import to_json_text
from leadway_mock.util.redaction import fingerprint, redact_json_text

AGENTS: Final = "agents/"
VERSION_AGENTS: Final = "version-agents/"
"""What the keys of agents, and of the agent of each version, begin with in their namespace."""

MAX_DELETED: Final = 10_000
"""Deleted agents whose ids are stored."""

MAX_CACHED: Final = 1_000
MAX_CACHED_INDEXES: Final = 100


class AgentIndex(NamedTuple):
    """The agents of one location: where they are stored, and the `list_state` of each id."""

    key: str
    position: int
    states: dict[str, str]


class StoredAgents:
    """The agents that clients created in a namespace."""

    def __init__(self, store: Store, settings: Settings, prefix: str = "") -> None:
        """Use keys of `store` that begin with `prefix`."""
        self._store = store
        self._settings = settings
        self._key = prefix + AGENTS
        self._indexes = f"{prefix}agent-ids/"  # of each location: ids, and the `list_state` of each
        self._owners = prefix + VERSION_AGENTS
        self._contents = f"{prefix}version-contents/"
        self._deleted = f"{prefix}deleted-agents"
        self._dropped = f"{prefix}deleted-versions"  # the newest one; then it is gone
        self._cache: BoundedDict[tuple[int, str], StoredAgent] = BoundedDict(MAX_CACHED)
        self._index_cache: BoundedDict[str, dict[str, str]] = BoundedDict(MAX_CACHED_INDEXES)

    def find(self, agent_id: str, reads: Reads) -> StoredAgent | None:
        """Return the agent with that id, deleted or not; None if there never was one."""
        item = reads.last(self._key + agent_id)
        return None if item is None else self._decode(item)

    def find_version(
        self, version_id: str, location: str, reads: Reads
    ) -> tuple[StoredAgent, StoredVersion] | None:
        """Return the version with that id and its agent, or None.

        `location` is where it probably is; its index is read as well.
        """
        owner = reads.last(self._owners + version_id)
        if owner is None:
            return None
        # In one read: older content with a newer revision would undo another change.
        item, *_ = reads.load(
            self._key + owner.value, self._contents + version_id, self._index_key(location)
        )
        agent = None if item is None else self._decode(item)
        version = agent.version(version_id) if agent else None
        return (agent, version) if agent and version else None

    def listed_ids(self, location: str, reads: Reads, *, only_published: bool = False) -> list[str]:
        """Return the ids of a location's active agents, in the order of their creation."""
        states = (PUBLISHED,) if only_published else (PUBLISHED, ACTIVE)
        return [
            id_ for id_, state in self._index(location, reads).states.items() if state in states
        ]

    def load(self, agent_ids: Sequence[str], reads: Reads) -> list[StoredAgent]:
        """Return those of the agents that are not deleted, in one read."""
        items = reads.load(*[self._key + each for each in agent_ids])
        agents = [self._decode(item) for item in items if item is not None]
        return [each for each in agents if not each.is_deleted]

    def contents(self, agent: StoredAgent, reads: Reads) -> list[Content]:
        """Return the content of each version of an agent, in their order."""
        items = reads.load(*[self._contents + each.id for each in agent.versions])
        return [self._content(each) for each in items]

    def content(self, version_id: str, reads: Reads) -> Content:
        """Return the content of a version."""
        return self._content(reads.last(self._contents + version_id))

    def add_writes(
        self,
        added: Sequence[tuple[StoredAgent, Sequence[Content]]],
        reads: Reads,
        *,
        is_new: bool = False,
    ) -> list[Write]:
        """Return the writes that add agents, each with the content of its versions.

        An agent with the same id is replaced; `is_new` says that there is none. Beyond the setting
        `max_agents`, the oldest agents of a location are deleted.
        """
        writes: list[Write] = []
        for location in dict.fromkeys(agent.location for agent, _ in added):
            index = self._index(location, reads)
            states = index.states
            states |= {each.id: each.list_state for each, _ in added if each.location == location}
            excess = len(states) - self._settings.max_agents
            for oldest_id in list(states)[:excess] if excess > 0 else ():
                oldest = self.find(oldest_id, reads)
                writes += self._remove_writes(oldest) if oldest else []
                del states[oldest_id]
            writes.append(self._index_write(index))
        for agent, contents in added:
            before = None if is_new else self.find(agent.id, reads)
            if before is not None:
                writes += self._drop_writes([each.id for each in before.versions])
            if not is_new:
                # The newest deleted version may be one of these: it must not be dropped later.
                writes += self._drop_writes([""])
            following = replace(agent, revision=before.revision + 1) if before else agent
            writes.append(self._agent_write(following))
            for version, content in zip(agent.versions, contents, strict=True):
                text = _content_text(content) if content else ""
                writes += self._version_writes(agent, version.id, text)
        return writes

    def all(self, reads: Reads) -> list[StoredAgent]:
        """Return the agents of all locations that are not deleted."""
        found: list[StoredAgent] = []
        for _, _, text in self._store.export(self._indexes).entries:
            found += self.load(list(self._store.decode(text, index_from_json)), reads)
        return found

    def change_writes(
        self,
        before: StoredAgent,
        after: StoredAgent,
        reads: Reads,
        contents: Mapping[str, Content] | None = None,
    ) -> list[Write]:
        """Return the writes that replace an agent, if it is still as it was `before`.

        `contents` are new contents of its versions, by their ids.
        """
        writes: list[Write] = [self._agent_write(after)]
        state = after.list_state
        if state != before.list_state:
            index = self._index(after.location, reads)
            index.states[after.id] = state
            writes.append(self._index_write(index))
        for version_id, content in (contents or {}).items():
            writes.append(Append(self._contents + version_id, _content_text(content), keep=1))
        kept = {each.id for each in after.versions}
        dropped = [each.id for each in before.versions if each.id not in kept]
        return writes + self._drop_writes(dropped) if dropped else writes

    def publish_writes(
        self, before: StoredAgent, after: StoredAgent, version_id: str, reads: Reads
    ) -> list[Write]:
        """Return the writes that publish a version; the new draft begins with its content."""
        item = reads.last(self._contents + version_id)
        draft = after.versions[-1]
        writes = self.change_writes(before, after, reads)
        return writes + self._version_writes(after, draft.id, item.value if item else "")

    def delete_writes(self, agent: StoredAgent, reads: Reads) -> list[Write]:
        """Return the writes that delete an agent and its versions."""
        index = self._index(agent.location, reads)
        index.states.pop(agent.id, None)
        return [self._index_write(index), *self._remove_writes(agent)]

    def _index_key(self, location: str) -> str:
        return self._indexes + fingerprint(location)

    def _index(self, location: str, reads: Reads) -> AgentIndex:
        """Return the index of a location; its states may be changed, and then written."""
        key = self._index_key(location)
        item = reads.last(key)
        if item is None:
            return AgentIndex(key, 0, {})
        states = self._index_cache.get(item.value)
        if states is None:
            states = self._index_cache[item.value] = self._store.decode(item.value, index_from_json)
        return AgentIndex(key, item.position, states.copy())

    def _content(self, item: Item | None) -> Content:
        # The parser of the standard library keeps integers beyond 64 bits.
        return self._store.decode(item.value, dict, parse=json.loads) if item else {}

    def _decode(self, item: Item) -> StoredAgent:
        key = item.position, item.value
        agent = self._cache.get(key)
        if agent is None:
            make = partial(agent_from_json, revision=item.position)
            agent = self._cache[key] = self._store.decode(item.value, make, parse=json.loads)
        return agent

    def _agent_write(self, agent: StoredAgent) -> Append:
        agent = redacted_agent(agent)
        text = to_json_text(agent_to_json(agent))
        self._cache[agent.revision, text] = agent  # saves decoding it
        return Append(self._key + agent.id, text, agent.revision - 1, keep=1)

    def _index_write(self, index: AgentIndex) -> Append:
        text = to_json_text(index.states)
        self._index_cache[text] = index.states
        return Append(index.key, text, index.position, keep=1)

    def _version_writes(self, agent: StoredAgent, version_id: str, content: str) -> list[Write]:
        """Return the writes of a new version; one without content has no list of contents."""
        writes: list[Write] = [Append(self._owners + version_id, agent.id, keep=1)]
        if content:
            writes.append(Append(self._contents + version_id, content, keep=1))
        return writes

    def _remove_writes(self, agent: StoredAgent) -> list[Write]:
        deleted = Append(self._deleted, agent.id, keep=MAX_DELETED, owned=(self._key,))
        dropped = self._drop_writes([each.id for each in agent.versions])
        return [self._agent_write(agent.delete()), deleted, *dropped]

    def _drop_writes(self, version_ids: Iterable[str]) -> list[Write]:
        owned = (self._owners, self._contents)  # Of the entry before, which is dropped.
        return [Append(self._dropped, each, keep=1, owned=owned) for each in version_ids]


def index_from_json(content: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON value
    """Return the ids of agents with their `list_state`; raises `TypeError`."""
    if not isinstance(content, dict) or not LIST_STATES.issuperset(content.values()):
        raise TypeError("the index of agents has no state for each id")
    return content


def _content_text(content: Content) -> str:
    """Return the content of a version as it is stored, without credentials."""
    return redact_json_text(to_json_text(content))
