"""Queries of the contract's schemas: is a value valid, which schema has a property."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import UnknownType, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from contract_checker.document import Document, as_fragment, child, descend
from contract_checker.openapi_walk import Node

_CONTRACT_URI = "urn:contract"
_MAX_CHARACTERS = 160


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
    """Return the schema of a property or item.

    Args:
        document: The contract.
        schema: Pointer to the schema to start from.
        path: Tokens of a JSON pointer into an instance of that schema.

    Returns:
        The declared schema, or None where none is declared.
    """
    pointer, node = document.follow(schema, document.find(schema))
    if not path:
        return Node("schema", pointer, node)
    for key in _steps(node, path[0]):
        found = property_schema(document, descend(pointer, key), path[1:])
        if found:
            return found
    return _within_composition(document, pointer, node, path)


def reachable(document: Document, schema: str, seen: set[str] | None = None) -> Iterator[Node]:
    """Yield the schema at pointer `schema` and its parts, with references resolved."""
    seen = set() if seen is None else seen
    pointer, node = document.follow(schema, document.find(schema))
    if pointer in seen or not isinstance(node, Mapping):
        return
    seen.add(pointer)
    yield Node("schema", pointer, node)
    for key in ("properties", "patternProperties", "$defs"):
        for name in node.get(key, {}):
            yield from reachable(document, descend(pointer, (key, name)), seen)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), Mapping):
            yield from reachable(document, child(pointer, key), seen)
    for key in ("allOf", "anyOf", "oneOf", "prefixItems"):
        for index in range(len(node.get(key, []))):
            yield from reachable(document, descend(pointer, (key, index)), seen)


def _error_text(error: ValidationError) -> str:
    message = error.message
    text = message if len(message) <= _MAX_CHARACTERS else f"{message[:_MAX_CHARACTERS]}…"
    return text if error.json_path == "$" else f"{text} (at {error.json_path})"


def _steps(node: Mapping[str, Any], token: str) -> Iterator[tuple[object, ...]]:
    if token in node.get("properties", {}):
        yield ("properties", token)
    if token.isdecimal() and isinstance(node.get("items"), Mapping):
        yield ("items",)


def _within_composition(
    document: Document, pointer: str, node: Mapping[str, Any], path: list[str]
) -> Node | None:
    for key in ("allOf", "anyOf", "oneOf"):
        for index in range(len(node.get(key, []))):
            found = property_schema(document, descend(pointer, (key, index)), path)
            if found:
                return found
    return None
