"""The contract, read once at start: its routes, its schemas, its examples and their evidence.

Whatever the mock knows of the API it knows from here. Nothing in this module is about one
operation or one error in particular.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from jsonschema import Draft202012Validator

from leadway_mock.remembering import LONGEST

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Node = Mapping[str, Any]


class ContractError(Exception):
    """The contract cannot be read or served; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Example:
    """A named example answer: what the API says in one case, and how well that is known."""

    name: str
    status: int
    content: Any
    level: str
    source: str
    summary: str = ""


@dataclass(frozen=True)
class Operation:
    """One operation of the contract, resolved: no `$ref` is left in it."""

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

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The path template cut at its slashes."""
        return tuple(self.path.split("/"))

    def parameter(self, place: str, name: str) -> Node | None:
        """Return the parameter `name` in `place` (`header`, `query`, `path`), or None."""
        return self._parameters.get((place, name.lower()))

    @cached_property
    def _parameters(self) -> Mapping[tuple[str, str], Node]:
        return {(each["in"], each["name"].lower()): each for each in reversed(self.parameters)}

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Return the path parameters if `segments` of a request fit this path, else None."""
        if len(segments) != len(self.segments):
            return None
        found = {}
        for template, given in zip(self.segments, segments, strict=True):
            if template.startswith("{") and given:
                found[template.strip("{}")] = given
            elif template != given:
                return None
        return found


Meant = tuple[Operation, Mapping[str, str]]
"""What a path means: an operation, and the parameters that the path has for it."""

MOST_KNOWN_PATHS = 1_024


@dataclass(frozen=True)
class Contract:
    """The contract as the emulator uses it."""

    document: Node
    source: bytes = field(repr=False)
    operations: tuple[Operation, ...]
    _known_paths: dict[str, tuple[Meant, ...]] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def examples(self) -> Mapping[str, Example]:
        """Every named example of every operation, by its name."""
        return {
            name: example for each in self.operations for name, example in each.examples.items()
        }

    @cached_property
    def levels(self) -> Mapping[str, str]:
        """How well each rule is known, be it an example or a row of `x-behaviours`."""
        rows = {row["id"]: row["level"] for row in self.document.get("x-behaviours", [])}
        return rows | {name: example.level for name, example in self.examples.items()}

    @property
    def version(self) -> str:
        """The contract's own version, from its `info`."""
        return str(self.document["info"]["version"])

    def at(self, path: str) -> tuple[Meant, ...]:
        """Return each operation whose path fits `path`, with its path parameters."""
        return self._known_paths.get(path) or self._meant(path)

    def _meant(self, path: str) -> tuple[Meant, ...]:
        segments = tuple(path.split("/"))
        matched = ((each, each.match(segments)) for each in self.operations)
        found = tuple((each, parameters) for each, parameters in matched if parameters is not None)
        fits = len(path) <= LONGEST and len(self._known_paths) < MOST_KNOWN_PATHS
        if found and fits:
            self._known_paths[path] = found
        return found


def contract_file() -> Path:
    """Return where the contract is: inside an installed package, or beside it in a checkout."""
    packaged = Path(str(resources.files("leadway_mock") / "openapi" / "leadway.yaml"))
    if packaged.is_file():
        return packaged
    return Path(__file__).resolve().parents[2] / "openapi" / "leadway.yaml"


def load_contract(path: Path | None = None) -> Contract:
    """Read the contract at `path`, the shipped one by default; raises `ContractError`."""
    path = path or contract_file()
    try:
        source = path.read_bytes()
        document = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except (OSError, yaml.YAMLError) as error:
        text = f"cannot read the contract {path}: {error}"
        raise ContractError(text) from error
    return Contract(document, source, tuple(_operations(document)))


def resolve(document: Node, node: Any, seen: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - any node
    """Return a copy of `node` in which every local `$ref` is replaced by what it names."""
    if isinstance(node, list):
        return [resolve(document, item, seen) for item in node]
    if not isinstance(node, dict):
        return copy.copy(node)
    pointer = node.get("$ref")
    if not isinstance(pointer, str):
        return {key: resolve(document, value, seen) for key, value in node.items()}
    if pointer in seen:
        text = f"{pointer} refers to itself; the mock needs schemas that end"
        raise ContractError(text)
    return resolve(document, _named(document, pointer), (*seen, pointer))


def _named(document: Node, pointer: str) -> Any:  # noqa: ANN401 - any node
    node: Any = document
    for part in pointer.removeprefix("#/").split("/"):
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or key not in node:
            text = f"{pointer} names nothing in the contract"
            raise ContractError(text)
        node = node[key]
    return node


def _operations(document: Node) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in METHODS:
            if method in item:
                node = item[method] | {"parameters": shared + item[method].get("parameters", [])}
                yield _operation(path, method, resolve(document, node))


def _operation(path: str, method: str, node: Node) -> Operation:
    responses = {int(status): response for status, response in node["responses"].items()}
    examples = {
        name: _example(name, status, example)
        for status, response in responses.items()
        for name, example in _json(response).get("examples", {}).items()
    }
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        deprecated=node.get("deprecated", False),
        scopes=tuple(
            scope for need in node["security"] for scopes in need.values() for scope in scopes
        ),
        parameters=tuple(node["parameters"]),
        body_schema=_json(node.get("requestBody", {})).get("schema"),
        examples=examples,
        response_schemas={
            status: _json(response)["schema"]
            for status, response in responses.items()
            if "schema" in _json(response)
        },
        response_headers={
            status: {
                name: str(header["example"])
                for name, header in response.get("headers", {}).items()
                if "example" in header
            }
            for status, response in responses.items()
        },
        deprecation=node.get("x-deprecation", {}),
    )


def _json(node: Node) -> Node:
    found: Node = node.get("content", {}).get("application/json", {})
    return found


def _example(name: str, status: int, node: Node) -> Example:
    evidence = node.get("x-evidence", {})
    return Example(
        name=name,
        status=status,
        content=node["value"],
        level=evidence.get("level", "invented"),
        source=evidence.get("source", ""),
        summary=node.get("summary", ""),
    )


def validator(schema: Node) -> Draft202012Validator:
    """Return a compiled validator for a resolved schema."""
    return Draft202012Validator(schema)
