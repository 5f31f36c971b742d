"""Handlers of agents and their versions: create, list, read, change, publish and delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final

from leadway_mock.agents.registry import AgentRegistry
from leadway_mock.contract.model import Contract
from leadway_mock.http.messages import APIError, ErrorKind, FieldError, Response
from leadway_mock.pipeline.context import OperationCall, Prepared
from leadway_mock.pipeline.handlers.agent_json import (
    details,
    summary,
    summary_with_owner,
    updated_agent,
    version_summary,
)
from leadway_mock.state.agent_aggregate import (
    DRAFT,
    OWNER_FIELDS,
    PUBLISHER_FIELDS,
    STAGING,
    Content,
    NotPublishable,
    StoredAgent,
    StoredVersion,
)
from leadway_mock.state.agent_entries import agent_to_stored
from leadway_mock.state.clock import iso_time
from leadway_mock.store import Write

AUTHOR_FIELDS: Final = OWNER_FIELDS[1:]
DEFAULT_NAME: Final = "Untitled agent"
DEFAULT_LIMIT: Final = 20
PUBLISHABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "any": (STAGING, DRAFT),
    "draft": (DRAFT,),
    "staging": (STAGING,),
}
"""The states from which a version can be published, by the setting `publish_state`."""

NOT_CONTENT: Final = frozenset({"locationId", "versionName", "userId", "userName"})
"""Fields of a changed version that are not part of its content."""


MAX_LOCATIONS: Final = 100
"""Locations for which the agents of the registry are kept in memory as stored agents."""

View = tuple[StoredAgent, list[Content]]
"""An agent of the registry as a stored one, with the content of its versions."""


class AgentsHandler:
    """Creates, lists, reads, changes, publishes and deletes agents.

    Agents that are built in or come from a file can be listed and read only.
    """

    def __init__(self, contract: Contract, agents: AgentRegistry) -> None:
        self._contract = contract
        self._registry_agents = lru_cache(MAX_LOCATIONS)(partial(_registry_agents, agents))

    def create(self, call: OperationCall) -> Prepared:
        """Create an agent; raises `APIError`: `body-invalid` or `create-failed-on-nodes`."""
        context, body = call.context, call.body
        settings, ids = context.namespace.settings, context.namespace.ids
        if settings.author_fields == "required":
            _check_author(body)
        version = body["version"]
        has_nodes = any(each.get(name) for each in (body, version) for name in ("nodes", "edges"))
        if settings.nodes_in_create == "fail" and has_nodes:
            hint = "Create the agent without nodes, and send them with updateAgentVersion."
            raise APIError("create-failed-on-nodes", hint=hint)
        now, name = iso_time(context.started_at), body.get("name") or DEFAULT_NAME
        first = StoredVersion(
            id=ids.mint("version", context.number),
            number=1,
            name=version.get("versionName") or f"{name} v1",
            state=STAGING,
            is_published=False,
            created_at=now,
            updated_at=now,
        )
        agent = StoredAgent(
            id=ids.mint("agent", context.number),
            location=call.location,
            name=name,
            description=body.get("description") or "",
            status=body["status"],
            created_at=now,
            updated_at=now,
            owner={field: body[field] for field in OWNER_FIELDS if body.get(field)},
            versions=(first,),
        )
        content = {name: value for name, value in version.items() if name != "versionName"}
        for field in ("nodes", "edges"):  # The deprecated place of both, which also takes texts.
            sent = body.get(field)
            if sent and not content.get(field) and all(isinstance(each, dict) for each in sent):
                content[field] = sent
        writes = context.namespace.agents.add_writes(
            [(agent, [content])], context.reads, is_new=True
        )
        return self._prepare(
            "agent-created",
            writes,
            agent=summary_with_owner(agent),
            versions=[version_summary(agent, first)],
        )

    def list_page(self, call: OperationCall) -> Prepared:
        """Return a page of the active agents of the location."""
        query = call.query
        only_published = query.get("isPublished") == "true" or call.operation.deprecated
        limit, offset = int(query.get("limit") or DEFAULT_LIMIT), int(query.get("offset") or 0)
        agents, reads = call.context.namespace.agents, call.context.reads
        # The registered agents come first, then those that clients created.
        registered = [
            each
            for each, _ in self._registry_agents(call.location).values()
            if each.is_active and (not only_published or each.published_version)
        ]
        ids = agents.listed_ids(call.location, reads, only_published=only_published)
        total, first = len(registered) + len(ids), max(offset - len(registered), 0)
        page = registered[offset : offset + limit]
        page_ids = ids[first : first + limit - len(page)]
        found = agents.load(page_ids, reads)
        page += found
        total -= len(page_ids) - len(found)  # Those were deleted since the first read.
        return self._prepare(
            "agents",
            agents=[summary(each) for each in page],
            pagination={
                "total": total,
                "limit": limit,
                "offset": offset,
                "hasMore": offset + len(page) < total,
            },
        )

    def get(self, call: OperationCall) -> Prepared:
        """Return one agent; raises `APIError`: `agent-unknown` or `agent-unavailable`."""
        context = call.context
        known = self._registry_agents(call.location).get(call.agent_id)
        agent, contents = known or (self._load_agent(call), None)
        if not agent.is_active:
            raise APIError("agent-unavailable", hint=f"Its status is '{agent.status}'.")
        if contents is None:
            contents = context.namespace.agents.contents(agent, context.reads)
        trace = context.namespace.ids.trace(context.number)
        return self._prepare("agent", agent=details(agent, contents), traceId=trace)

    def update_metadata(self, call: OperationCall) -> Prepared:
        """Change name, description and status; raises `APIError` as `delete` does."""
        agent, body = self._load_changeable(call), call.body
        after = agent.change(
            iso_time(call.context.started_at),
            name=body.get("name") or "",
            description=body.get("description"),
            status=body.get("status") or "",
        )
        writes = call.context.namespace.agents.change_writes(agent, after, call.context.reads)
        return self._prepare("agent-updated", writes, data=updated_agent(after))

    def delete(self, call: OperationCall) -> Prepared:
        """Delete an agent; raises `APIError`: `agent-unknown` or `agent-read-only`."""
        agent = self._load_changeable(call)
        writes = call.context.namespace.agents.delete_writes(agent, call.context.reads)
        return self._prepare("agent-deleted", writes, agentId=agent.id)

    def update_version(self, call: OperationCall) -> Prepared:
        """Replace parts of a version; raises `APIError`: `agent-version-unknown` and others."""
        agent, version = self._version(call)
        context, body = call.context, call.body
        content = dict(context.namespace.agents.content(version.id, context.reads))
        content |= {name: value for name, value in body.items() if name not in NOT_CONTENT}
        now, name = iso_time(context.started_at), body.get("versionName") or ""
        after = agent.change_version(version.id, now, name=name)
        writes = context.namespace.agents.change_writes(
            agent, after, context.reads, {version.id: content}
        )
        return self._prepare("agent-version-updated", writes, data=updated_agent(after, version.id))

    def publish(self, call: OperationCall) -> Prepared:
        """Publish a version; raises `APIError`: `version-not-draft`, and as `update_version`."""
        agent, version = self._version(call)
        context, body = call.context, call.body
        states = PUBLISHABLE[context.namespace.settings.publish_state]
        now = iso_time(context.started_at)
        draft_id = context.namespace.ids.mint("version", context.number)
        publisher = {
            name: body[field] for field, name in PUBLISHER_FIELDS.items() if body.get(field)
        }
        try:
            after = agent.publish(version.id, draft_id, now, states=states, publisher=publisher)
        except NotPublishable as error:
            hint = f"The state of the version is '{error}'; it must be {' or '.join(states)}."
            raise APIError("version-not-draft", hint=hint) from error
        writes = context.namespace.agents.publish_writes(agent, after, version.id, context.reads)
        published = after.published_version
        assert published is not None  # noqa: S101 - for the type checker
        data = {
            "productionVersion": version_summary(after, published),
            "newDraftVersion": version_summary(after, after.versions[-1]),
        }
        return self._prepare("agent-published", writes, data=data)

    def _load_agent(self, call: OperationCall) -> StoredAgent:
        context = call.context
        agent = context.namespace.agents.find(call.agent_id, context.reads)
        if agent is None or agent.is_deleted or agent.location != call.location:
            hint = "GET /agent-studio/agent lists the agents."
            if agent is not None:
                other = f"It belongs to another location than '{call.location}'."
                hint = "It was deleted." if agent.is_deleted else other
            raise APIError("agent-unknown", hint=hint)
        return agent

    def _load_changeable(self, call: OperationCall) -> StoredAgent:
        if call.agent_id in self._registry_agents(call.location):
            hint = "POST /__mock/agents/seed loads an agents file whose agents can be changed."
            raise APIError("agent-read-only", hint=hint)
        return self._load_agent(call)

    def _version(self, call: OperationCall) -> tuple[StoredAgent, StoredVersion]:
        context, version_id = call.context, call.path_parameters["versionId"]
        found = context.namespace.agents.find_version(version_id, call.location, context.reads)
        if found is None or found[0].location != call.location:
            registered = self._registry_agents(call.location).values()
            if any(agent.version(version_id) for agent, _ in registered):
                raise APIError("agent-read-only")
            hint = f"It belongs to another location than '{call.location}'." if found else ""
            hint = hint or "GET /agent-studio/agent/{agentId} lists the versions of an agent."
            raise APIError("agent-version-unknown", hint=hint)
        return found

    def _prepare(
        self,
        rule: str,
        writes: Sequence[Write] = (),
        **content: Any,  # noqa: ANN401 - JSON
    ) -> Prepared:
        example = self._contract.examples[rule]
        body = {"success": True, "message": example.content["message"], **content}
        return Prepared(Response(example.status, body, rule, example.evidence), writes)


def _registry_agents(agents: AgentRegistry, location: str) -> Mapping[str, View]:
    """Return the agents of the registry as if they were stored in `location`, by their ids."""
    return {
        each.id: agent_to_stored(each, location)
        for each in agents.by_id.values()
        if each.is_reachable(location, managed=False)
    }


def _check_author(body: Mapping[str, Any]) -> None:
    errors = tuple(
        FieldError(
            f"/{field}",
            f"{field} should not be empty",
            f"'{field}' is missing.",
            ErrorKind.MISSING_PROPERTY,
        )
        for field in AUTHOR_FIELDS
        if not body.get(field)
    )
    if errors:
        raise APIError("body-invalid", violations=errors)
