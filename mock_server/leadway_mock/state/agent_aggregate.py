"""A created agent with its versions: one aggregate, its transitions and its stored JSON.

A transition such as `StoredAgent.publish` returns the agent as it is afterwards, and stores
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from leadway_mock.agents.file.loader import restore_agent
from leadway_mock.agents.registry import ACTIVE, Agent
from leadway_mock.util.redaction import redact_json, redact_text

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

AGENT_TEXTS: Final = (
    *("id", "location", "name", "description", "status"),
    *("created_at", "updated_at"),
)
VERSION_TEXTS: Final = ("id", "name", "state", "created_at", "updated_at", "published_at")
"""The fields that must be texts."""

NOT_STORED: Final = frozenset({"revision", "runnable"})
"""What the position in the store says, and what is made of the other fields."""

OWNER_FIELDS: Final = ("agencyId", "authorId", "authorName", "authorEmail")
"""Names of the agency and the author, as in requests."""

PUBLISHER_FIELDS: Final[Mapping[str, str]] = {
    "userId": "publishedBy",
    "userName": "publishedByName",
    "userEmail": "publishedByEmail",
}
"""Fields of a request to publish, and of the published version."""

Content = Mapping[str, Any]
"""Nodes, edges, variables and whatever else belongs to a version, as it was sent."""


class NotPublishable(ValueError):  # noqa: N818 - a state of the version, not a failure
    """The version has a state that cannot be published; the text names it."""


NO_PUBLISHER: Final[Mapping[str, str]] = {}


class StoredVersion(NamedTuple):
    """One version, without its content. Times are ISO 8601 in UTC.

    A tuple, since transitions copy versions, and copies of frozen dataclasses cost more.
    """

    id: str
    number: int
    name: str
    state: str
    is_published: bool
    created_at: str
    updated_at: str
    published_at: str = ""
    publisher: Mapping[str, str] = NO_PUBLISHER
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
    revision: int = field(default=1, compare=False)
    """Its position in the store: each transition, and so each stored change, adds 1."""

    @property
    def is_active(self) -> bool:
        """Whether its status is `active`."""
        return self.status == ACTIVE

    @property
    def published_version(self) -> StoredVersion | None:
        """The version that runs in production, or None."""
        for each in self.versions:
            if each.is_published:
                return each
        return None

    @property
    def list_state(self) -> str:
        """Decides which lists have the agent: `published`, `active` or `inactive`."""
        if not self.is_active:
            return INACTIVE
        return PUBLISHED if self.published_version else ACTIVE

    def version(self, version_id: str) -> StoredVersion | None:
        """Return the version with that id, or None."""
        for each in self.versions:
            if each.id == version_id:
                return each
        return None

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
        return self._next(
            name=name or self.name,
            description=self.description if description is None else description,
            status=status or self.status,
            updated_at=now,
        )

    def change_version(self, version_id: str, now: str, *, name: str = "") -> StoredAgent:
        """Return it with a changed version, which may get another name."""
        versions = (
            each._replace(name=name or each.name, updated_at=now) if each.id == version_id else each
            for each in self.versions
        )
        return self._next(versions=tuple(versions), updated_at=now)

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
        published = version._replace(
            state=PRODUCTION,
            is_published=True,
            updated_at=now,
            published_at=now,
            publisher=publisher or NO_PUBLISHER,
        )
        versions, number = [], 0
        for each in self.versions:
            former = each._replace(is_published=False) if each.is_published else each
            versions.append(published if each is version else former)
            number = max(number, each.number)
        number += 1
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
        return self._next(versions=tuple(versions), updated_at=now)

    def give_replies(self, replies: Iterable[Mapping[str, Any]]) -> StoredAgent:
        """Return it with canned replies; with none it echoes the message."""
        return self._next(replies=tuple(replies))

    def delete(self) -> StoredAgent:
        """Return what remains of a deleted agent: its id and location."""
        return self._next(
            name="", description="", owner={}, versions=(), replies=(), is_deleted=True
        )

    def _next(self, **changes: Any) -> StoredAgent:  # noqa: ANN401 - fields of any type
        fields = {**self.__dict__, **changes, "revision": self.revision + 1}
        fields.pop("runnable", None)  # It is made of the others.
        return StoredAgent(**fields)


def agent_from_json(content: Mapping[str, Any], *, revision: int = 1) -> StoredAgent:
    """Return the agent of its JSON; raises `TypeError`, or `ValueError` for its replies."""
    versions = tuple(StoredVersion(*each) for each in content["versions"])
    fields = {**content, "versions": versions, "replies": tuple(content["replies"])}
    agent = StoredAgent(**fields, revision=revision)
    texts = [getattr(agent, name) for name in AGENT_TEXTS]
    texts += [getattr(each, name) for each in versions for name in VERSION_TEXTS]
    if not all(isinstance(each, str) for each in texts):
        raise TypeError("a text of an agent has another type")
    if not _is_texts(agent.owner) or not isinstance(agent.is_deleted, bool):
        raise TypeError("the owner or the deletion of an agent has another type")
    for each in versions:
        is_valid = _is_texts(each.publisher) and isinstance(each.number, int)
        if not is_valid or not isinstance(each.is_published, bool):
            raise TypeError("a value of a version has another type")
    if agent.replies:
        agent.runnable  # noqa: B018 - it reads the replies
    return agent


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def redacted_agent(agent: StoredAgent) -> StoredAgent:
    """Return an agent without credentials in what clients sent."""
    sent = [agent.name, agent.description, *agent.owner.values()]
    for version in agent.versions:
        sent.append(version.name)
        if version.publisher:
            sent += version.publisher.values()
    text = "\n".join(sent)
    if redact_text(text) == text and not agent.replies:  # The usual case, in few calls.
        return agent
    return replace(
        agent,
        name=redact_text(agent.name),
        description=redact_text(agent.description),
        owner=_redact(agent.owner),
        replies=tuple(map(_redact, agent.replies)),
        versions=tuple(
            each._replace(name=redact_text(each.name), publisher=_redact(each.publisher))
            for each in agent.versions
        ),
    )


def _redact(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a mapping of the same names
    return redact_json(value)


def agent_to_json(agent: StoredAgent) -> dict[str, Any]:
    """Return an agent as it is stored; `agent_from_json` reads it."""
    content = {name: value for name, value in vars(agent).items() if name not in NOT_STORED}
    return content | {"versions": [tuple(each) for each in agent.versions]}
