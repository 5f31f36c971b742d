"""Checks of examples, which are the responses of Prism and the mock, and what people copy."""

from collections.abc import Iterator, Mapping

from contract_checker.document import Document, Problem, child, keys
from contract_checker.openapi_walk import Node, entries, objects, operations, responses
from contract_checker.schema_queries import violations


def values_fit_their_schemas(document: Document) -> Iterator[Problem]:
    """Every example and every default is valid by its schema."""
    for pointer, schema, value in (*_of_schemas(document), *_of_holders(document)):
        for violation in violations(document, schema, value):
            hint = "correct the value or the schema"
            yield Problem(pointer, f"this is not valid by its schema: {violation}", hint)


def example_names_are_kept(document: Document) -> Iterator[Problem]:
    """An example that refers to a component has its name, which is a rule of the mock."""
    for holder in objects(document, "media_type"):
        for name, value in holder.value.get("examples", {}).items():
            pointer = child(child(holder.pointer, "examples"), name)
            target = keys(str(value["$ref"]))[-1:] if "$ref" in value else [name]
            if target != [name]:
                hint = "give both the same name"
                yield Problem(pointer, f"{name} refers to the example {target[0]}", hint)


def statuses_agree(document: Document) -> Iterator[Problem]:
    """`statusCode` in an example is the status of its response."""
    for operation in operations(document):
        for status, response in responses(document, operation).items():
            for media_type in entries(document, response, "content").values():
                for example in entries(document, media_type, "examples").values():
                    yield from _status_problems(status, example)


def _status_problems(status: str, example: Node) -> Iterator[Problem]:
    value = example.value.get("value")
    repeated = value.get("statusCode") if isinstance(value, Mapping) else None
    if repeated is not None and str(repeated) != status:
        yield Problem(
            child(child(example.pointer, "value"), "statusCode"),
            f"the body has {repeated}, and its response has status {status}",
            "correct the body, or move the example to its response",
        )


def _of_schemas(document: Document) -> Iterator[tuple[str, str, object]]:
    for schema in objects(document, "schema"):
        for key in ("example", "default"):
            if key in schema.value:
                yield child(schema.pointer, key), schema.pointer, schema.value[key]
        for index, value in enumerate(schema.value.get("examples", [])):
            yield child(child(schema.pointer, "examples"), index), schema.pointer, value


def _of_holders(document: Document) -> Iterator[tuple[str, str, object]]:
    for holder in objects(document, "media_type", "parameter", "header"):
        schema = child(holder.pointer, "schema")
        if "schema" not in holder.value:
            continue
        if "example" in holder.value:
            yield child(holder.pointer, "example"), schema, holder.value["example"]
        for example in entries(document, holder, "examples").values():
            if "value" in example.value:
                yield child(example.pointer, "value"), schema, example.value["value"]
