"""Agents that clients created: one aggregate with its versions, and where it is stored.

A transition such as `StoredAgent.publish` returns the agent as it is afterwards, and stores
nothing. Two changes of one agent compete for its next revision, and one of them is made again.

The nodes and edges of a version may be large and are rarely needed, so each version's content is
stored by itself, and executing an agent does not read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Final

from leadway_mock.agents.file.loader import restore_agent
from leadway_mock.agents.registry import ACTIVE, Agent
from leadway_mock.config.settings import Settings
from leadway_mock.store import Append, Item, Reads, Store, Write
from leadway_mock.util.cache import BoundedDict
from leadway_mock.util.json_text import to_json_text
from leadway_mock.util.redaction import (
    fingerprint,
    redact_json,
    redact_json_text,
    redact_text,
)

STAGING: Final = "staging"
DRAFT: Final = "draft"
PRODUCTION: Final = "prod"
"""States of a version (documented)."""

PUBLISHED: Final = "published"
INACTIVE: Final = "inactive"
LIST_STATES: Final = frozenset({PUBLISHED, ACTIVE, INACTIVE})
"""The values of `StoredAgent.list_state`."""

MAX_VERSIONS: Final = 100
"""Versions of one agent; the oldest that is not published is deleted first."""

MAX_DELETED: Final = 10_000
"""Deleted agents that are remembered."""

MAX_CACHED: Final = 1_000
MAX_CACHED_INDEXES: Final = 100

AGENT_TEXTS: Final = (
    *("id", "location", "name", "description", "status"),
    *("created_at", "updated_at"),
)
VERSION_TEXTS: Final = ("id", "name", "state", "created_at", "updated_at", "published_at")
"""The fields that must be texts."""

AGENT_FIELDS: Final = (*AGENT_TEXTS, "owner", "replies", "is_deleted")
VERSION_FIELDS: Final = (*VERSION_TEXTS, "number", "is_published", "publisher")
"""The fields that are stored."""

Content = Mapping[str, Any]
"""Nodes, edges, variables and whatever else belongs to a version, as it was sent."""


class NotPublishable(ValueError):  # noqa: N818 - a state of the version, not a failure
    """The version has a state that cannot be published; the text names it."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version, without its content. Times are ISO 8601 in UTC."""

    id: str
    number: int
    name: str
    state: str
    is_published: bool
    created_at: str
    updated_at: str
    published_at: str = ""
    publisher: Mapping[str, str] = field(default_factory=dict)
    """Who published it, by the names of the API; values that were not sent are missing."""


@dataclass(frozen=True)
class StoredAgent:
    """An agent and its versions, the oldest first. Times are ISO 8601 in UTC."""

    id: str
    location: str
    name: str
    description: str
    status: str
    created_at: str
    updated_at: str
    owner: Mapping[str, str] = field(default_factory=dict)
    """Agency and author, by the names of the API; values that were not sent are missing."""

    versions: tuple[StoredVersion, ...] = ()
    replies: tuple[Mapping[str, Any], ...] = ()
    """Canned replies, as in an agents file; without any it echoes the message."""

    is_deleted: bool = False
    revision: int = field(default=0, compare=False)
    """Number of its changes; 0 before it is stored."""

    @property
    def is_active(self) -> bool:
        """Whether its status is `active`."""
        return self.status == ACTIVE

    @cached_property
    def published_version(self) -> StoredVersion | None:
        """The version that runs in production, or None."""
        return next((each for each in self.versions if each.is_published), None)

    @cached_property
    def list_state(self) -> str:
        """Decides which lists have the agent: `published`, `active` or `inactive`."""
        if not self.is_active:
            return INACTIVE
        return PUBLISHED if self.published_version else ACTIVE

    def version(self, version_id: str) -> StoredVersion | None:
        """Return the version with that id, or None."""
        return next((each for each in self.versions if each.id == version_id), None)

    @cached_property
    def runnable(self) -> Agent:
        """The agent as the execute operations run it."""
        entry: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "location": self.location,
            "status": self.status,
            "versions": [{"id": each.id, "published": each.is_published} for each in self.versions],
        }
        if self.replies:
            entry["replies"] = self.replies
        return replace(restore_agent(entry), digest="", source="")

    def change(
        self, now: str, *, name: str = "", description: str | None = None, status: str = ""
    ) -> StoredAgent:
        """Return it with other metadata; what is empty or None stays."""
        return replace(
            self,
            name=name or self.name,
            description=self.description if description is None else description,
            status=status or self.status,
            updated_at=now,
        )

    def change_version(self, version_id: str, now: str, *, name: str = "") -> StoredAgent:
        """Return it with a changed version, which may get another name."""
        versions = (
            replace(each, name=name or each.name, updated_at=now) if each.id == version_id else each
            for each in self.versions
        )
        return replace(self, versions=tuple(versions), updated_at=now)

    def publish(
        self,
        version_id: str,
        draft_id: str,
        now: str,
        *,
        states: Iterable[str] = (STAGING, DRAFT),
        publisher: Mapping[str, str] | None = None,
    ) -> StoredAgent:
        """Return it with that version published, and a new draft at the end.

        The version that was published before keeps its state. Raises `NotPublishable` if the
        version has none of `states`.
        """
        version = self.version(version_id)
        if version is None or version.state not in states:
            raise NotPublishable(version.state if version else "unknown")
        published = replace(
            version,
            state=PRODUCTION,
            is_published=True,
            updated_at=now,
            published_at=now,
            publisher=publisher or {},
        )
        versions = [
            published if each.id == version_id else replace(each, is_published=False)
            for each in self.versions
        ]
        number = max(each.number for each in self.versions) + 1
        draft = StoredVersion(
            id=draft_id,
            number=number,
            name=f"{self.name} v{number}",
            state=DRAFT,
            is_published=False,
            created_at=now,
            updated_at=now,
        )
        versions.append(draft)
        if len(versions) > MAX_VERSIONS:
            versions.remove(next(each for each in versions if not each.is_published))
        return replace(self, versions=tuple(versions), updated_at=now)

    def delete(self) -> StoredAgent:
        """Return what remains of a deleted agent: its id and location."""
        return replace(
            self, name="", description="", owner={}, versions=(), replies=(), is_deleted=True
        )


class StoredAgents:
    """The agents that clients created in a namespace."""

    def __init__(self, store: Store, settings: Settings, prefix: str = "") -> None:
        """Use keys of `store` that begin with `prefix`."""
        self._store = store
        self._settings = settings
        self.key = agents_key(prefix)
        self._indexes = f"{prefix}agent-ids/"  # of each location: ids, and the `list_state` of each
        self._owners = f"{prefix}version-agents/"  # the agent of each version
        self._contents = f"{prefix}version-contents/"
        self._deleted = f"{prefix}deleted-agents"
        self._dropped = f"{prefix}deleted-versions"  # the newest one; then it is gone
        self._cache: BoundedDict[tuple[int, str], StoredAgent] = BoundedDict(MAX_CACHED)
        self._index_cache: BoundedDict[str, dict[str, str]] = BoundedDict(MAX_CACHED_INDEXES)

    def find(self, agent_id: str, reads: Reads) -> StoredAgent | None:
        """Return the agent with that id, deleted or not; None if there never was one."""
        item = reads.last(self.key + agent_id)
        return None if item is None else self._decoded(item)

    def find_version(
        self, version_id: str, reads: Reads
    ) -> tuple[StoredAgent, StoredVersion] | None:
        """Return the version with that id and its agent, or None."""
        owner = reads.last(self._owners + version_id)
        if owner is None:
            return None
        # In one read: older content with a newer revision would undo another change.
        reads.load(self.key + owner.value, self._contents + version_id)
        agent = self.find(owner.value, reads)
        version = agent.version(version_id) if agent else None
        return (agent, version) if agent and version else None

    def listed_ids(self, location: str, reads: Reads, *, only_published: bool = False) -> list[str]:
        """Return the ids of a location's active agents, in the order of their creation."""
        states = (PUBLISHED,) if only_published else (PUBLISHED, ACTIVE)
        return [id_ for id_, state in self._index(location, reads)[1].items() if state in states]

    def load(self, agent_ids: Sequence[str], reads: Reads) -> list[StoredAgent]:
        """Return those of the agents that are not deleted, in one read."""
        keys = [self.key + each for each in agent_ids]
        if keys:
            reads.load(*keys)
        found = (reads.last(key) for key in keys)
        agents = (self._decoded(item) for item in found if item is not None)
        return [each for each in agents if not each.is_deleted]

    def contents(self, agent: StoredAgent, reads: Reads) -> list[Content]:
        """Return the content of each version of an agent, in their order."""
        keys = [self._contents + each.id for each in agent.versions]
        if keys:
            reads.load(*keys)
        return [self._content(reads.last(key)) for key in keys]

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
            position, index = self._index(location, reads)
            index |= {each.id: each.list_state for each, _ in added if each.location == location}
            for oldest_id in list(index)[: max(len(index) - self._settings.max_agents, 0)]:
                oldest = self.find(oldest_id, reads)
                writes += self._remove_writes(oldest) if oldest else []
                del index[oldest_id]
            writes.append(self._index_write(location, index, position))
        for agent, contents in added:
            before = None if is_new else self.find(agent.id, reads)
            if before is not None:
                writes += self._drop_writes([each.id for each in before.versions])
            if not is_new:
                # The newest deleted version may be one of these: it must not be dropped later.
                writes += self._drop_writes([""])
            writes.append(self._agent_write(agent, before.revision if before else 0))
            for version, content in zip(agent.versions, contents, strict=True):
                writes += self._version_writes(agent, version.id, _content_text(content))
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
        if after.list_state != before.list_state:
            position, index = self._index(after.location, reads)
            index[after.id] = after.list_state
            writes.append(self._index_write(after.location, index, position))
        for version_id, content in (contents or {}).items():
            writes.append(Append(self._contents + version_id, _content_text(content), keep=1))
        kept = {each.id for each in after.versions}
        dropped = [each.id for each in before.versions if each.id not in kept]
        return writes + self._drop_writes(dropped)

    def publish_writes(
        self, before: StoredAgent, after: StoredAgent, version_id: str, reads: Reads
    ) -> list[Write]:
        """Return the writes that publish a version; the new draft begins with its content."""
        item = reads.last(self._contents + version_id)
        draft = after.versions[-1]
        writes = self.change_writes(before, after, reads)
        return writes + self._version_writes(after, draft.id, item.value if item else "{}")

    def delete_writes(self, agent: StoredAgent, reads: Reads) -> list[Write]:
        """Return the writes that delete an agent and its versions."""
        position, index = self._index(agent.location, reads)
        index.pop(agent.id, None)
        return [self._index_write(agent.location, index, position), *self._remove_writes(agent)]

    def _index(self, location: str, reads: Reads) -> tuple[int, dict[str, str]]:
        item = reads.last(self._indexes + fingerprint(location))
        if item is None:
            return 0, {}
        index = self._index_cache.get(item.value)
        if index is None:
            index = self._index_cache[item.value] = self._store.decode(item.value, index_from_json)
        return item.position, index.copy()

    def _content(self, item: Item | None) -> Content:
        # The parser of the standard library keeps integers beyond 64 bits.
        return self._store.decode(item.value, dict, parse=json.loads) if item else {}

    def _decoded(self, item: Item) -> StoredAgent:
        key = item.position, item.value
        agent = self._cache.get(key)
        if agent is None:
            make = partial(agent_from_json, revision=item.position)
            agent = self._cache[key] = self._store.decode(item.value, make, parse=json.loads)
        return agent

    def _agent_write(self, agent: StoredAgent, revision: int | None = None) -> Append:
        after = agent.revision if revision is None else revision
        agent = _redacted(agent)
        text = to_json_text(_agent_to_json(agent))
        self._cache[after + 1, text] = replace(agent, revision=after + 1)  # saves decoding it
        return Append(self.key + agent.id, text, after, keep=1)

    def _index_write(self, location: str, index: dict[str, str], position: int) -> Append:
        text = to_json_text(index)
        self._index_cache[text] = index
        return Append(self._indexes + fingerprint(location), text, position, keep=1)

    def _version_writes(self, agent: StoredAgent, version_id: str, content: str) -> list[Write]:
        return [
            Append(self._owners + version_id, agent.id, keep=1),
            Append(self._contents + version_id, content, keep=1),
        ]

    def _remove_writes(self, agent: StoredAgent) -> list[Write]:
        deleted = Append(self._deleted, agent.id, keep=MAX_DELETED, owned=(self.key,))
        dropped = self._drop_writes([each.id for each in agent.versions])
        return [self._agent_write(agent.delete()), deleted, *dropped]

    def _drop_writes(self, version_ids: Iterable[str]) -> list[Write]:
        owned = (self._owners, self._contents)  # Of the entry before, which is dropped.
        return [Append(self._dropped, each, keep=1, owned=owned) for each in version_ids]


def agents_key(prefix: str) -> str:
    """Return what the keys of agents begin with, in the namespace with that prefix."""
    return f"{prefix}agents/"


def index_from_json(content: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON value
    """Return the ids of agents with their `list_state`; raises `TypeError`."""
    if not isinstance(content, dict) or not LIST_STATES.issuperset(content.values()):
        raise TypeError("the index of agents has no state for each id")
    return content


def agent_from_json(content: Mapping[str, Any], *, revision: int = 0) -> StoredAgent:
    """Return the agent of its JSON; raises `TypeError`, or `ValueError` for its replies."""
    versions = tuple(StoredVersion(**each) for each in content["versions"])
    fields = {**content, "versions": versions, "replies": tuple(content["replies"])}
    agent = StoredAgent(**fields, revision=revision)
    texts = [getattr(agent, name) for name in AGENT_TEXTS]
    texts += [getattr(each, name) for each in versions for name in VERSION_TEXTS]
    if not all(isinstance(each, str) for each in texts):
        raise TypeError("a text of an agent has another type")
    if not isinstance(agent.owner, dict) or not isinstance(agent.is_deleted, bool):
        raise TypeError("the owner or the deletion of an agent has another type")
    for each in versions:
        is_valid = isinstance(each.publisher, dict) and isinstance(each.number, int)
        if not is_valid or not isinstance(each.is_published, bool):
            raise TypeError("a value of a version has another type")
    if agent.replies:
        agent.runnable  # noqa: B018 - it reads the replies
    return agent


def _redacted(agent: StoredAgent) -> StoredAgent:
    """Return an agent without credentials in what clients sent."""
    sent = [agent.name, agent.description, agent.owner, agent.replies]
    sent += [part for each in agent.versions for part in (each.name, each.publisher)]
    text = to_json_text(sent)
    if redact_json_text(text) == text:  # The usual case, in few calls.
        return agent
    return replace(
        agent,
        name=redact_text(agent.name),
        description=redact_text(agent.description),
        owner=_redact(agent.owner),
        replies=tuple(map(_redact, agent.replies)),
        versions=tuple(
            replace(each, name=redact_text(each.name), publisher=_redact(each.publisher))
            for each in agent.versions
        ),
    )


def _redact(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a mapping of the same names
    return redact_json(value)


def _agent_to_json(agent: StoredAgent) -> dict[str, Any]:
    fields = {name: getattr(agent, name) for name in AGENT_FIELDS}
    versions = [{name: getattr(each, name) for name in VERSION_FIELDS} for each in agent.versions]
    return fields | {"versions": versions}


def _content_text(content: Content) -> str:
    """Return the content of a version as it is stored, without credentials."""
    return redact_json_text(to_json_text(content))
