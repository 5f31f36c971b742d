from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.agent_variable import AgentVariable


T = TypeVar("T", bound="ProductionVersion")


@_attrs_define
class ProductionVersion:
    """The version that runs in production.

    Example:
        {'versionId': 'v1a2b3c4d5e6f7g8h9i0', 'isPublished': True}

    Attributes:
        version_id (str): Its id. Example: v1a2b3c4d5e6f7g8h9i0.
        is_published (bool): Always true. Example: True.
        version_name (str | Unset): Its name. Example: Customer Support Agent v1.
        input_variables (list[AgentVariable] | Unset): Variables that a message may bring. Example: [].
        updated_at (str | Unset): When it was changed last. Example: 2024-02-27T10:30:00.000Z.
    """

    version_id: str
    is_published: bool
    version_name: str | Unset = UNSET
    input_variables: list[AgentVariable] | Unset = UNSET
    updated_at: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        version_id = self.version_id

        is_published = self.is_published

        version_name = self.version_name

        input_variables: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.input_variables, Unset):
            input_variables = []
            for input_variables_item_data in self.input_variables:
                input_variables_item = input_variables_item_data.to_dict()
                input_variables.append(input_variables_item)

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "versionId": version_id,
                "isPublished": is_published,
            }
        )
        if version_name is not UNSET:
            field_dict["versionName"] = version_name
        if input_variables is not UNSET:
            field_dict["inputVariables"] = input_variables
        if updated_at is not UNSET:
            field_dict["updatedAt"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_variable import AgentVariable  # noqa: PLC0415

        d = dict(src_dict)
        version_id = d.pop("versionId")

        is_published = d.pop("isPublished")

        version_name = d.pop("versionName", UNSET)

        _input_variables = d.pop("inputVariables", UNSET)
        input_variables: list[AgentVariable] | Unset = UNSET
        if _input_variables is not UNSET:
            input_variables = []
            for input_variables_item_data in _input_variables:
                input_variables_item = AgentVariable.from_dict(input_variables_item_data)

                input_variables.append(input_variables_item)

        updated_at = d.pop("updatedAt", UNSET)

        production_version = cls(
            version_id=version_id,
            is_published=is_published,
            version_name=version_name,
            input_variables=input_variables,
            updated_at=updated_at,
        )

        production_version.additional_properties = d
        return production_version

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
