from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.agent_summary import AgentSummary
    from ..models.agent_version_summary import AgentVersionSummary


T = TypeVar("T", bound="CreateAgentResponse")


@_attrs_define
class CreateAgentResponse:
    """The new agent and its version.

    Attributes:
        success (bool): Whether it succeeded. Only `true` is documented. Example: True.
        message (str): What was done. Example: Agent created successfully with staging version..
        agent (AgentSummary): An agent without its versions. Example: {'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'name':
            'Echo', 'locationId': 'C2QujeCh8ZnC7al2InWR', 'status': 'active', 'createdAt': '2024-02-27T10:30:00.000Z',
            'updatedAt': '2024-02-27T10:30:00.000Z'}.
        versions (list[AgentVersionSummary]): Its only version. Example: [].
    """

    success: bool
    message: str
    agent: AgentSummary
    versions: list[AgentVersionSummary]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        success = self.success

        message = self.message

        agent = self.agent.to_dict()

        versions = []
        for versions_item_data in self.versions:
            versions_item = versions_item_data.to_dict()
            versions.append(versions_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "success": success,
                "message": message,
                "agent": agent,
                "versions": versions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_summary import AgentSummary  # noqa: PLC0415
        from ..models.agent_version_summary import AgentVersionSummary  # noqa: PLC0415

        d = dict(src_dict)
        success = d.pop("success")

        message = d.pop("message")

        agent = AgentSummary.from_dict(d.pop("agent"))

        versions = []
        _versions = d.pop("versions")
        for versions_item_data in _versions:
            versions_item = AgentVersionSummary.from_dict(versions_item_data)

            versions.append(versions_item)

        create_agent_response = cls(
            success=success,
            message=message,
            agent=agent,
            versions=versions,
        )

        create_agent_response.additional_properties = d
        return create_agent_response

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
