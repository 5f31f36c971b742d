from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.published_versions import PublishedVersions


T = TypeVar("T", bound="PublishAgentVersionResponse")


@_attrs_define
class PublishAgentVersionResponse:
    """The version was published.

    Attributes:
        success (bool): Whether it succeeded. Only `true` is documented. Example: True.
        message (str): What was done. Example: Draft published to production successfully. New draft version created for
            future edits..
        data (PublishedVersions): The published version, and the draft made from it. Example: {'productionVersion':
            {'versionId': 'v1a2b3c4d5e6f7g8h9i0', 'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'state': 'prod', 'isPublished':
            True, 'version': 1}, 'newDraftVersion': {'versionId': 'v1a2b3c4d5e6f7g8h9i0', 'agentId':
            'p1q2r3s4t5u6v7w8x9y0z1a2', 'state': 'draft', 'isPublished': False, 'version': 2}}.
    """

    success: bool
    message: str
    data: PublishedVersions
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        success = self.success

        message = self.message

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "success": success,
                "message": message,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.published_versions import PublishedVersions  # noqa: PLC0415

        d = dict(src_dict)
        success = d.pop("success")

        message = d.pop("message")

        data = PublishedVersions.from_dict(d.pop("data"))

        publish_agent_version_response = cls(
            success=success,
            message=message,
            data=data,
        )

        publish_agent_version_response.additional_properties = d
        return publish_agent_version_response

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
