"""Checks of the file as such: does it survive as JSON, does everything in it lead somewhere."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from contract_checker.document import Document, child, keys
from contract_checker.findings import Finding
from contract_checker.walk import SECTIONS, Place, objects, walk

_USED_BY_NAME = "securitySchemes"


def yaml_survives_as_json(document: Document) -> Iterator[Finding]:
    """Keys are text and written once, and no value is a date: OpenAPI is JSON in other clothes."""
    yield from document.findings


def references_lead_somewhere(document: Document) -> Iterator[Finding]:
    """Every `$ref` names something in this file, of the kind that is expected in its place."""
    for place in walk(document):
        if place.is_reference:
            yield from _about_reference(document, place)


def components_are_used(document: Document) -> Iterator[Finding]:
    """Whatever stands under `components` is referred to: what nobody refers to says nothing."""
    used = {unquote(str(place.node["$ref"])) for place in walk(document) if place.is_reference}
    for section, entries in document.data.get("components", {}).items():
        if section == _USED_BY_NAME or section not in SECTIONS.values():
            continue
        for name in entries:
            pointer = child(f"#/components/{section}", name)
            if not any(_is_within(reference, pointer) for reference in used):
                yield Finding(pointer, "nothing refers to this", "refer to it, or remove it")
    yield from _unused_schemes(document)


def _about_reference(document: Document, place: Place) -> Iterator[Finding]:
    pointer = child(place.pointer, "$ref")
    reference = unquote(str(place.node["$ref"]))
    try:
        document.find(reference)
    except LookupError:
        remedy = "name something that is in this file, as #/components/…"
        yield Finding(pointer, f"{reference} leads nowhere", remedy)
        return
    if _ends_in_a_circle(document, reference):
        remedy = "let one of them say what is meant"
        yield Finding(pointer, f"{reference} leads back to itself", remedy)
    way, section = keys(reference)[:2], SECTIONS.get(place.kind)
    if section and way[0] == "components" and way[1:] != [section]:
        kind = place.kind.replace("_", " ")
        yield Finding(
            pointer,
            f"{reference} is not a {kind}, which is what belongs here",
            f"refer to something under #/components/{section}",
        )


def _ends_in_a_circle(document: Document, reference: str) -> bool:
    seen = set()
    while reference not in seen:
        seen.add(reference)
        try:
            node = document.find(reference)
        except LookupError:
            return False
        if not isinstance(node, Mapping) or "$ref" not in node:
            return False
        reference = unquote(str(node["$ref"]))
    return True


def _unused_schemes(document: Document) -> Iterator[Finding]:
    named = {
        name
        for operation in objects(document, "operation")
        for requirement in operation.node.get("security", [])
        for name in requirement
    }
    for name in document.data.get("components", {}).get(_USED_BY_NAME, {}):
        if name not in named:
            pointer = child(f"#/components/{_USED_BY_NAME}", name)
            yield Finding(pointer, "no operation asks for this", "ask for it, or remove it")


def _is_within(reference: str, pointer: str) -> bool:
    return reference == pointer or reference.startswith(f"{pointer}/")
