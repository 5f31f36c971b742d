from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.agent_status import AgentStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_agent_version import NewAgentVersion


T = TypeVar("T", bound="CreateAgentRequest")


@_attrs_define
class CreateAgentRequest:
    """A new agent.

    Attributes:
        location_id (str): The sub-account that will own the agent, and that the token belongs to. Example:
            C2QujeCh8ZnC7al2InWR.
        status (AgentStatus): The status of an agent. Only an active one can be read and executed. Example: active.
        version (NewAgentVersion): The first version of an agent. Other properties are kept, too. Example:
            {'versionName': 'Version 1', 'nodes': [], 'edges': []}.
        name (str | Unset): Its name. Example: Customer Support Agent.
        description (str | Unset): What it does. Example: Handles inquiries and support tickets.
        agency_id (str | Unset): The agency. Example: gjL2sFNXJfJYa3d2OYSN.
        author_id (str | Unset): The user who creates it. Live calls were rejected without the three fields of the
            author. Example: usr_abc123def456.
        author_name (str | Unset): The name of that user. Example: John Doe.
        author_email (str | Unset): The e-mail address of that user. Example: john@example.com.
        nodes (list[Any] | Unset): Deprecated by the vendor, who prefers `version.nodes`. Example: [].
        edges (list[Any] | Unset): Deprecated by the vendor, who prefers `version.edges`. Example: [].
    """

    location_id: str
    status: AgentStatus
    version: NewAgentVersion
    name: str | Unset = UNSET
    description: str | Unset = UNSET
    agency_id: str | Unset = UNSET
    author_id: str | Unset = UNSET
    author_name: str | Unset = UNSET
    author_email: str | Unset = UNSET
    nodes: list[Any] | Unset = UNSET
    edges: list[Any] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        location_id = self.location_id

        status = self.status.value

        version = self.version.to_dict()

        name = self.name

        description = self.description

        agency_id = self.agency_id

        author_id = self.author_id

        author_name = self.author_name

        author_email = self.author_email

        nodes: list[Any] | Unset = UNSET
        if not isinstance(self.nodes, Unset):
            nodes = self.nodes

        edges: list[Any] | Unset = UNSET
        if not isinstance(self.edges, Unset):
            edges = self.edges

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "locationId": location_id,
                "status": status,
                "version": version,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if agency_id is not UNSET:
            field_dict["agencyId"] = agency_id
        if author_id is not UNSET:
            field_dict["authorId"] = author_id
        if author_name is not UNSET:
            field_dict["authorName"] = author_name
        if author_email is not UNSET:
            field_dict["authorEmail"] = author_email
        if nodes is not UNSET:
            field_dict["nodes"] = nodes
        if edges is not UNSET:
            field_dict["edges"] = edges

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_agent_version import NewAgentVersion  # noqa: PLC0415

        d = dict(src_dict)
        location_id = d.pop("locationId")

        status = AgentStatus(d.pop("status"))

        version = NewAgentVersion.from_dict(d.pop("version"))

        name = d.pop("name", UNSET)

        description = d.pop("description", UNSET)

        agency_id = d.pop("agencyId", UNSET)

        author_id = d.pop("authorId", UNSET)

        author_name = d.pop("authorName", UNSET)

        author_email = d.pop("authorEmail", UNSET)

        nodes = cast(list[Any], d.pop("nodes", UNSET))

        edges = cast(list[Any], d.pop("edges", UNSET))

        create_agent_request = cls(
            location_id=location_id,
            status=status,
            version=version,
            name=name,
            description=description,
            agency_id=agency_id,
            author_id=author_id,
            author_name=author_name,
            author_email=author_email,
            nodes=nodes,
            edges=edges,
        )

        return create_agent_request
