from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.agent_config import AgentConfig
    from ..models.agent_edge import AgentEdge
    from ..models.agent_node import AgentNode
    from ..models.agent_variable import AgentVariable


T = TypeVar("T", bound="UpdateAgentVersionRequest")


@_attrs_define
class UpdateAgentVersionRequest:
    """What to replace in a version.

    Attributes:
        location_id (str): The sub-account that owns the agent. Example: C2QujeCh8ZnC7al2InWR.
        version_name (str | Unset): Its name. Example: Version 1.
        description (str | Unset): What it does. Example: Initial version.
        nodes (list[AgentNode] | Unset): All its nodes. Example: [].
        edges (list[AgentEdge] | Unset): All edges between its nodes. Example: [].
        global_variables (list[AgentVariable] | Unset): Variables that all nodes can read. Example: [].
        input_variables (list[AgentVariable] | Unset): Variables that a message may bring. Example: [].
        runtime_variables (list[AgentVariable] | Unset): Variables that are set while the agent runs. Example: [].
        global_config (AgentConfig | Unset): Settings and prompts. Their fields are not documented, and are kept as they
            are sent. Example: {'globalPrompt': {'currentPrompt': 'You are a helpful assistant.', 'history': []}}.
        user_id (str | Unset): The user who changes it. Example: usr_abc123def456.
        user_name (str | Unset): The name of that user. Example: John Doe.
    """

    location_id: str
    version_name: str | Unset = UNSET
    description: str | Unset = UNSET
    nodes: list[AgentNode] | Unset = UNSET
    edges: list[AgentEdge] | Unset = UNSET
    global_variables: list[AgentVariable] | Unset = UNSET
    input_variables: list[AgentVariable] | Unset = UNSET
    runtime_variables: list[AgentVariable] | Unset = UNSET
    global_config: AgentConfig | Unset = UNSET
    user_id: str | Unset = UNSET
    user_name: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        location_id = self.location_id

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

        global_config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.global_config, Unset):
            global_config = self.global_config.to_dict()

        user_id = self.user_id

        user_name = self.user_name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "locationId": location_id,
            }
        )
        if version_name is not UNSET:
            field_dict["versionName"] = version_name
        if description is not UNSET:
            field_dict["description"] = description
        if nodes is not UNSET:
            field_dict["nodes"] = nodes
        if edges is not UNSET:
            field_dict["edges"] = edges
        if global_variables is not UNSET:
            field_dict["globalVariables"] = global_variables
        if input_variables is not UNSET:
            field_dict["inputVariables"] = input_variables
        if runtime_variables is not UNSET:
            field_dict["runtimeVariables"] = runtime_variables
        if global_config is not UNSET:
            field_dict["globalConfig"] = global_config
        if user_id is not UNSET:
            field_dict["userId"] = user_id
        if user_name is not UNSET:
            field_dict["userName"] = user_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_config import AgentConfig  # noqa: PLC0415
        from ..models.agent_edge import AgentEdge  # noqa: PLC0415
        from ..models.agent_node import AgentNode  # noqa: PLC0415
        from ..models.agent_variable import AgentVariable  # noqa: PLC0415

        d = dict(src_dict)
        location_id = d.pop("locationId")

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

        _global_config = d.pop("globalConfig", UNSET)
        global_config: AgentConfig | Unset
        if isinstance(_global_config, Unset):
            global_config = UNSET
        else:
            global_config = AgentConfig.from_dict(_global_config)

        user_id = d.pop("userId", UNSET)

        user_name = d.pop("userName", UNSET)

        update_agent_version_request = cls(
            location_id=location_id,
            version_name=version_name,
            description=description,
            nodes=nodes,
            edges=edges,
            global_variables=global_variables,
            input_variables=input_variables,
            runtime_variables=runtime_variables,
            global_config=global_config,
            user_id=user_id,
            user_name=user_name,
        )

        return update_agent_version_request
