from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="UpdatedAgent")


@_attrs_define
class UpdatedAgent:
    """What was changed.

    Example:
        {'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'updatedAt': '2024-02-27T11:45:00.000Z'}

    Attributes:
        agent_id (str): The agent. Example: p1q2r3s4t5u6v7w8x9y0z1a2.
        updated_at (str): When it was changed. Example: 2024-02-27T11:45:00.000Z.
        version_id (str | Unset): The version, where one was changed. Example: v1a2b3c4d5e6f7g8h9i0.
        name (str | Unset): The name of the agent. Example: Updated Customer Support Agent.
        description (str | Unset): What it does. Example: Handles inquiries, support tickets and refunds.
        status (str | Unset): The status of the agent. Example: active.
    """

    agent_id: str
    updated_at: str
    version_id: str | Unset = UNSET
    name: str | Unset = UNSET
    description: str | Unset = UNSET
    status: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        agent_id = self.agent_id

        updated_at = self.updated_at

        version_id = self.version_id

        name = self.name

        description = self.description

        status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "agentId": agent_id,
                "updatedAt": updated_at,
            }
        )
        if version_id is not UNSET:
            field_dict["versionId"] = version_id
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
        agent_id = d.pop("agentId")

        updated_at = d.pop("updatedAt")

        version_id = d.pop("versionId", UNSET)

        name = d.pop("name", UNSET)

        description = d.pop("description", UNSET)

        status = d.pop("status", UNSET)

        updated_agent = cls(
            agent_id=agent_id,
            updated_at=updated_at,
            version_id=version_id,
            name=name,
            description=description,
            status=status,
        )

        updated_agent.additional_properties = d
        return updated_agent

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
