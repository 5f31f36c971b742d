from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.agent_pagination import AgentPagination
    from ..models.agent_summary import AgentSummary


T = TypeVar("T", bound="AgentList")


@_attrs_define
class AgentList:
    """One page of agents.

    Attributes:
        success (bool): Whether it succeeded. Only `true` is documented. Example: True.
        message (str): What was done. Example: Agents retrieved successfully.
        agents (list[AgentSummary]): The agents of this page. Example: [].
        pagination (AgentPagination): Where a page is in the list. Example: {'total': 25, 'limit': 20, 'offset': 0,
            'hasMore': True}.
    """

    success: bool
    message: str
    agents: list[AgentSummary]
    pagination: AgentPagination
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        success = self.success

        message = self.message

        agents = []
        for agents_item_data in self.agents:
            agents_item = agents_item_data.to_dict()
            agents.append(agents_item)

        pagination = self.pagination.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "success": success,
                "message": message,
                "agents": agents,
                "pagination": pagination,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_pagination import AgentPagination  # noqa: PLC0415
        from ..models.agent_summary import AgentSummary  # noqa: PLC0415

        d = dict(src_dict)
        success = d.pop("success")

        message = d.pop("message")

        agents = []
        _agents = d.pop("agents")
        for agents_item_data in _agents:
            agents_item = AgentSummary.from_dict(agents_item_data)

            agents.append(agents_item)

        pagination = AgentPagination.from_dict(d.pop("pagination"))

        agent_list = cls(
            success=success,
            message=message,
            agents=agents,
            pagination=pagination,
        )

        agent_list.additional_properties = d
        return agent_list

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
