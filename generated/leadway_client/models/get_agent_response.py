from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.agent_details import AgentDetails


T = TypeVar("T", bound="GetAgentResponse")


@_attrs_define
class GetAgentResponse:
    """The agent.

    Attributes:
        success (bool): Whether it succeeded. Only `true` is documented. Example: True.
        message (str): What was done. Example: Agent retrieved successfully.
        agent (AgentDetails): An agent with its versions. Example: {'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'name':
            'Echo', 'locationId': 'C2QujeCh8ZnC7al2InWR', 'status': 'active', 'versions': []}.
        trace_id (str | Unset): What to quote to the vendor's support. Example: 22dbda99-13d3-4b4d-a30e-c468334e2178.
    """

    success: bool
    message: str
    agent: AgentDetails
    trace_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        success = self.success

        message = self.message

        agent = self.agent.to_dict()

        trace_id = self.trace_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "success": success,
                "message": message,
                "agent": agent,
            }
        )
        if trace_id is not UNSET:
            field_dict["traceId"] = trace_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_details import AgentDetails  # noqa: PLC0415

        d = dict(src_dict)
        success = d.pop("success")

        message = d.pop("message")

        agent = AgentDetails.from_dict(d.pop("agent"))

        trace_id = d.pop("traceId", UNSET)

        get_agent_response = cls(
            success=success,
            message=message,
            agent=agent,
            trace_id=trace_id,
        )

        get_agent_response.additional_properties = d
        return get_agent_response

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
