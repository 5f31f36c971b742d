"""Where in an OpenAPI document which kind of object stands.

A check must know a schema from a property that happens to be called `schema`, so the way through
the document follows the specification's own grammar and never guesses by name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_checker.document import ROOT, Document, child

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_HOLDS_VALUES = {"schema": "schema", "examples": "{example}", "content": "{media_type}"}

# What stands under each key of each kind of object: `kind`, `[kind]` for a list of them, `{kind}`
# for a mapping of them. Keys that hold no objects worth a visit are left out.
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

# The section of `components` that a reference in the place of such an object has to lead to.
SECTIONS: Mapping[str, str] = {
    kind.strip("{}"): section for section, kind in GRAMMAR["components"].items()
}


@dataclass(frozen=True, slots=True)
class Place:
    """An object of the document: its kind by the grammar, its pointer, and the mapping itself.

    Where the document has a `$ref`, the place is the reference, not what it leads to.
    """

    kind: str
    pointer: str
    node: Mapping[str, Any]

    @property
    def is_reference(self) -> bool:
        """Whether this only says where the object really is."""
        return "$ref" in self.node


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation and its address."""

    pointer: str
    path: str
    method: str
    node: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its `operationId`, empty when it has none."""
        return str(self.node.get("operationId", ""))


def walk(document: Document) -> Iterator[Place]:
    """Yield every object of the document that the grammar names, each where it is written."""
    yield from _walk("document", ROOT, document.data)


def objects(document: Document, *kinds: str) -> Iterator[Place]:
    """Yield the objects of these kinds, each once, where it is written; references are left out."""
    for place in walk(document):
        if place.kind in kinds and not place.is_reference:
            yield place


def operations(document: Document) -> Iterator[Operation]:
    """Yield every operation under `paths`."""
    for path, item in _mapping(document.data.get("paths")).items():
        pointer, found = document.follow(child("#/paths", path), item)
        for method in METHODS:
            if isinstance(found.get(method), Mapping):
                yield Operation(child(pointer, method), path, method, found[method])


def parameters(document: Document, operation: Operation) -> list[Place]:
    """Return the parameters of an operation, those of its path included, references followed."""
    item_pointer = operation.pointer.rpartition("/")[0]
    found: dict[tuple[object, object], Place] = {}
    for pointer in (item_pointer, operation.pointer):
        holder = document.find(pointer)
        for place in _parameters_at(document, pointer, holder):
            found[place.node.get("in"), place.node.get("name")] = place
    return list(found.values())


def responses(document: Document, operation: Operation) -> dict[str, Place]:
    """Return the responses of an operation by status, references followed."""
    pointer = child(operation.pointer, "responses")
    found = {}
    for status, node in _mapping(operation.node.get("responses")).items():
        found[status] = Place("response", *document.follow(child(pointer, status), node))
    return found


def entries(document: Document, holder: Place, key: str) -> dict[str, Place]:
    """Return the objects under `key` of a place, by name, references followed."""
    kind = GRAMMAR[holder.kind][key].strip("{}")
    pointer = child(holder.pointer, key)
    return {
        name: Place(kind, *document.follow(child(pointer, name), node))
        for name, node in _mapping(holder.node.get(key)).items()
    }


def _walk(kind: str, pointer: str, node: object) -> Iterator[Place]:
    if not isinstance(node, Mapping):
        return
    place = Place(kind, pointer, node)
    yield place
    if place.is_reference:
        return
    for key, shape in GRAMMAR.get(kind, {}).items():
        for part, value in _members(shape, child(pointer, key), node.get(key)):
            yield from _walk(shape.strip("[]{}"), part, value)


def _members(shape: str, pointer: str, node: object) -> Iterable[tuple[str, object]]:
    if shape.startswith("{"):
        return [(child(pointer, key), value) for key, value in _mapping(node).items()]
    if shape.startswith("["):
        items = node if isinstance(node, list) else []
        return [(child(pointer, index), item) for index, item in enumerate(items)]
    return [(pointer, node)]


def _parameters_at(document: Document, pointer: str, holder: object) -> Iterator[Place]:
    listed = _mapping(holder).get("parameters", [])
    for index, node in enumerate(listed):
        place = child(child(pointer, "parameters"), index)
        yield Place("parameter", *document.follow(place, node))


def _mapping(node: object) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}
