"""The OpenAPI document as values: operations, schemas, examples and their evidence.

The mock has no other source of facts about the API. Nothing in this module is specific to one
operation or one error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Node = Mapping[str, Any]


class ContractError(Exception):
    """The contract cannot be read or served; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Example:
    """A named example response, with its evidence."""

    name: str
    status: int
    content: Any
    evidence: str
    source: str
    summary: str = ""
    has_fixed_message: bool = False
    """Whether its message never depends on the request, as was observed."""


@dataclass(frozen=True)
class Operation:
    """One operation of the contract, with every `$ref` resolved."""

    id: str
    method: str
    path: str
    deprecated: bool
    scopes: tuple[str, ...]
    parameters: tuple[Node, ...]
    body_schema: Node | None
    examples: Mapping[str, Example]
    response_schemas: Mapping[int, Node]
    response_headers: Mapping[int, Mapping[str, str]]
    deprecation: Node
    has_form: bool = False
    """Whether its body is an HTML form, not JSON."""

    is_public: bool = False
    """Whether it needs no token."""

    auth_class: str = "Location"
    """The class of the token that it needs."""

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The path template, split at its slashes."""
        return tuple(self.path.split("/"))

    @cached_property
    def prefix(self) -> str:
        """The path template up to its first parameter."""
        return self.path.partition("{")[0]

    def parameter(self, location: str, name: str) -> Node | None:
        """Return the parameter `name` in `location` (`header`, `query`, `path`), or None."""
        return self._parameters.get((location, name.lower()))

    @cached_property
    def query_names(self) -> tuple[str, ...]:
        """The names of the parameters of its query."""
        return tuple(each["name"] for each in self.parameters if each["in"] == "query")

    @cached_property
    def _parameters(self) -> Mapping[tuple[str, str], Node]:
        return {(each["in"], each["name"].lower()): each for each in reversed(self.parameters)}


def match_segments(templates: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    """Return the parameters of a path if its segments match those of a template, else None."""
    if len(segments) != len(templates):
        return None
    parameters = {}
    for template, segment in zip(templates, segments, strict=True):
        if template.startswith("{") and segment:
            parameters[template.strip("{}")] = segment
        elif template != segment:
            return None
    return parameters


def agent_id_of(path_parameters: Mapping[str, str]) -> str:
    """Return the id of the agent in a path, managed or not; empty where it has none."""
    return path_parameters.get("agentId") or path_parameters.get("managedAgentId", "")


Match = tuple[Operation, Mapping[str, str]]
"""An operation and the values of its path parameters."""


@dataclass(frozen=True)
class Contract:
    """The OpenAPI document and its operations."""

    document: Node
    source: bytes = field(repr=False)
    operations: tuple[Operation, ...]
    session_starts: frozenset[str] = frozenset()
    """Rules of session errors in place of which a session starts, as was observed."""

    absent_headers: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Lower-case names of headers that responses lack, as was observed, by the first digit of the
    status."""

    @cached_property
    def examples(self) -> Mapping[str, Example]:
        """Every named example of every operation, by its name."""
        return {
            name: example for each in self.operations for name, example in each.examples.items()
        }

    @cached_property
    def evidence(self) -> Mapping[str, str]:
        """The evidence of each rule: of the examples and of the rows of `x-behaviours`."""
        rows = {row["id"]: row["evidence"] for row in self.document.get("x-behaviours", [])}
        return rows | {name: example.evidence for name, example in self.examples.items()}

    @cached_property
    def api_versions(self) -> frozenset[str]:
        """Every value of the header `Version` that some operation accepts."""
        parameters = (each.parameter("header", "Version") for each in self.operations)
        return frozenset(
            value for each in parameters if each for value in each["x-accepted-values"]
        )

    @property
    def version(self) -> str:
        """The contract's own version, from its `info`."""
        return str(self.document["info"]["version"])

    @cached_property
    def _by_length(self) -> Mapping[int, list[Operation]]:
        """The operations by the number of segments of their paths."""
        found: dict[int, list[Operation]] = {}
        for each in self.operations:
            found.setdefault(len(each.segments), []).append(each)
        return found

    def operations_at(self, path: str) -> list[Match]:
        """Return each operation whose path template matches `path`, with its path parameters."""
        segments = tuple(path.split("/"))
        found: list[Match] = []
        for each in self._by_length.get(len(segments), ()):
            # Most operations differ here already, which saves the call.
            is_near = path.startswith(each.prefix)
            parameters = match_segments(each.segments, segments) if is_near else None
            if parameters is not None:
                found.append((each, parameters))
        return found
