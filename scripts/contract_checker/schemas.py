"""Asking the contract's schemas questions: does this value fit, what does this pointer name."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import UnknownType, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from contract_checker.document import Document, as_fragment, child, descend
from contract_checker.walk import Place

_HERE = "urn:contract"
_LONGEST = 160


def violations(document: Document, schema: str, instance: object) -> Iterator[str]:
    """Yield one short text for each way in which `instance` breaks the schema at pointer `schema`.

    A schema that cannot be used, because a reference in it leads nowhere or in circles, or because
    it is no schema, lets everything pass: other checks say so.
    """
    registry: Registry[Any] = Registry().with_resource(
        _HERE, DRAFT202012.create_resource(document.data)
    )
    reference = {"$ref": f"{_HERE}{as_fragment(schema)}"}
    validator = Draft202012Validator(reference, registry=registry)
    try:
        yield from map(_told, validator.iter_errors(instance))
    except (Unresolvable, UnknownType, RecursionError):
        return


def property_schema(document: Document, schema: str, path: list[str]) -> Place | None:
    """Return the schema of what lies at `path` (property names, item numbers) inside a schema.

    Args:
        document: The contract.
        schema: Pointer to the schema to start from.
        path: The way into an instance of it, as the tokens of a JSON Pointer.

    Returns:
        The schema that is declared for it, or None when nothing is declared there.
    """
    pointer, node = document.follow(schema, document.find(schema))
    if not path:
        return Place("schema", pointer, node)
    for key in _steps(node, path[0]):
        found = property_schema(document, descend(pointer, key), path[1:])
        if found:
            return found
    return _within_composition(document, pointer, node, path)


def reachable(document: Document, schema: str, seen: set[str] | None = None) -> Iterator[Place]:
    """Yield the schema at pointer `schema` and every one it is made of, references followed."""
    seen = set() if seen is None else seen
    pointer, node = document.follow(schema, document.find(schema))
    if pointer in seen or not isinstance(node, Mapping):
        return
    seen.add(pointer)
    yield Place("schema", pointer, node)
    for key in ("properties", "patternProperties", "$defs"):
        for name in node.get(key, {}):
            yield from reachable(document, descend(pointer, (key, name)), seen)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), Mapping):
            yield from reachable(document, child(pointer, key), seen)
    for key in ("allOf", "anyOf", "oneOf", "prefixItems"):
        for index in range(len(node.get(key, []))):
            yield from reachable(document, descend(pointer, (key, index)), seen)


def malformations(schema: Mapping[str, Any]) -> Iterator[tuple[list[object], str]]:
    """Yield the way to each part of `schema` that is no JSON Schema, and what is wrong there."""
    dialect = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    for error in dialect.iter_errors(schema):
        yield list(error.absolute_path), _shortened(error.message)


def _told(error: ValidationError) -> str:
    text = _shortened(error.message)
    return text if error.json_path == "$" else f"{text} (at {error.json_path})"


def _shortened(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def _steps(node: Mapping[str, Any], token: str) -> Iterator[tuple[object, ...]]:
    if token in node.get("properties", {}):
        yield ("properties", token)
    if token.isdecimal() and isinstance(node.get("items"), Mapping):
        yield ("items",)


def _within_composition(
    document: Document, pointer: str, node: Mapping[str, Any], path: list[str]
) -> Place | None:
    for key in ("allOf", "anyOf", "oneOf"):
        for index in range(len(node.get(key, []))):
            found = property_schema(document, descend(pointer, (key, index)), path)
            if found:
                return found
    return None
