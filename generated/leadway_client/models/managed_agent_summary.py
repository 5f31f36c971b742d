from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ManagedAgentSummary")


@_attrs_define
class ManagedAgentSummary:
    """A published managed agent in a list.

    Attributes:
        id (str): Its id. Example: 027ee957-ae94-40ad-89a3-b25c985f729b.
        name (str): Its name. Example: Lead Qualifier.
        description (str): What it does. Example: Qualifies inbound leads and books appointments..
        location_id (str): The sub-account that owns it. Example: ve9EPM428h8vShlRW1KT.
        published_version_id (str): The version that runs. Example: Ver1K8sSF2nC7al5InWz.
    """

    id: str
    name: str
    description: str
    location_id: str
    published_version_id: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        description = self.description

        location_id = self.location_id

        published_version_id = self.published_version_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "description": description,
                "locationId": location_id,
                "publishedVersionId": published_version_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        description = d.pop("description")

        location_id = d.pop("locationId")

        published_version_id = d.pop("publishedVersionId")

        managed_agent_summary = cls(
            id=id,
            name=name,
            description=description,
            location_id=location_id,
            published_version_id=published_version_id,
        )

        managed_agent_summary.additional_properties = d
        return managed_agent_summary

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
