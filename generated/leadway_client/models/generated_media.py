from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="GeneratedMedia")


@_attrs_define
class GeneratedMedia:
    """A file that the agent generated.

    Attributes:
        type_ (str | Unset): The kind of file. `image` is the only one shown. Example: image.
        url (str | Unset): Where the file is. Example: https://storage.googleapis.com/example/generated-image.png.
        mime_type (str | Unset): Its media type. Example: image/png.
        tool_name (str | Unset): The tool that made it. Example: generate_image.
        tool_call_id (str | Unset): The call of the tool. Example: tool_call_abc123.
    """

    type_: str | Unset = UNSET
    url: str | Unset = UNSET
    mime_type: str | Unset = UNSET
    tool_name: str | Unset = UNSET
    tool_call_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        url = self.url

        mime_type = self.mime_type

        tool_name = self.tool_name

        tool_call_id = self.tool_call_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if url is not UNSET:
            field_dict["url"] = url
        if mime_type is not UNSET:
            field_dict["mimeType"] = mime_type
        if tool_name is not UNSET:
            field_dict["toolName"] = tool_name
        if tool_call_id is not UNSET:
            field_dict["toolCallId"] = tool_call_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = d.pop("type", UNSET)

        url = d.pop("url", UNSET)

        mime_type = d.pop("mimeType", UNSET)

        tool_name = d.pop("toolName", UNSET)

        tool_call_id = d.pop("toolCallId", UNSET)

        generated_media = cls(
            type_=type_,
            url=url,
            mime_type=mime_type,
            tool_name=tool_name,
            tool_call_id=tool_call_id,
        )

        generated_media.additional_properties = d
        return generated_media

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
