"""Checks of schemas, parameters and headers, for readers and the generated client."""

from collections.abc import Iterator

from contract_checker.document import Document, Problem, child
from contract_checker.openapi_walk import Node, entries, objects, operations, responses
from contract_checker.schema_queries import reachable

_REQUIRED_KEYS = ("description", "example", "x-evidence")
_LIMITING_KEYS = ("enum", "const", "format")


def arrays_have_items(document: Document) -> Iterator[Problem]:
    """Every array has `items`: without them the generated client returns nothing on success."""
    for schema in objects(document, "schema"):
        kinds = schema.value.get("type", [])
        if (
            "array" in ([kinds] if isinstance(kinds, str) else kinds)
            and "items" not in schema.value
        ):
            hint = "add items, at least {type: object}"
            yield Problem(schema.pointer, "this array has no items", hint)


def fields_are_documented(document: Document) -> Iterator[Problem]:
    """Every field, parameter and header has a description, an example and evidence."""
    for node in (*objects(document, "parameter", "header"), *_fields(document)):
        for key in _REQUIRED_KEYS:
            if key not in node.value:
                yield Problem(node.pointer, f"this has no {key}", f"add {key}")


def response_schemas_stay_open(document: Document) -> Iterator[Problem]:
    """No response schema limits its strings, because only some real values are known."""
    for schema in _response_schemas(document):
        for key in _LIMITING_KEYS:
            if key in schema.value:
                yield Problem(
                    child(schema.pointer, key),
                    f"{key} excludes values that the platform may send",
                    "remove it, and list the known values in the description",
                )


def accepted_values_include_the_default(document: Document) -> Iterator[Problem]:
    """`x-accepted-values` of a parameter include its default and its example."""
    for parameter in objects(document, "parameter"):
        accepted = parameter.value.get("x-accepted-values")
        schema = document.follow(parameter.pointer, parameter.value.get("schema", {}))[1]
        values = {"default": schema.get("default"), "example": parameter.value.get("example")}
        for key, value in values.items():
            if accepted is not None and value is not None and value not in accepted:
                yield Problem(
                    child(parameter.pointer, "x-accepted-values"),
                    f"the {key}, {value}, is not among the accepted values",
                    f"add it, or choose another {key}",
                )


def _fields(document: Document) -> Iterator[Node]:
    for schema in objects(document, "schema"):
        for field in entries(document, schema, "properties").values():
            if field.value:
                yield field


def _response_schemas(document: Document) -> Iterator[Node]:
    seen: set[str] = set()
    for operation in operations(document):
        for response in responses(document, operation).values():
            for media_type in entries(document, response, "content").values():
                if "schema" in media_type.value:
                    yield from reachable(document, child(media_type.pointer, "schema"), seen)
