"""Checks of links, which no linter has, and their runtime expressions (OpenAPI 3.1)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_checker.document import Document, child
from contract_checker.openapi import (
    Node,
    entries,
    operations,
    parameters,
    property_schema,
    responses,
    violations,
)
from leadway_mock.documents.problems import Problem
from leadway_mock.util.json_pointer import to_path
from leadway_mock.util.json_text import map_texts

EXPRESSION = re.compile(
    r"""\$(?:
        url|method|statusCode
        |(?!response\.(?:query|path)\.)(?P<message>request|response)\.(?:
            (?P<location>header|query|path)\.(?P<name>[^\s{}]+)
            |body(?:\#(?P<pointer>(?:/[^\s{}]*)?))?
        )
    )""",
    re.VERBOSE,
)
"""A runtime expression, with which a link refers to a value such as an `executionId`."""

_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


def texts_in(value: object) -> list[str]:
    """Return the expressions in a value of a link: the value itself, or those in braces."""
    if not isinstance(value, str):
        return []
    return [value] if value.startswith("$") else _EMBEDDED.findall(value)


def is_whole(value: str) -> bool:
    """Return whether `value` is a single expression, whose value keeps its type."""
    return value.startswith("$") or bool(_EMBEDDED.fullmatch(value))


@dataclass(frozen=True, slots=True)
class _Link:
    """A link in one response of one operation."""

    node: Node
    source: Node
    response: Node
    target: Node | None

    @property
    def parameters(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.node.value.get("parameters", {})
        return found


def link_targets_exist(document: Document) -> Iterator[Problem]:
    """Every link has one existing target, by `operationId` or `operationRef`."""
    for link in _links(document):
        named = [key for key in ("operationId", "operationRef") if key in link.node.value]
        if len(named) != 1:
            hint = "add either operationId or operationRef"
            yield Problem(link.node.pointer, "this link must have one target", hint)
        elif link.target is None:
            known = ", ".join(each.id for each in operations(document) if each.id)
            message = f"operation {link.node.value[named[0]]} does not exist"
            yield Problem(child(link.node.pointer, named[0]), message, f"use one of {known}")


def link_parameters_exist(document: Document) -> Iterator[Problem]:
    """A link sets only parameters of its target, and all required ones."""
    for link in _links(document):
        target = link.target
        if target is None:
            continue
        known = parameters(document, target).values()
        pointer = child(link.node.pointer, "parameters")
        for name in link.parameters:
            if not any(_has_name(parameter, name) for parameter in known):
                hint = f"use one of {', '.join(str(each.value.get('name')) for each in known)}"
                yield Problem(child(pointer, name), f"{target.id} has no parameter {name}", hint)
        for parameter in known:
            is_set = any(_has_name(parameter, name) for name in link.parameters)
            if parameter.value.get("required") and not is_set:
                name = parameter.value["name"]
                message = f"{target.id} requires {name}, which the link does not set"
                yield Problem(pointer, message, "set it, for example with a runtime expression")


def link_expressions_resolve(document: Document) -> Iterator[Problem]:
    """Every runtime expression refers to a declared parameter, header, or field of a body."""
    for link in _links(document):
        for pointer, text in _expressions(link):
            if _resolve(document, link, text) is None:
                yield Problem(
                    pointer,
                    f"{text} refers to nothing that the operation of this link declares",
                    "refer to a declared parameter, header, or field of a body",
                )


def link_values_are_valid(document: Document) -> Iterator[Problem]:
    """The values of a link are valid for its target, with examples for the expressions."""
    for link in _links(document):
        target = link.target
        nodes = [_resolve(document, link, text) for _, text in _expressions(link)]
        if target is None or not all(node and "example" in node.value for node in nodes):
            continue
        for pointer, schema, value in _values(document, link, target):
            for violation in violations(document, schema, _with_examples(document, link, value)):
                message = f"{target.id} would reject this: {violation}"
                yield Problem(pointer, message, "send a value that is valid by its schema")


def _links(document: Document) -> Iterator[_Link]:
    targets = {key: each for each in operations(document) for key in (each.id, each.pointer) if key}
    for operation, _, response in responses(document):
        for node in entries(document, response, "links").values():
            target = node.value.get("operationId") or node.value.get("operationRef")
            yield _Link(node, operation, response, targets.get(target or ""))


def _has_name(parameter: Node, name: str) -> bool:
    plain = parameter.value.get("name")
    return name in {plain, f"{parameter.value.get('in')}.{plain}"}


def _expressions(link: _Link) -> Iterator[tuple[str, str]]:
    values = {key: link.node.value.get(key) for key in ("parameters", "requestBody")}
    return _texts(link.node.pointer, values)


def _texts(pointer: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(child(pointer, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(child(pointer, index), item)
    for text in texts_in(value):
        yield pointer, text


def _resolve(document: Document, link: _Link, text: str) -> Node | None:
    """Return the parameter, the header, or the schema of the field of an expression."""
    found = EXPRESSION.fullmatch(text)
    if not found:
        return None
    message, location, name, pointer = found.groups()
    if not message:
        return link.node
    is_response = message == "response"
    if not location:
        holder = link.response if is_response else _body(document, link.source)
        return _field(document, holder, [*map(str, to_path(pointer or ""))])
    if is_response:
        return entries(document, link.response, "headers").get(name)
    return parameters(document, link.source).get(f"{location}.{name}")


def _field(document: Document, holder: Node | None, path: list[str]) -> Node | None:
    for media_type in entries(document, holder, "content").values() if holder else ():
        if "schema" in media_type.value:
            return property_schema(document, child(media_type.pointer, "schema"), path)
    return None


def _body(document: Document, operation: Node) -> Node | None:
    if "requestBody" not in operation.value:
        return None
    pointer = child(operation.pointer, "requestBody")
    return Node("request_body", *document.follow(pointer, operation.value["requestBody"]))


def _values(document: Document, link: _Link, target: Node) -> Iterator[tuple[str, str, object]]:
    for parameter in parameters(document, target).values():
        for name, value in link.parameters.items():
            if _has_name(parameter, name):
                pointer = child(link.node.pointer, "parameters", name)
                yield pointer, child(parameter.pointer, "schema"), value
    body = _body(document, target)
    if body and "requestBody" in link.node.value:
        for media_type in entries(document, body, "content").values():
            schema = child(media_type.pointer, "schema")
            yield child(link.node.pointer, "requestBody"), schema, link.node.value["requestBody"]


def _with_examples(document: Document, link: _Link, value: object) -> object:
    """Return `value` with each expression replaced by the example of what it refers to."""

    def example_of(text: str) -> object:
        if not is_whole(text):
            return text
        node = _resolve(document, link, texts_in(text)[0])
        return node.value.get("example") if node else None

    return map_texts(value, example_of)
