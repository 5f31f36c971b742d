from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.agent_status import AgentStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="UpdateAgentMetadataRequest")


@_attrs_define
class UpdateAgentMetadataRequest:
    """What to change of an agent.

    Attributes:
        location_id (str): The sub-account that owns the agent; it cannot be changed. Example: C2QujeCh8ZnC7al2InWR.
        name (str | Unset): Its name. Example: Updated Customer Support Agent.
        description (str | Unset): What it does. Example: Handles inquiries, support tickets and refunds.
        status (AgentStatus | Unset): The status of an agent. Only an active one can be read and executed. Example:
            active.
    """

    location_id: str
    name: str | Unset = UNSET
    description: str | Unset = UNSET
    status: AgentStatus | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        location_id = self.location_id

        name = self.name

        description = self.description

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "locationId": location_id,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        location_id = d.pop("locationId")

        name = d.pop("name", UNSET)

        description = d.pop("description", UNSET)

        _status = d.pop("status", UNSET)
        status: AgentStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = AgentStatus(_status)

        update_agent_metadata_request = cls(
            location_id=location_id,
            name=name,
            description=description,
            status=status,
        )

        return update_agent_metadata_request
