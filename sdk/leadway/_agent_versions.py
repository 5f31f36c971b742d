"""Agents and their versions: create, list, read, change, publish and delete. Does no I/O."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypedDict

from leadway._arguments import check_type, checks_arguments
from leadway._calls import Call, HTTPResponse, check_fields, checked_id
from leadway._responses import build, parse_object, with_defaults
from leadway._sender import SendOptions, Steps, send_with_retries
from leadway.errors import InvalidRequestError

_AGENT: Final[Mapping[str, tuple[str, Any]]] = {
    "id": ("agentId", ""),
    "name": ("name", ""),
    "description": ("description", ""),
    "location_id": ("locationId", ""),
    "status": ("status", ""),
}
_VERSION: Final[Mapping[str, tuple[str, Any]]] = {
    "id": ("versionId", ""),
    "agent_id": ("agentId", ""),
    "name": ("versionName", ""),
    "description": ("description", ""),
    "state": ("state", ""),
    "is_published": ("isPublished", False),
    "number": ("version", 0),
    "nodes": ("nodes", []),
    "edges": ("edges", []),
}
_LISTS: Final = frozenset(
    {"nodes", "edges", "global_variables", "input_variables", "runtime_variables"}
)
_TYPES: Final[Mapping[str, tuple[Any, str]]] = {
    **dict.fromkeys(_LISTS, ((list, tuple), "a list of dictionaries")),
    **dict.fromkeys(("version", "global_config"), (Mapping, "a dictionary")),
}
"""Type of each field that is not a string, and its name in errors."""

_USE_GET: Final = "Use get(): the vendor has deprecated this path."
_USE_LIST_AGENTS: Final = "Use list_agents(): the vendor has deprecated this path."


class NewAgentFields(TypedDict, total=False):
    """Optional fields of a new agent."""

    description: str | None
    """What it does."""

    status: str | None
    """`active`, `inactive` or `archived`; without it, `active`."""

    version: Mapping[str, Any] | None
    """Its first version, with the contract's names. Nodes and edges belong in a later
    `update_agent_version`: the service was observed to fail on them here."""

    agency_id: str | None
    """The agency."""

    author_id: str | None
    """The user who creates it; live calls were rejected without the three fields of the author."""

    author_name: str | None
    """The name of that user."""

    author_email: str | None
    """The e-mail address of that user."""


class AgentFields(TypedDict, total=False):
    """What to change of an agent; what is absent stays."""

    name: str | None
    """Its name."""

    description: str | None
    """What it does."""

    status: str | None
    """`active`, `inactive` or `archived`."""


class VersionFields(TypedDict, total=False):
    """What to replace in a version; what is absent stays."""

    name: str | None
    """Its name."""

    description: str | None
    """What it does."""

    nodes: Sequence[Mapping[str, Any]] | None
    """All its nodes, the unchanged ones included. Their fields are not documented."""

    edges: Sequence[Mapping[str, Any]] | None
    """All edges between its nodes, the unchanged ones included."""

    global_variables: Sequence[Mapping[str, Any]] | None
    """Variables that all nodes can read."""

    input_variables: Sequence[Mapping[str, Any]] | None
    """Variables that a message may bring."""

    runtime_variables: Sequence[Mapping[str, Any]] | None
    """Variables that are set while the agent runs."""

    global_config: Mapping[str, Any] | None
    """Settings and prompts."""

    user_id: str | None
    """The user who changes it."""

    user_name: str | None
    """The name of that user."""


class PublisherFields(TypedDict, total=False):
    """Who publishes a version."""

    user_id: str | None
    """The user."""

    user_name: str | None
    """The name of that user."""

    user_email: str | None
    """The e-mail address of that user."""


@checks_arguments
@dataclass(frozen=True, slots=True)
class AgentVersion:
    """A version of an agent. What the service did not send is empty, 0 or false."""

    id: str
    agent_id: str
    name: str
    description: str
    state: str
    """`staging`, `draft` or `prod`; several versions may have `prod`."""

    is_published: bool
    """Whether it is the one that runs in production."""

    number: int
    """Its number, from 1."""

    nodes: tuple[Any, ...] = ()
    edges: tuple[Any, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The JSON object as received."""


@checks_arguments
@dataclass(frozen=True, slots=True)
class AgentDetails:
    """An agent. What the service did not send is empty."""

    id: str
    name: str
    description: str
    location_id: str
    status: str
    """`active`, `inactive` or `archived`; only an active agent can be read and executed."""

    versions: tuple[AgentVersion, ...] = ()
    """Its versions, the oldest first; lists and changes return none."""

    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The JSON object as received."""

    @property
    def published_version(self) -> AgentVersion | None:
        """The one of `versions` that runs in production; `None` if none does."""
        return next((each for each in self.versions if each.is_published), None)


@checks_arguments
@dataclass(frozen=True, slots=True)
class AgentPage:
    """One page of the agents of a location."""

    agents: tuple[AgentDetails, ...]
    total: int
    """Number of agents on all pages."""

    offset: int
    limit: int
    has_more: bool
    """Whether there are more after this page."""


@checks_arguments
@dataclass(frozen=True, slots=True)
class PublishedVersions:
    """What publishing a version made of it."""

    production: AgentVersion
    """The version, which runs in production now."""

    draft: AgentVersion
    """A new version with the same content, for further changes."""


def create_steps(options: SendOptions, name: str, fields: NewAgentFields) -> Steps[AgentDetails]:
    """Return the steps that create an agent. Raises `InvalidRequestError`."""
    from leadway_client.models import CreateAgentRequest  # noqa: PLC0415 - as in `_calls`

    given = _contract_fields(fields, NewAgentFields, options)
    check_type("name", name, str, "a string", InvalidRequestError)
    body = {"name": name, "status": "active", "version": {}, **given}
    arguments = {"body": CreateAgentRequest.from_dict(body)}
    return send_with_retries(Call("agents.create_agent", arguments, _parse_created), options)


def list_agents_steps(
    options: SendOptions,
    *,
    offset: int,
    limit: int,
    published_only: bool = False,
    deprecated_path: bool = False,
) -> Steps[AgentPage]:
    """Return the steps that list agents. Raises `InvalidRequestError`."""
    if deprecated_path:  # As in `Agent.execute_deprecated`.
        warnings.warn(_USE_LIST_AGENTS, DeprecationWarning, stacklevel=4)
    for name, value in (("offset", offset), ("limit", limit)):
        check_type(name, value, int, "a whole number", InvalidRequestError)
    check_type("published_only", published_only, bool, "True or False", InvalidRequestError)
    arguments = {"location_id": options.location_id, "limit": str(limit), "offset": str(offset)}
    if published_only:
        arguments["is_published"] = "true"
    operation = "agents.get_agents_deprecated" if deprecated_path else "agents.get_agents"
    return send_with_retries(Call(operation, arguments, _parse_page, "GET"), options)


def get_steps(
    agent_id: str, options: SendOptions, *, deprecated_path: bool = False
) -> Steps[AgentDetails]:
    """Return the steps that read an agent."""
    if deprecated_path:
        warnings.warn(_USE_GET, DeprecationWarning, stacklevel=4)
    operation = "agents.get_agent_by_id_deprecated" if deprecated_path else "agents.get_agent_by_id"
    arguments = {"agent_id": agent_id, "location_id": options.location_id}
    return send_with_retries(Call(operation, arguments, _parse_agent, "GET"), options)


def update_steps(agent_id: str, options: SendOptions, fields: AgentFields) -> Steps[AgentDetails]:
    """Return the steps that change an agent. Raises `InvalidRequestError`."""
    from leadway_client.models import UpdateAgentMetadataRequest  # noqa: PLC0415 - as in `_calls`

    body = _contract_fields(fields, AgentFields, options)
    arguments = {"agent_id": agent_id, "body": UpdateAgentMetadataRequest.from_dict(body)}
    return send_with_retries(
        Call("agents.update_agent_metadata", arguments, _parse_changed, "PATCH"), options
    )


def delete_steps(agent_id: str, options: SendOptions) -> Steps[None]:
    """Return the steps that delete an agent."""
    arguments = {"agent_id": agent_id, "location_id": options.location_id}
    call = Call(
        "agents.delete_agent", arguments, lambda response: parse_object(response, {}), "DELETE"
    )
    return send_with_retries(call, options)


def update_version_steps(
    version_id: str, options: SendOptions, fields: VersionFields
) -> Steps[AgentDetails]:
    """Return the steps that change a version. Raises `InvalidRequestError`."""
    from leadway_client.models import UpdateAgentVersionRequest  # noqa: PLC0415 - as in `_calls`

    body = _contract_fields(fields, VersionFields, options)
    if "name" in body:
        body["versionName"] = body.pop("name")
    arguments = {
        "version_id": checked_id(version_id, "version"),
        "body": UpdateAgentVersionRequest.from_dict(body),
    }
    return send_with_retries(
        Call("agents.update_agent_version", arguments, _parse_changed, "PATCH"), options
    )


def publish_steps(
    version_id: str, options: SendOptions, fields: PublisherFields
) -> Steps[PublishedVersions]:
    """Return the steps that publish a version. Raises `InvalidRequestError`."""
    from leadway_client.models import PublishAgentVersionRequest  # noqa: PLC0415 - as in `_calls`

    body = _contract_fields(fields, PublisherFields, options)
    arguments = {
        "version_id": checked_id(version_id, "version"),
        "body": PublishAgentVersionRequest.from_dict(body),
    }
    return send_with_retries(
        Call("agents.promote_and_publish", arguments, _parse_published), options
    )


def _contract_fields(
    fields: Mapping[str, Any],
    kind: Any,  # noqa: ANN401 - a TypedDict
    options: SendOptions,
) -> dict[str, Any]:
    """Return the location and the given fields by their names in the contract, once checked."""
    check_fields(fields, kind.__annotations__, _TYPES)
    for name in _LISTS.intersection(fields):
        for index, each in enumerate(fields[name] or ()):
            check_type(f"{name}[{index}]", each, Mapping, "a dictionary", InvalidRequestError)
    given = {_camel(name): value for name, value in fields.items() if value is not None}
    return {"locationId": options.location_id, **given}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _parse_created(response: HTTPResponse) -> AgentDetails:
    raw = parse_object(response, {"agent": dict, "versions": list})
    return _agent({**raw["agent"], "versions": raw["versions"]}, response)


def _parse_page(response: HTTPResponse) -> AgentPage:
    raw = parse_object(response, {"agents": list})
    agents = tuple(_agent(each, response) for each in raw["agents"] if isinstance(each, dict))
    pagination = with_defaults(raw, {"pagination": {}}, response)["pagination"]
    defaults = {"total": len(agents), "offset": 0, "limit": len(agents), "hasMore": False}
    fields = with_defaults(pagination, defaults, response)
    return AgentPage(agents, fields["total"], fields["offset"], fields["limit"], fields["hasMore"])


def _parse_agent(response: HTTPResponse, name: str = "agent") -> AgentDetails:
    return _agent(parse_object(response, {name: dict})[name], response)


_parse_changed: Final = partial(_parse_agent, name="data")


def _parse_published(response: HTTPResponse) -> PublishedVersions:
    data = parse_object(response, {"data": dict})["data"]
    fields = with_defaults(data, {"productionVersion": {}, "newDraftVersion": {}}, response)
    return PublishedVersions(
        _version(fields["productionVersion"], response),
        _version(fields["newDraftVersion"], response),
    )


def _agent(raw: Mapping[str, Any], response: HTTPResponse) -> AgentDetails:
    found = with_defaults(raw, {"versions": []}, response)["versions"]
    versions = tuple(_version(each, response) for each in found if isinstance(each, dict))
    return build(AgentDetails, raw, response, _AGENT, versions=versions)


def _version(raw: Mapping[str, Any], response: HTTPResponse) -> AgentVersion:
    return build(AgentVersion, raw, response, _VERSION)
