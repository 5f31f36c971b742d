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


T = TypeVar("T", bound="NewAgentVersion")


@_attrs_define
class NewAgentVersion:
    """The first version of an agent. Other properties are kept, too.

    Example:
        {'versionName': 'Version 1', 'nodes': [], 'edges': []}

    Attributes:
        version_name (str | Unset): Its name. Example: Version 1.
        description (str | Unset): What it does. Example: Initial version.
        nodes (list[AgentNode] | Unset): All its nodes. Example: [].
        edges (list[AgentEdge] | Unset): All edges between its nodes. Example: [].
        ui_nodes (list[AgentNode] | Unset): Its nodes as the editor draws them. Example: [].
        ui_edges (list[AgentEdge] | Unset): Its edges as the editor draws them. Example: [].
        global_variables (list[AgentVariable] | Unset): Variables that all nodes can read. Example: [].
        input_variables (list[AgentVariable] | Unset): Variables that a message may bring. Example: [].
        runtime_variables (list[AgentVariable] | Unset): Variables that are set while the agent runs. Example: [].
        scopes (list[str] | Unset): Its scopes. Example: [].
        global_config (AgentConfig | Unset): Settings and prompts. Their fields are not documented, and are kept as they
            are sent. Example: {'globalPrompt': {'currentPrompt': 'You are a helpful assistant.', 'history': []}}.
    """

    version_name: str | Unset = UNSET
    description: str | Unset = UNSET
    nodes: list[AgentNode] | Unset = UNSET
    edges: list[AgentEdge] | Unset = UNSET
    ui_nodes: list[AgentNode] | Unset = UNSET
    ui_edges: list[AgentEdge] | Unset = UNSET
    global_variables: list[AgentVariable] | Unset = UNSET
    input_variables: list[AgentVariable] | Unset = UNSET
    runtime_variables: list[AgentVariable] | Unset = UNSET
    scopes: list[str] | Unset = UNSET
    global_config: AgentConfig | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        version_name = self.version_name

        description = self.description

        nodes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.nodes, Unset):
            nodes = []
            for nodes_item_data in self.nodes:
                nodes_item = nodes_item_data.to_dict()
                nodes.append(nodes_item)

        edges: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.edges, Unset):
            edges = []
            for edges_item_data in self.edges:
                edges_item = edges_item_data.to_dict()
                edges.append(edges_item)

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

        scopes: list[str] | Unset = UNSET
        if not isinstance(self.scopes, Unset):
            scopes = self.scopes

        global_config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.global_config, Unset):
            global_config = self.global_config.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if version_name is not UNSET:
            field_dict["versionName"] = version_name
        if description is not UNSET:
            field_dict["description"] = description
        if nodes is not UNSET:
            field_dict["nodes"] = nodes
        if edges is not UNSET:
            field_dict["edges"] = edges
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
        if scopes is not UNSET:
            field_dict["scopes"] = scopes
        if global_config is not UNSET:
            field_dict["globalConfig"] = global_config

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_config import AgentConfig  # noqa: PLC0415
        from ..models.agent_edge import AgentEdge  # noqa: PLC0415
        from ..models.agent_node import AgentNode  # noqa: PLC0415
        from ..models.agent_variable import AgentVariable  # noqa: PLC0415

        d = dict(src_dict)
        version_name = d.pop("versionName", UNSET)

        description = d.pop("description", UNSET)

        _nodes = d.pop("nodes", UNSET)
        nodes: list[AgentNode] | Unset = UNSET
        if _nodes is not UNSET:
            nodes = []
            for nodes_item_data in _nodes:
                nodes_item = AgentNode.from_dict(nodes_item_data)

                nodes.append(nodes_item)

        _edges = d.pop("edges", UNSET)
        edges: list[AgentEdge] | Unset = UNSET
        if _edges is not UNSET:
            edges = []
            for edges_item_data in _edges:
                edges_item = AgentEdge.from_dict(edges_item_data)

                edges.append(edges_item)

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

        scopes = cast(list[str], d.pop("scopes", UNSET))

        _global_config = d.pop("globalConfig", UNSET)
        global_config: AgentConfig | Unset
        if isinstance(_global_config, Unset):
            global_config = UNSET
        else:
            global_config = AgentConfig.from_dict(_global_config)

        new_agent_version = cls(
            version_name=version_name,
            description=description,
            nodes=nodes,
            edges=edges,
            ui_nodes=ui_nodes,
            ui_edges=ui_edges,
            global_variables=global_variables,
            input_variables=input_variables,
            runtime_variables=runtime_variables,
            scopes=scopes,
            global_config=global_config,
        )

        new_agent_version.additional_properties = d
        return new_agent_version

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
