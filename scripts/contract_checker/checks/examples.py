"""Checks of examples: they are what Prism answers, what the mock answers and what people copy."""

from collections.abc import Iterator, Mapping

from contract_checker.document import Document, child, keys
from contract_checker.findings import Finding
from contract_checker.schemas import violations
from contract_checker.walk import Place, entries, objects, operations, responses


def values_fit_their_schemas(document: Document) -> Iterator[Finding]:
    """Every example and every default is valid by the schema it stands with."""
    for pointer, schema, value in (*_of_schemas(document), *_of_holders(document)):
        for violation in violations(document, schema, value):
            remedy = "change the value, or the schema if it is the one that is wrong"
            yield Finding(pointer, f"this breaks its schema: {violation}", remedy)


def names_are_kept(document: Document) -> Iterator[Finding]:
    """An example that refers to a component bears its name, which is a rule of the mock."""
    for holder in objects(document, "media_type"):
        for name, node in holder.node.get("examples", {}).items():
            pointer = child(child(holder.pointer, "examples"), name)
            target = keys(str(node["$ref"]))[-1:] if "$ref" in node else [name]
            if target != [name]:
                remedy = "give both the same name"
                yield Finding(pointer, f"{name} refers to the example {target[0]}", remedy)


def statuses_agree(document: Document) -> Iterator[Finding]:
    """An example whose body repeats the status repeats the one that it stands under."""
    for operation in operations(document):
        for status, response in responses(document, operation).items():
            for media_type in entries(document, response, "content").values():
                for example in entries(document, media_type, "examples").values():
                    yield from _about_status(status, example)


def _about_status(status: str, example: Place) -> Iterator[Finding]:
    value = example.node.get("value")
    repeated = value.get("statusCode") if isinstance(value, Mapping) else None
    if repeated is not None and str(repeated) != status:
        yield Finding(
            child(child(example.pointer, "value"), "statusCode"),
            f"the body says {repeated} and stands under status {status}",
            "correct the body, or move the example to the response it belongs to",
        )


def _of_schemas(document: Document) -> Iterator[tuple[str, str, object]]:
    for schema in objects(document, "schema"):
        for key in ("example", "default"):
            if key in schema.node:
                yield child(schema.pointer, key), schema.pointer, schema.node[key]
        for index, value in enumerate(schema.node.get("examples", [])):
            yield child(child(schema.pointer, "examples"), index), schema.pointer, value


def _of_holders(document: Document) -> Iterator[tuple[str, str, object]]:
    for holder in objects(document, "media_type", "parameter", "header"):
        schema = child(holder.pointer, "schema")
        if "schema" not in holder.node:
            continue
        if "example" in holder.node:
            yield child(holder.pointer, "example"), schema, holder.node["example"]
        for example in entries(document, holder, "examples").values():
            if "value" in example.node:
                yield child(example.pointer, "value"), schema, example.node["value"]
