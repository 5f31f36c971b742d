"""Typed walk over an OpenAPI document: which kind of object is at which pointer.

A check must distinguish a schema from a property with the name `schema`. So the walk follows the
grammar of the specification.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_checker.document import ROOT, Document, child, descend

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_HOLDS_VALUES = {"schema": "schema", "examples": "{example}", "content": "{media_type}"}

# Kinds of object under each key of each kind of object: `kind`, `[kind]` for a list, `{kind}` for a
# mapping. Keys without objects that a check needs are left out.
GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "document": {"paths": "{path_item}", "webhooks": "{path_item}", "components": "components"},
    "components": {
        "schemas": "{schema}",
        "responses": "{response}",
        "parameters": "{parameter}",
        "examples": "{example}",
        "requestBodies": "{request_body}",
        "headers": "{header}",
        "securitySchemes": "{security_scheme}",
        "links": "{link}",
        "pathItems": "{path_item}",
    },
    "path_item": {"parameters": "[parameter]", **dict.fromkeys(METHODS, "operation")},
    "operation": {
        "parameters": "[parameter]",
        "requestBody": "request_body",
        "responses": "{response}",
    },
    "parameter": _HOLDS_VALUES,
    "header": _HOLDS_VALUES,
    "request_body": {"content": "{media_type}"},
    "media_type": {"schema": "schema", "examples": "{example}"},
    "response": {"headers": "{header}", "content": "{media_type}", "links": "{link}"},
    "schema": {
        **dict.fromkeys(
            ("properties", "patternProperties", "dependentSchemas", "$defs"), "{schema}"
        ),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "[schema]"),
        **dict.fromkeys(
            ("items", "contains", "additionalProperties", "unevaluatedProperties"), "schema"
        ),
        **dict.fromkeys(("propertyNames", "not", "if", "then", "else"), "schema"),
    },
}


@dataclass(frozen=True, slots=True)
class Node:
    """An object of the document: its kind by the grammar, its pointer, and its value.

    For a `$ref` it is the reference itself, not its target.
    """

    kind: str
    pointer: str
    value: Mapping[str, Any]

    @property
    def is_reference(self) -> bool:
        """Whether the value is a `$ref`."""
        return "$ref" in self.value


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation and its address."""

    pointer: str
    path: str
    method: str
    value: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its `operationId`; empty when it has none."""
        return str(self.value.get("operationId", ""))


def walk(document: Document) -> Iterator[Node]:
    """Yield every object of the document that the grammar names."""
    yield from _walk("document", ROOT, document.data)


def objects(document: Document, *kinds: str) -> Iterator[Node]:
    """Yield the objects of these kinds; references are left out."""
    for node in walk(document):
        if node.kind in kinds and not node.is_reference:
            yield node


def operations(document: Document) -> Iterator[Operation]:
    """Yield every operation under `paths`."""
    for path, item in _mapping(document.data.get("paths")).items():
        pointer, found = document.follow(child("#/paths", path), item)
        for method in METHODS:
            if isinstance(found.get(method), Mapping):
                yield Operation(child(pointer, method), path, method, found[method])


def parameters(document: Document, operation: Operation) -> list[Node]:
    """Return the parameters of an operation and of its path, with references resolved."""
    item_pointer = operation.pointer.rpartition("/")[0]
    found: dict[tuple[object, object], Node] = {}
    for pointer in (item_pointer, operation.pointer):
        holder = document.find(pointer)
        for node in _parameters_at(document, pointer, holder):
            found[node.value.get("in"), node.value.get("name")] = node
    return list(found.values())


def responses(document: Document, operation: Operation) -> dict[str, Node]:
    """Return the responses of an operation by status, with references resolved."""
    pointer = child(operation.pointer, "responses")
    found = {}
    for status, value in _mapping(operation.value.get("responses")).items():
        found[status] = Node("response", *document.follow(child(pointer, status), value))
    return found


def entries(document: Document, holder: Node, key: str) -> dict[str, Node]:
    """Return the objects under `key` of a node by name, with references resolved."""
    kind = GRAMMAR[holder.kind][key].strip("{}")
    pointer = child(holder.pointer, key)
    return {
        name: Node(kind, *document.follow(child(pointer, name), value))
        for name, value in _mapping(holder.value.get(key)).items()
    }


def _walk(kind: str, pointer: str, value: object) -> Iterator[Node]:
    if not isinstance(value, Mapping):
        return
    node = Node(kind, pointer, value)
    yield node
    if node.is_reference:
        return
    for key, shape in GRAMMAR.get(kind, {}).items():
        for part, item in _members(shape, child(pointer, key), value.get(key)):
            yield from _walk(shape.strip("[]{}"), part, item)


def _members(shape: str, pointer: str, value: object) -> Iterable[tuple[str, object]]:
    if shape.startswith("{"):
        return [(child(pointer, key), item) for key, item in _mapping(value).items()]
    if shape.startswith("["):
        items = value if isinstance(value, list) else []
        return [(child(pointer, index), item) for index, item in enumerate(items)]
    return [(pointer, value)]


def _parameters_at(document: Document, pointer: str, holder: object) -> Iterator[Node]:
    listed = _mapping(holder).get("parameters", [])
    for index, value in enumerate(listed):
        found = document.follow(descend(pointer, ("parameters", index)), value)
        yield Node("parameter", *found)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
