"""Checks of schemas, examples, operations and evidence.

A check ignores defects that another check, or Redocly, reports.
"""

import re
from collections.abc import Iterator, Mapping

from contract_checker.document import ROOT, Document, child
from contract_checker.openapi import (
    Node,
    entries,
    objects,
    operations,
    reachable,
    responses,
    violations,
)
from leadway_mock.documents.problems import Problem
from leadway_mock.util.json_pointer import to_path

_LIMITING_KEYS = ("enum", "const", "format")
_EVIDENCE_LEVELS = ("documented", "observed", "inferred", "invented")
_BEHAVIOUR_KEYS = ("id", "condition", "response", "evidence", "source")


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


def _response_schemas(document: Document) -> Iterator[Node]:
    seen: set[str] = set()
    for _, _, response in responses(document):
        for media_type in entries(document, response, "content").values():
            if "schema" in media_type.value:
                yield from reachable(document, child(media_type.pointer, "schema"), seen)


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
            pointer = child(holder.pointer, "examples", name)
            target = list(to_path(value["$ref"]))[-1:] if "$ref" in value else [name]
            if target != [name]:
                hint = "give both the same name"
                yield Problem(pointer, f"{name} refers to the example {target[0]}", hint)


def statuses_agree(document: Document) -> Iterator[Problem]:
    """`statusCode` in an example is the status of its response."""
    for _, status, response in responses(document):
        for media_type in entries(document, response, "content").values():
            for example in entries(document, media_type, "examples").values():
                value = example.value.get("value")
                repeated = value.get("statusCode") if isinstance(value, Mapping) else None
                if repeated is not None and str(repeated) != status:
                    yield Problem(
                        child(example.pointer, "value", "statusCode"),
                        f"the body has {repeated}, and its response has status {status}",
                        "correct the body, or move the example to its response",
                    )


def _of_schemas(document: Document) -> Iterator[tuple[str, str, object]]:
    for schema in objects(document, "schema"):
        for key in ("example", "default"):
            if key in schema.value:
                yield child(schema.pointer, key), schema.pointer, schema.value[key]
        for index, value in enumerate(schema.value.get("examples", [])):
            yield child(schema.pointer, "examples", index), schema.pointer, value


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


def operation_ids_are_distinct(document: Document) -> Iterator[Problem]:
    """The ids of operations differ by more than case and punctuation.

    The client generator makes a file name of each id, and overwrites a file silently where two
    names are equal.
    """
    known: dict[str, str] = {}
    for operation in operations(document):
        pointer = child(operation.pointer, "operationId")
        plain = re.sub(r"[\W_]", "", operation.id).lower()
        if plain in known:
            message = f"{operation.id} and {known[plain]} have the same name in generated code"
            yield Problem(pointer, message, "choose names that differ by more than punctuation")
        known.setdefault(plain, operation.id)


def deprecations_have_a_successor(document: Document) -> Iterator[Problem]:
    """A deprecated operation has a date, and an operation that replaces it."""
    current = {each.id for each in operations(document) if not each.value.get("deprecated")}
    for operation in operations(document):
        if not operation.value.get("deprecated"):
            continue
        pointer = child(operation.pointer, "x-deprecation")
        notice = operation.value.get("x-deprecation")
        if not isinstance(notice, Mapping):
            hint = "add {successor: operationId, since: 'YYYY-MM-DD'}"
            yield Problem(pointer, "this deprecated operation has no successor", hint)
            continue
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(notice.get("since", ""))):
            yield Problem(pointer, "this deprecation has no date", "add since: 'YYYY-MM-DD'")
        if notice.get("successor") not in current:
            message = f"its successor, {notice.get('successor')}, is not a current operation"
            yield Problem(pointer, message, f"name one of {', '.join(sorted(current))}")


def evidence_is_valid(document: Document) -> Iterator[Problem]:
    """Every `x-evidence` has one of the four levels and a source."""
    for pointer, evidence in _evidence(ROOT, document.data):
        found = evidence if isinstance(evidence, Mapping) else {}
        if found.get("level") not in _EVIDENCE_LEVELS:
            yield _unknown_level(child(pointer, "level"), found.get("level"))
        if not str(found.get("source", "")).strip():
            hint = "state the document, the observation, or why it was invented"
            yield Problem(child(pointer, "source"), "this evidence has no source", hint)


def behaviours_are_distinct(document: Document) -> Iterator[Problem]:
    """Every behaviour is complete, and its id differs from those of behaviours and examples."""
    known = set(document.data.get("components", {}).get("examples", {}))
    for index, behaviour in enumerate(document.data.get("x-behaviours", [])):
        pointer = child("#/x-behaviours", index)
        for key in _BEHAVIOUR_KEYS:
            if not str(behaviour.get(key, "")).strip():
                yield Problem(pointer, f"this behaviour has no {key}", "add it")
        if behaviour.get("id") in known:
            message = f"another behaviour or an example has the id {behaviour['id']}"
            yield Problem(child(pointer, "id"), message, "choose another id")
        known.add(behaviour.get("id"))
        if behaviour.get("evidence") not in _EVIDENCE_LEVELS:
            yield _unknown_level(child(pointer, "evidence"), behaviour.get("evidence"))


def _unknown_level(pointer: str, level: object) -> Problem:
    return Problem(
        pointer, f"{level} is not a level of evidence", f"use one of {', '.join(_EVIDENCE_LEVELS)}"
    )


def _evidence(pointer: str, node: object) -> Iterator[tuple[str, object]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "x-evidence":
                yield child(pointer, key), value
            else:
                yield from _evidence(child(pointer, key), value)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _evidence(child(pointer, index), value)
