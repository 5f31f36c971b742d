from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="DeleteAgentResponse")


@_attrs_define
class DeleteAgentResponse:
    """The agent was deleted.

    Attributes:
        success (bool): Whether it succeeded. Only `true` is documented. Example: True.
        message (str): What was done. Example: Agent deleted successfully.
        agent_id (str | Unset): The deleted agent. Example: p1q2r3s4t5u6v7w8x9y0z1a2.
    """

    success: bool
    message: str
    agent_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        success = self.success

        message = self.message

        agent_id = self.agent_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "success": success,
                "message": message,
            }
        )
        if agent_id is not UNSET:
            field_dict["agentId"] = agent_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        success = d.pop("success")

        message = d.pop("message")

        agent_id = d.pop("agentId", UNSET)

        delete_agent_response = cls(
            success=success,
            message=message,
            agent_id=agent_id,
        )

        delete_agent_response.additional_properties = d
        return delete_agent_response

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
