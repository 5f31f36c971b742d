from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AgentSummary")


@_attrs_define
class AgentSummary:
    """An agent without its versions.

    Example:
        {'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'name': 'Echo', 'locationId': 'C2QujeCh8ZnC7al2InWR', 'status':
            'active', 'createdAt': '2024-02-27T10:30:00.000Z', 'updatedAt': '2024-02-27T10:30:00.000Z'}

    Attributes:
        agent_id (str): Its id. Example: p1q2r3s4t5u6v7w8x9y0z1a2.
        name (str): Its name. Example: Customer Support Agent.
        location_id (str): The sub-account that owns it. Example: C2QujeCh8ZnC7al2InWR.
        status (str): Its status. Example: active.
        created_at (str): When it was created. Example: 2024-02-27T10:30:00.000Z.
        updated_at (str): When it was changed last. Example: 2024-02-27T10:30:00.000Z.
        description (str | Unset): What it does. Example: Handles inquiries and support tickets.
        agency_id (str | Unset): The agency, if one was sent. Example: gjL2sFNXJfJYa3d2OYSN.
        author_id (str | Unset): The user who created it, if one was sent. Example: usr_abc123def456.
        folder_id (str | Unset): The folder it is in. Example: C2QujeCh8ZnC7al2InWR.
        folder_name (None | str | Unset): The name of the folder. Example: Default Agents.
    """

    agent_id: str
    name: str
    location_id: str
    status: str
    created_at: str
    updated_at: str
    description: str | Unset = UNSET
    agency_id: str | Unset = UNSET
    author_id: str | Unset = UNSET
    folder_id: str | Unset = UNSET
    folder_name: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        agent_id = self.agent_id

        name = self.name

        location_id = self.location_id

        status = self.status

        created_at = self.created_at

        updated_at = self.updated_at

        description = self.description

        agency_id = self.agency_id

        author_id = self.author_id

        folder_id = self.folder_id

        folder_name: None | str | Unset
        if isinstance(self.folder_name, Unset):
            folder_name = UNSET
        else:
            folder_name = self.folder_name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "agentId": agent_id,
                "name": name,
                "locationId": location_id,
                "status": status,
                "createdAt": created_at,
                "updatedAt": updated_at,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if agency_id is not UNSET:
            field_dict["agencyId"] = agency_id
        if author_id is not UNSET:
            field_dict["authorId"] = author_id
        if folder_id is not UNSET:
            field_dict["folderId"] = folder_id
        if folder_name is not UNSET:
            field_dict["folderName"] = folder_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        agent_id = d.pop("agentId")

        name = d.pop("name")

        location_id = d.pop("locationId")

        status = d.pop("status")

        created_at = d.pop("createdAt")

        updated_at = d.pop("updatedAt")

        description = d.pop("description", UNSET)

        agency_id = d.pop("agencyId", UNSET)

        author_id = d.pop("authorId", UNSET)

        folder_id = d.pop("folderId", UNSET)

        def _parse_folder_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        folder_name = _parse_folder_name(d.pop("folderName", UNSET))

        agent_summary = cls(
            agent_id=agent_id,
            name=name,
            location_id=location_id,
            status=status,
            created_at=created_at,
            updated_at=updated_at,
            description=description,
            agency_id=agency_id,
            author_id=author_id,
            folder_id=folder_id,
            folder_name=folder_name,
        )

        agent_summary.additional_properties = d
        return agent_summary

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
