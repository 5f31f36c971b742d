from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.agent_config import AgentConfig
    from ..models.agent_edge import AgentEdge
    from ..models.agent_node import AgentNode
    from ..models.agent_variable import AgentVariable
    from ..models.agent_version_viewport import AgentVersionViewport


T = TypeVar("T", bound="AgentVersion")


@_attrs_define
class AgentVersion:
    """A version with all that belongs to it, and whatever else was sent when it was created.

    Attributes:
        version_id (str): Its id. Example: v1a2b3c4d5e6f7g8h9i0.
        agent_id (str): The agent it belongs to. Example: p1q2r3s4t5u6v7w8x9y0z1a2.
        state (str): `staging`, `draft` or `prod`; several may have `prod`. Example: staging.
        is_published (bool): Whether it is the one that runs in production. Example: False.
        nodes (list[AgentNode]): All its nodes. Example: [].
        edges (list[AgentEdge]): All edges between its nodes. Example: [].
        id (str | Unset): Another id, which no operation takes. Example: 3f9d9ab7-5ca4-4e64-8472-eab9e77a0fe3.
        agency_id (str | Unset): The agency, if one was sent. Example: gjL2sFNXJfJYa3d2OYSN.
        location_id (str | Unset): The sub-account that owns it. Example: C2QujeCh8ZnC7al2InWR.
        version_name (str | Unset): Its name. Example: Version 1.
        description (str | Unset): What it does. Example: Initial version.
        version (int | Unset): Its number, from 1. Example: 1.
        scopes (list[str] | Unset): Its scopes. Example: [].
        ui_nodes (list[AgentNode] | Unset): Its nodes as the editor draws them. Example: [].
        ui_edges (list[AgentEdge] | Unset): Its edges as the editor draws them. Example: [].
        global_variables (list[AgentVariable] | Unset): Variables that all nodes can read. Example: [].
        input_variables (list[AgentVariable] | Unset): Variables that a message may bring. Example: [].
        runtime_variables (list[AgentVariable] | Unset): Variables that are set while the agent runs. Example: [].
        viewport (AgentVersionViewport | Unset): What the editor shows. Example: {'x': 0, 'y': 0, 'zoom': 1}.
        global_config (AgentConfig | Unset): Settings and prompts. Their fields are not documented, and are kept as they
            are sent. Example: {'globalPrompt': {'currentPrompt': 'You are a helpful assistant.', 'history': []}}.
        created_at (str | Unset): When it was created. Example: 2024-02-27T10:30:00.000Z.
        updated_at (str | Unset): When it was changed last. Example: 2024-02-27T10:30:00.000Z.
        published_at (str | Unset): When it was published; absent before. Example: 2024-02-27T10:30:00.000Z.
        deleted (bool | Unset): Always false. Example: False.
    """

    version_id: str
    agent_id: str
    state: str
    is_published: bool
    nodes: list[AgentNode]
    edges: list[AgentEdge]
    id: str | Unset = UNSET
    agency_id: str | Unset = UNSET
    location_id: str | Unset = UNSET
    version_name: str | Unset = UNSET
    description: str | Unset = UNSET
    version: int | Unset = UNSET
    scopes: list[str] | Unset = UNSET
    ui_nodes: list[AgentNode] | Unset = UNSET
    ui_edges: list[AgentEdge] | Unset = UNSET
    global_variables: list[AgentVariable] | Unset = UNSET
    input_variables: list[AgentVariable] | Unset = UNSET
    runtime_variables: list[AgentVariable] | Unset = UNSET
    viewport: AgentVersionViewport | Unset = UNSET
    global_config: AgentConfig | Unset = UNSET
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    published_at: str | Unset = UNSET
    deleted: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        version_id = self.version_id

        agent_id = self.agent_id

        state = self.state

        is_published = self.is_published

        nodes = []
        for nodes_item_data in self.nodes:
            nodes_item = nodes_item_data.to_dict()
            nodes.append(nodes_item)

        edges = []
        for edges_item_data in self.edges:
            edges_item = edges_item_data.to_dict()
            edges.append(edges_item)

        id = self.id

        agency_id = self.agency_id

        location_id = self.location_id

        version_name = self.version_name

        description = self.description

        version = self.version

        scopes: list[str] | Unset = UNSET
        if not isinstance(self.scopes, Unset):
            scopes = self.scopes

        ui_nodes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.ui_nodes, Unset):
            ui_nodes = []
            for ui_nodes_item_data in self.ui_nodes:
                ui_nodes_item = ui_nodes_item_data.to_dict()
                ui_nodes.append(ui_nodes_item)

        ui_edges: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.ui_edges, Unset):
            ui_edges = []
            for ui_edges_item_data in self.ui_edges:
                ui_edges_item = ui_edges_item_data.to_dict()
                ui_edges.append(ui_edges_item)

        global_variables: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.global_variables, Unset):
            global_variables = []
            for global_variables_item_data in self.global_variables:
                global_variables_item = global_variables_item_data.to_dict()
                global_variables.append(global_variables_item)

        input_variables: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.input_variables, Unset):
            input_variables = []
            for input_variables_item_data in self.input_variables:
                input_variables_item = input_variables_item_data.to_dict()
                input_variables.append(input_variables_item)

        runtime_variables: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.runtime_variables, Unset):
            runtime_variables = []
            for runtime_variables_item_data in self.runtime_variables:
                runtime_variables_item = runtime_variables_item_data.to_dict()
                runtime_variables.append(runtime_variables_item)

        viewport: dict[str, Any] | Unset = UNSET
        if not isinstance(self.viewport, Unset):
            viewport = self.viewport.to_dict()

        global_config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.global_config, Unset):
            global_config = self.global_config.to_dict()

        created_at = self.created_at

        updated_at = self.updated_at

        published_at = self.published_at

        deleted = self.deleted

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "versionId": version_id,
                "agentId": agent_id,
                "state": state,
                "isPublished": is_published,
                "nodes": nodes,
                "edges": edges,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if agency_id is not UNSET:
            field_dict["agencyId"] = agency_id
        if location_id is not UNSET:
            field_dict["locationId"] = location_id
        if version_name is not UNSET:
            field_dict["versionName"] = version_name
        if description is not UNSET:
            field_dict["description"] = description
        if version is not UNSET:
            field_dict["version"] = version
        if scopes is not UNSET:
            field_dict["scopes"] = scopes
        if ui_nodes is not UNSET:
            field_dict["uiNodes"] = ui_nodes
        if ui_edges is not UNSET:
            field_dict["uiEdges"] = ui_edges
        if global_variables is not UNSET:
            field_dict["globalVariables"] = global_variables
        if input_variables is not UNSET:
            field_dict["inputVariables"] = input_variables
        if runtime_variables is not UNSET:
            field_dict["runtimeVariables"] = runtime_variables
        if viewport is not UNSET:
            field_dict["viewport"] = viewport
        if global_config is not UNSET:
            field_dict["globalConfig"] = global_config
        if created_at is not UNSET:
            field_dict["createdAt"] = created_at
        if updated_at is not UNSET:
            field_dict["updatedAt"] = updated_at
        if published_at is not UNSET:
            field_dict["publishedAt"] = published_at
        if deleted is not UNSET:
            field_dict["deleted"] = deleted

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_config import AgentConfig  # noqa: PLC0415
        from ..models.agent_edge import AgentEdge  # noqa: PLC0415
        from ..models.agent_node import AgentNode  # noqa: PLC0415
        from ..models.agent_variable import AgentVariable  # noqa: PLC0415
        from ..models.agent_version_viewport import AgentVersionViewport  # noqa: PLC0415

        d = dict(src_dict)
        version_id = d.pop("versionId")

        agent_id = d.pop("agentId")

        state = d.pop("state")

        is_published = d.pop("isPublished")

        nodes = []
        _nodes = d.pop("nodes")
        for nodes_item_data in _nodes:
            nodes_item = AgentNode.from_dict(nodes_item_data)

            nodes.append(nodes_item)

        edges = []
        _edges = d.pop("edges")
        for edges_item_data in _edges:
            edges_item = AgentEdge.from_dict(edges_item_data)

            edges.append(edges_item)

        id = d.pop("id", UNSET)

        agency_id = d.pop("agencyId", UNSET)

        location_id = d.pop("locationId", UNSET)

        version_name = d.pop("versionName", UNSET)

        description = d.pop("description", UNSET)

        version = d.pop("version", UNSET)

        scopes = cast(list[str], d.pop("scopes", UNSET))

        _ui_nodes = d.pop("uiNodes", UNSET)
        ui_nodes: list[AgentNode] | Unset = UNSET
        if _ui_nodes is not UNSET:
            ui_nodes = []
            for ui_nodes_item_data in _ui_nodes:
                ui_nodes_item = AgentNode.from_dict(ui_nodes_item_data)

                ui_nodes.append(ui_nodes_item)

        _ui_edges = d.pop("uiEdges", UNSET)
        ui_edges: list[AgentEdge] | Unset = UNSET
        if _ui_edges is not UNSET:
            ui_edges = []
            for ui_edges_item_data in _ui_edges:
                ui_edges_item = AgentEdge.from_dict(ui_edges_item_data)

                ui_edges.append(ui_edges_item)

        _global_variables = d.pop("globalVariables", UNSET)
        global_variables: list[AgentVariable] | Unset = UNSET
        if _global_variables is not UNSET:
            global_variables = []
            for global_variables_item_data in _global_variables:
                global_variables_item = AgentVariable.from_dict(global_variables_item_data)

                global_variables.append(global_variables_item)

        _input_variables = d.pop("inputVariables", UNSET)
        input_variables: list[AgentVariable] | Unset = UNSET
        if _input_variables is not UNSET:
            input_variables = []
            for input_variables_item_data in _input_variables:
                input_variables_item = AgentVariable.from_dict(input_variables_item_data)

                input_variables.append(input_variables_item)

        _runtime_variables = d.pop("runtimeVariables", UNSET)
        runtime_variables: list[AgentVariable] | Unset = UNSET
        if _runtime_variables is not UNSET:
            runtime_variables = []
            for runtime_variables_item_data in _runtime_variables:
                runtime_variables_item = AgentVariable.from_dict(runtime_variables_item_data)

                runtime_variables.append(runtime_variables_item)

        _viewport = d.pop("viewport", UNSET)
        viewport: AgentVersionViewport | Unset
        if isinstance(_viewport, Unset):
            viewport = UNSET
        else:
            viewport = AgentVersionViewport.from_dict(_viewport)

        _global_config = d.pop("globalConfig", UNSET)
        global_config: AgentConfig | Unset
        if isinstance(_global_config, Unset):
            global_config = UNSET
        else:
            global_config = AgentConfig.from_dict(_global_config)

        created_at = d.pop("createdAt", UNSET)

        updated_at = d.pop("updatedAt", UNSET)

        published_at = d.pop("publishedAt", UNSET)

        deleted = d.pop("deleted", UNSET)

        agent_version = cls(
            version_id=version_id,
            agent_id=agent_id,
            state=state,
            is_published=is_published,
            nodes=nodes,
            edges=edges,
            id=id,
            agency_id=agency_id,
            location_id=location_id,
            version_name=version_name,
            description=description,
            version=version,
            scopes=scopes,
            ui_nodes=ui_nodes,
            ui_edges=ui_edges,
            global_variables=global_variables,
            input_variables=input_variables,
            runtime_variables=runtime_variables,
            viewport=viewport,
            global_config=global_config,
            created_at=created_at,
            updated_at=updated_at,
            published_at=published_at,
            deleted=deleted,
        )

        agent_version.additional_properties = d
        return agent_version

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
