from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.managed_agent_plugin import ManagedAgentPlugin


T = TypeVar("T", bound="ManagedAgent")


@_attrs_define
class ManagedAgent:
    """A published managed agent.

    Attributes:
        id (str): Its id. Example: 027ee957-ae94-40ad-89a3-b25c985f729b.
        name (str): Its name. Example: Lead Qualifier.
        description (str): What it does. Example: Qualifies inbound leads and books appointments..
        location_id (str): The sub-account that owns it. Example: ve9EPM428h8vShlRW1KT.
        published_version_id (str): The version that runs. Example: Ver1K8sSF2nC7al5InWz.
        published_at (str | Unset): When it was published. Example: 2026-09-01T12:00:00.000Z.
        model (str | Unset): The language model. Example: anthropic/claude-sonnet-4-6.
        tools (list[str] | Unset): The names of its tools. Example: ['web_search', 'kb_search'].
        plugins (list[ManagedAgentPlugin] | Unset): Its plugins. Example: [{'slug': 'social-planner', 'name': 'Social
            Planner'}].
        knowledge_base_ids (list[str] | Unset): The ids of its knowledge bases. Example: ['kb_abc123'].
    """

    id: str
    name: str
    description: str
    location_id: str
    published_version_id: str
    published_at: str | Unset = UNSET
    model: str | Unset = UNSET
    tools: list[str] | Unset = UNSET
    plugins: list[ManagedAgentPlugin] | Unset = UNSET
    knowledge_base_ids: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        description = self.description

        location_id = self.location_id

        published_version_id = self.published_version_id

        published_at = self.published_at

        model = self.model

        tools: list[str] | Unset = UNSET
        if not isinstance(self.tools, Unset):
            tools = self.tools

        plugins: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.plugins, Unset):
            plugins = []
            for plugins_item_data in self.plugins:
                plugins_item = plugins_item_data.to_dict()
                plugins.append(plugins_item)

        knowledge_base_ids: list[str] | Unset = UNSET
        if not isinstance(self.knowledge_base_ids, Unset):
            knowledge_base_ids = self.knowledge_base_ids

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "description": description,
                "locationId": location_id,
                "publishedVersionId": published_version_id,
            }
        )
        if published_at is not UNSET:
            field_dict["publishedAt"] = published_at
        if model is not UNSET:
            field_dict["model"] = model
        if tools is not UNSET:
            field_dict["tools"] = tools
        if plugins is not UNSET:
            field_dict["plugins"] = plugins
        if knowledge_base_ids is not UNSET:
            field_dict["knowledgeBaseIds"] = knowledge_base_ids

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.managed_agent_plugin import ManagedAgentPlugin  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        description = d.pop("description")

        location_id = d.pop("locationId")

        published_version_id = d.pop("publishedVersionId")

        published_at = d.pop("publishedAt", UNSET)

        model = d.pop("model", UNSET)

        tools = cast(list[str], d.pop("tools", UNSET))

        _plugins = d.pop("plugins", UNSET)
        plugins: list[ManagedAgentPlugin] | Unset = UNSET
        if _plugins is not UNSET:
            plugins = []
            for plugins_item_data in _plugins:
                plugins_item = ManagedAgentPlugin.from_dict(plugins_item_data)

                plugins.append(plugins_item)

        knowledge_base_ids = cast(list[str], d.pop("knowledgeBaseIds", UNSET))

        managed_agent = cls(
            id=id,
            name=name,
            description=description,
            location_id=location_id,
            published_version_id=published_version_id,
            published_at=published_at,
            model=model,
            tools=tools,
            plugins=plugins,
            knowledge_base_ids=knowledge_base_ids,
        )

        managed_agent.additional_properties = d
        return managed_agent

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
