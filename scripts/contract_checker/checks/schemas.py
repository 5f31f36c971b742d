"""Checks of schemas, parameters and headers: what a reader and a generated client need of them."""

from collections.abc import Iterator

from contract_checker.document import Document, child, descend
from contract_checker.findings import Finding
from contract_checker.schemas import malformations, reachable
from contract_checker.walk import Place, entries, objects, operations, responses

_EXPLANATIONS = ("description", "example", "x-evidence")
_CLOSING = ("enum", "const", "format")


def schemas_are_schemas(document: Document) -> Iterator[Finding]:
    """Every schema is a JSON Schema of the dialect that OpenAPI 3.1 is made of, 2020-12."""
    for schema in objects(document, "schema"):
        for way, problem in malformations(schema.node):
            pointer = descend(schema.pointer, way)
            yield Finding(pointer, f"this is no JSON Schema: {problem}", "mend the keyword")


def arrays_say_what_they_hold(document: Document) -> Iterator[Finding]:
    """Every array has `items`: without them a generated client returns nothing on success."""
    for schema in objects(document, "schema"):
        kinds = schema.node.get("type", [])
        if "array" in ([kinds] if isinstance(kinds, str) else kinds) and "items" not in schema.node:
            remedy = "add items, if only {type: object}"
            yield Finding(schema.pointer, "this array does not say what it holds", remedy)


def fields_are_explained(document: Document) -> Iterator[Finding]:
    """Every field, parameter and header says what it is, shows a value, and how sure we are."""
    for place in (*objects(document, "parameter", "header"), *_fields(document)):
        for key in _EXPLANATIONS:
            if key not in place.node:
                yield Finding(place.pointer, f"this has no {key}", f"add one, under {key}")


def answers_stay_open(document: Document) -> Iterator[Finding]:
    """No schema of an answer closes its strings: only some of the real values are known."""
    for schema in _answer_schemas(document):
        for key in _CLOSING:
            if key in schema.node:
                yield Finding(
                    child(schema.pointer, key),
                    f"{key} promises more than is known of the platform's answers",
                    "leave the string open, and name the known values in its description",
                )


def accepted_values_include_the_default(document: Document) -> Iterator[Finding]:
    """`x-accepted-values` of a parameter, where it has them, cover its default and its example."""
    for parameter in objects(document, "parameter"):
        accepted = parameter.node.get("x-accepted-values")
        schema = document.follow(parameter.pointer, parameter.node.get("schema", {}))[1]
        shown = {"default": schema.get("default"), "example": parameter.node.get("example")}
        for key, value in shown.items():
            if accepted is not None and value is not None and value not in accepted:
                yield Finding(
                    child(parameter.pointer, "x-accepted-values"),
                    f"the {key}, {value}, is not among the accepted values",
                    f"add it, or choose another {key}",
                )


def _fields(document: Document) -> Iterator[Place]:
    for schema in objects(document, "schema"):
        for field in entries(document, schema, "properties").values():
            if field.node:
                yield field


def _answer_schemas(document: Document) -> Iterator[Place]:
    seen: set[str] = set()
    for operation in operations(document):
        for response in responses(document, operation).values():
            for media_type in entries(document, response, "content").values():
                if "schema" in media_type.node:
                    yield from reachable(document, child(media_type.pointer, "schema"), seen)
