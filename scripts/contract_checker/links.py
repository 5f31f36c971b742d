"""Checks of links, which no linter has, and their runtime expressions (OpenAPI 3.1)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

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

_PATTERN = re.compile(
    r"""\$(?:
        (?P<plain>url|method|statusCode)
        |(?P<message>request|response)\.(?:
            (?P<location>header|query|path)\.(?P<name>[^\s{}]+)
            |body(?P<body>)(?:\#(?P<pointer>(?:/[^\s{}]*)?))?
        )
    )""",
    re.VERBOSE,
)
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


class Expression(NamedTuple):
    """A runtime expression, with which a link refers to a value such as an `executionId`.

    `message` is `request` or `response`, and `location` is `header`, `query`, `path` or `body`;
    both are empty for `$url`, `$method` and `$statusCode`. `path` leads into the body.
    """

    text: str
    message: str = ""
    location: str = ""
    name: str = ""
    path: tuple[str, ...] = ()


def parse(text: str) -> Expression:
    """Parse an expression without braces; raises `ValueError` for anything else."""
    found = _PATTERN.fullmatch(text)
    if not found or (found["message"] == "response" and found["location"] in {"query", "path"}):
        raise ValueError(f"{text!r} is not a runtime expression")
    if found["plain"]:
        return Expression(text)
    if found["name"]:
        return Expression(text, found["message"], found["location"], found["name"])
    path = tuple(map(str, to_path(found["pointer"] or "")))
    return Expression(text, found["message"], "body", path=path)


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

    @property
    def pointer(self) -> str:
        return self.node.pointer

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
            yield Problem(link.pointer, "this link must have one target", hint)
        elif _target(document, link) is None:
            known = ", ".join(each.id for each in operations(document) if each.id)
            message = f"operation {link.node.value[named[0]]} does not exist"
            yield Problem(child(link.pointer, named[0]), message, f"use one of {known}")


def link_parameters_exist(document: Document) -> Iterator[Problem]:
    """A link sets only parameters of its target, and all required ones."""
    for link in _links(document):
        target = _target(document, link)
        if target is None:
            continue
        known = parameters(document, target).values()
        pointer = child(link.pointer, "parameters")
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
        target = _target(document, link)
        nodes = [_resolve(document, link, text) for _, text in _expressions(link)]
        if target is None or not all(node and "example" in node.value for node in nodes):
            continue
        for pointer, schema, value in _values(document, link, target):
            for violation in violations(document, schema, _with_examples(document, link, value)):
                message = f"{target.id} would reject this: {violation}"
                yield Problem(pointer, message, "send a value that is valid by its schema")


def _links(document: Document) -> Iterator[_Link]:
    for operation, _, response in responses(document):
        for node in entries(document, response, "links").values():
            yield _Link(node, operation, response)


def _target(document: Document, link: _Link) -> Node | None:
    target = link.node.value.get("operationId") or link.node.value.get("operationRef")
    found = (each for each in operations(document) if target and target in {each.id, each.pointer})
    return next(found, None)


def _has_name(parameter: Node, name: str) -> bool:
    plain = parameter.value.get("name")
    return name in {plain, f"{parameter.value.get('in')}.{plain}"}


def _expressions(link: _Link) -> Iterator[tuple[str, str]]:
    values = {key: link.node.value.get(key) for key in ("parameters", "requestBody")}
    return _texts(link.pointer, values)


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
    try:
        expression = parse(text)
    except ValueError:
        return None
    if not expression.message:
        return link.node
    if expression.location == "body":
        return _field(document, link, expression)
    if expression.message == "response":
        return entries(document, link.response, "headers").get(expression.name)
    return parameters(document, link.source).get(f"{expression.location}.{expression.name}")


def _field(document: Document, link: _Link, expression: Expression) -> Node | None:
    holder = link.response if expression.message == "response" else _body(document, link.source)
    for media_type in entries(document, holder, "content").values() if holder else ():
        if "schema" in media_type.value:
            schema = child(media_type.pointer, "schema")
            return property_schema(document, schema, list(expression.path))
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
                pointer = child(link.pointer, "parameters", name)
                yield pointer, child(parameter.pointer, "schema"), value
    body = _body(document, target)
    if body and "requestBody" in link.node.value:
        for media_type in entries(document, body, "content").values():
            schema = child(media_type.pointer, "schema")
            yield child(link.pointer, "requestBody"), schema, link.node.value["requestBody"]


def _with_examples(document: Document, link: _Link, value: object) -> object:
    """Return `value` with each expression replaced by the example of what it refers to."""

    def example_of(text: str) -> object:
        texts = texts_in(text)
        if len(texts) != 1 or not is_whole(text):
            return text
        node = _resolve(document, link, texts[0])
        return node.value.get("example") if node else None

    return map_texts(value, example_of)
