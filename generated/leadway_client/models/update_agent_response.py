from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.updated_agent import UpdatedAgent


T = TypeVar("T", bound="UpdateAgentResponse")


@_attrs_define
class UpdateAgentResponse:
    """What was changed.

    Attributes:
        success (bool): Whether it succeeded. Only `true` is documented. Example: True.
        message (str): What was done. Example: Agent updated successfully.
        data (UpdatedAgent): What was changed. Example: {'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'updatedAt':
            '2024-02-27T11:45:00.000Z'}.
    """

    success: bool
    message: str
    data: UpdatedAgent
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
        from ..models.updated_agent import UpdatedAgent  # noqa: PLC0415

        d = dict(src_dict)
        success = d.pop("success")

        message = d.pop("message")

        data = UpdatedAgent.from_dict(d.pop("data"))

        update_agent_response = cls(
            success=success,
            message=message,
            data=data,
        )

        update_agent_response.additional_properties = d
        return update_agent_response

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
