"""Objects and schemas of an OpenAPI document: a typed walk, and validation.

A check must distinguish a schema from a property with the name `schema`. So the walk follows the
grammar of the specification.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import UnknownType, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from contract_checker.document import ROOT, Document, as_fragment, child
from leadway_mock.contract.loader import METHODS

_CONTRACT_URI = "urn:contract"
_MAX_CHARACTERS = 160

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
    def id(self) -> str:
        """Its `operationId`; empty when it has none."""
        return str(self.value.get("operationId", ""))


def objects(document: Document, *kinds: str) -> Iterator[Node]:
    """Yield the objects of these kinds; references are left out."""
    for node in _walk("document", ROOT, document.data):
        if node.kind in kinds and "$ref" not in node.value:
            yield node


def operations(document: Document) -> Iterator[Node]:
    """Yield every operation under `paths`."""
    for item in entries(document, Node("document", ROOT, document.data), "paths").values():
        for method in METHODS:
            if isinstance(item.value.get(method), Mapping):
                yield Node("operation", child(item.pointer, method), item.value[method])


def responses(document: Document) -> Iterator[tuple[Node, str, Node]]:
    """Yield every operation with the status and the object of each of its responses."""
    for operation in operations(document):
        for status, response in entries(document, operation, "responses").items():
            yield operation, status, response


def parameters(document: Document, operation: Node) -> dict[str, Node]:
    """Return the parameters of an operation and its path by location and name: `path.agentId`."""
    found: dict[str, Node] = {}
    for pointer in (operation.pointer.rpartition("/")[0], operation.pointer):
        for index, value in enumerate(_mapping(document.find(pointer)).get("parameters", [])):
            target = document.follow(child(pointer, "parameters", index), value)
            node = Node("parameter", *target)
            found[f"{node.value.get('in')}.{node.value.get('name')}"] = node
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
    if "$ref" in value:
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


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def violations(document: Document, schema: str, instance: object) -> Iterator[str]:
    """Yield a short text for each error of `instance` by the schema at pointer `schema`.

    A schema that cannot be used, because of its references or types, accepts everything: Redocly
    reports it.
    """
    registry: Registry[Any] = Registry().with_resource(
        _CONTRACT_URI, DRAFT202012.create_resource(document.data)
    )
    reference = {"$ref": f"{_CONTRACT_URI}{as_fragment(schema)}"}
    validator = Draft202012Validator(reference, registry=registry)
    try:
        yield from map(_error_text, validator.iter_errors(instance))
    except (Unresolvable, UnknownType, RecursionError):
        return


def property_schema(document: Document, schema: str, path: list[str]) -> Node | None:
    """Return the schema of a property or item, or None where none is declared.

    `schema` is the pointer to the schema to start from, `path` leads into an instance of it.
    """
    pointer, node = document.follow(schema, document.find(schema))
    if not path:
        return Node("schema", pointer, node)
    steps = [
        (key, index)
        for key in ("allOf", "anyOf", "oneOf")
        for index in range(len(node.get(key, [])))
    ]
    candidates: list[tuple[tuple[object, ...], list[str]]] = [(step, path) for step in steps]
    if path[0] in node.get("properties", {}):
        candidates.insert(0, (("properties", path[0]), path[1:]))
    elif path[0].isdecimal() and isinstance(node.get("items"), Mapping):
        candidates.insert(0, (("items",), path[1:]))
    found = (property_schema(document, child(pointer, *each), rest) for each, rest in candidates)
    return next((each for each in found if each), None)


def reachable(document: Document, schema: str, seen: set[str]) -> Iterator[Node]:
    """Yield the schema at pointer `schema` and its parts but those `seen`, references resolved."""
    pointer, node = document.follow(schema, document.find(schema))
    if pointer in seen or not isinstance(node, Mapping):
        return
    seen.add(pointer)
    yield Node("schema", pointer, node)
    for key, shape in GRAMMAR["schema"].items():
        if key in node:
            for part, _ in _members(shape, child(pointer, key), node[key]):
                yield from reachable(document, part, seen)


def _error_text(error: ValidationError) -> str:
    message = error.message
    text = message if len(message) <= _MAX_CHARACTERS else f"{message[:_MAX_CHARACTERS]}…"
    return text if error.json_path == "$" else f"{text} (at {error.json_path})"
