from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.agent_version_summary import AgentVersionSummary


T = TypeVar("T", bound="PublishedVersions")


@_attrs_define
class PublishedVersions:
    """The published version, and the draft made from it.

    Example:
        {'productionVersion': {'versionId': 'v1a2b3c4d5e6f7g8h9i0', 'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'state':
            'prod', 'isPublished': True, 'version': 1}, 'newDraftVersion': {'versionId': 'v1a2b3c4d5e6f7g8h9i0', 'agentId':
            'p1q2r3s4t5u6v7w8x9y0z1a2', 'state': 'draft', 'isPublished': False, 'version': 2}}

    Attributes:
        production_version (AgentVersionSummary): A version without its nodes. Example: {'versionId':
            'v1a2b3c4d5e6f7g8h9i0', 'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'state': 'staging', 'isPublished': False,
            'version': 1}.
        new_draft_version (AgentVersionSummary): A version without its nodes. Example: {'versionId':
            'v1a2b3c4d5e6f7g8h9i0', 'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'state': 'staging', 'isPublished': False,
            'version': 1}.
    """

    production_version: AgentVersionSummary
    new_draft_version: AgentVersionSummary
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        production_version = self.production_version.to_dict()

        new_draft_version = self.new_draft_version.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "productionVersion": production_version,
                "newDraftVersion": new_draft_version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_version_summary import AgentVersionSummary  # noqa: PLC0415

        d = dict(src_dict)
        production_version = AgentVersionSummary.from_dict(d.pop("productionVersion"))

        new_draft_version = AgentVersionSummary.from_dict(d.pop("newDraftVersion"))

        published_versions = cls(
            production_version=production_version,
            new_draft_version=new_draft_version,
        )

        published_versions.additional_properties = d
        return published_versions

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
