"""Checks of links: no other tool looks whether they lead anywhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_checker.document import Document, child
from contract_checker.expressions import Expression, is_whole, parse, texts_in
from contract_checker.findings import Finding
from contract_checker.schemas import property_schema, violations
from contract_checker.walk import Operation, Place, entries, operations, parameters, responses


@dataclass(frozen=True, slots=True)
class _Link:
    """A link as it stands in one answer of one operation."""

    place: Place
    source: Operation
    answer: Place

    @property
    def pointer(self) -> str:
        return self.place.pointer

    @property
    def parameters(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.place.node.get("parameters", {})
        return found


def targets_exist(document: Document) -> Iterator[Finding]:
    """Every link names one operation, by `operationId` or `operationRef`, and it exists."""
    for link in _links(document):
        named = [key for key in ("operationId", "operationRef") if key in link.place.node]
        if len(named) != 1:
            remedy = "give it either an operationId or an operationRef"
            yield Finding(link.pointer, "this link does not name one target", remedy)
        elif _target(document, link) is None:
            known = ", ".join(each.id for each in operations(document) if each.id)
            problem = f"there is no operation {link.place.node[named[0]]}"
            yield Finding(child(link.pointer, named[0]), problem, f"use one of {known}")


def parameters_exist(document: Document) -> Iterator[Finding]:
    """A link sets parameters that its target has, and every one that the target requires."""
    for link in _links(document):
        target = _target(document, link)
        if target is None:
            continue
        there = parameters(document, target)
        pointer = child(link.pointer, "parameters")
        for name in link.parameters:
            if not any(_is_called(parameter, name) for parameter in there):
                known = ", ".join(str(parameter.node.get("name")) for parameter in there)
                problem = f"{target.id} has no parameter {name}"
                yield Finding(child(pointer, name), problem, f"use one of {known}")
        for parameter in there:
            if parameter.node.get("required") and not _is_set(parameter, link):
                problem = f"{target.id} requires {parameter.node['name']}, and the link is silent"
                yield Finding(pointer, problem, "say where its value comes from")


def expressions_point_somewhere(document: Document) -> Iterator[Finding]:
    """Every runtime expression names a declared parameter, header, or field of a body."""
    for link in _links(document):
        for pointer, text in _expressions(link):
            if _meant_by(document, link, text) is None:
                yield Finding(
                    pointer,
                    f"{text} points to nothing that is declared where this link starts",
                    "name a parameter, a header, or a field of a body that is in the contract",
                )


def values_fit_their_target(document: Document) -> Iterator[Finding]:
    """What a link hands over fits: expressions are filled in with examples, then validated."""
    for link in _links(document):
        target = _target(document, link)
        if target is None or not _can_be_filled(document, link):
            continue
        for pointer, schema, value in _handed_over(document, link, target):
            for violation in violations(document, schema, _filled(document, link, value)):
                problem = f"{target.id} would refuse this: {violation}"
                yield Finding(pointer, problem, "hand over what its schema asks for")


def _links(document: Document) -> Iterator[_Link]:
    for operation in operations(document):
        for answer in responses(document, operation).values():
            for place in entries(document, answer, "links").values():
                yield _Link(place, operation, answer)


def _target(document: Document, link: _Link) -> Operation | None:
    wanted, reference = link.place.node.get("operationId"), link.place.node.get("operationRef")
    for operation in operations(document):
        if wanted is not None and wanted == operation.id:
            return operation
        if reference is not None and reference == operation.pointer:
            return operation
    return None


def _is_called(parameter: Place, name: str) -> bool:
    plain = parameter.node.get("name")
    return name in {plain, f"{parameter.node.get('in')}.{plain}"}


def _is_set(parameter: Place, link: _Link) -> bool:
    return any(_is_called(parameter, name) for name in link.parameters)


def _expressions(link: _Link) -> Iterator[tuple[str, str]]:
    for key in ("parameters", "requestBody"):
        yield from _texts(child(link.pointer, key), link.place.node.get(key))


def _texts(pointer: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(child(pointer, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(child(pointer, index), item)
    for text in texts_in(value):
        yield pointer, text


def _meant_by(document: Document, link: _Link, text: str) -> Place | None:
    """Return what an expression points to: a parameter, a header, or the schema of a field."""
    try:
        expression = parse(text)
    except ValueError:
        return None
    if not expression.message:
        return link.place
    if expression.place == "body":
        return _field(document, link, expression)
    if expression.message == "response":
        return entries(document, link.answer, "headers").get(expression.name)
    for parameter in parameters(document, link.source):
        if (parameter.node.get("in"), parameter.node.get("name")) == (
            expression.place,
            expression.name,
        ):
            return parameter
    return None


def _field(document: Document, link: _Link, expression: Expression) -> Place | None:
    holder = link.answer if expression.message == "response" else _body(document, link.source)
    for media_type in entries(document, holder, "content").values() if holder else ():
        if "schema" in media_type.node:
            schema = child(media_type.pointer, "schema")
            return property_schema(document, schema, list(expression.path))
    return None


def _body(document: Document, operation: Operation) -> Place | None:
    if "requestBody" not in operation.node:
        return None
    pointer = child(operation.pointer, "requestBody")
    return Place("request_body", *document.follow(pointer, operation.node["requestBody"]))


def _handed_over(
    document: Document, link: _Link, target: Operation
) -> Iterator[tuple[str, str, object]]:
    for parameter in parameters(document, target):
        for name, value in link.parameters.items():
            if _is_called(parameter, name):
                pointer = child(child(link.pointer, "parameters"), name)
                yield pointer, child(parameter.pointer, "schema"), value
    body = _body(document, target)
    if body and "requestBody" in link.place.node:
        for media_type in entries(document, body, "content").values():
            schema = child(media_type.pointer, "schema")
            yield child(link.pointer, "requestBody"), schema, link.place.node["requestBody"]


def _can_be_filled(document: Document, link: _Link) -> bool:
    places = [_meant_by(document, link, text) for _, text in _expressions(link)]
    return all(place and "example" in place.node for place in places)


def _filled(document: Document, link: _Link, value: object) -> object:
    """Return `value` with each expression replaced by the example of what it points to."""
    if isinstance(value, Mapping):
        return {key: _filled(document, link, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(document, link, item) for item in value]
    texts = texts_in(value)
    if len(texts) == 1 and is_whole(str(value)):
        place = _meant_by(document, link, texts[0])
        return place.node.get("example") if place else None
    return value
