from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.managed_agent_summary import ManagedAgentSummary


T = TypeVar("T", bound="ManagedAgentList")


@_attrs_define
class ManagedAgentList:
    """One page of the published managed agents.

    Attributes:
        agents (list[ManagedAgentSummary]): The agents of this page. Example: [].
        total (int): How many agents there are on all pages. Example: 3.
        skip (int): How many were left out at the beginning. Example: 0.
        limit (int): How many there may be on a page. Example: 25.
        has_more (bool): Whether there are more after this page. Example: False.
    """

    agents: list[ManagedAgentSummary]
    total: int
    skip: int
    limit: int
    has_more: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        agents = []
        for agents_item_data in self.agents:
            agents_item = agents_item_data.to_dict()
            agents.append(agents_item)

        total = self.total

        skip = self.skip

        limit = self.limit

        has_more = self.has_more

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "agents": agents,
                "total": total,
                "skip": skip,
                "limit": limit,
                "hasMore": has_more,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.managed_agent_summary import ManagedAgentSummary  # noqa: PLC0415

        d = dict(src_dict)
        agents = []
        _agents = d.pop("agents")
        for agents_item_data in _agents:
            agents_item = ManagedAgentSummary.from_dict(agents_item_data)

            agents.append(agents_item)

        total = d.pop("total")

        skip = d.pop("skip")

        limit = d.pop("limit")

        has_more = d.pop("hasMore")

        managed_agent_list = cls(
            agents=agents,
            total=total,
            skip=skip,
            limit=limit,
            has_more=has_more,
        )

        managed_agent_list.additional_properties = d
        return managed_agent_list

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
