"""Checks of evidence: what the contract states, it states with how sure it is."""

from collections.abc import Iterator, Mapping

from contract_checker.document import ROOT, Document, child
from contract_checker.findings import Finding
from contract_checker.walk import objects

LEVELS = ("documented", "observed", "inferred", "invented")
_BEHAVIOUR_KEYS = ("id", "condition", "response", "evidence", "source")


def levels_are_known(document: Document) -> Iterator[Finding]:
    """Every `x-evidence` has one of the four levels, and a source."""
    for pointer, evidence in _evidence(ROOT, document.data):
        yield from _about_evidence(pointer, evidence)


def examples_have_evidence(document: Document) -> Iterator[Finding]:
    """Every example under `components` carries evidence, for the mock sends it along."""
    for example in objects(document, "example"):
        if "x-evidence" not in example.node:
            remedy = "add x-evidence: {level: …, source: …}"
            yield Finding(example.pointer, "this does not say how sure it is", remedy)


def behaviours_are_distinct(document: Document) -> Iterator[Finding]:
    """Every behaviour is whole, and its id is the id of nothing else, examples included."""
    known = set(document.data.get("components", {}).get("examples", {}))
    for index, behaviour in enumerate(document.data.get("x-behaviours", [])):
        pointer = child("#/x-behaviours", index)
        for key in _BEHAVIOUR_KEYS:
            if not str(behaviour.get(key, "")).strip():
                yield Finding(pointer, f"this behaviour has no {key}", "add it")
        if behaviour.get("id") in known:
            problem = f"the id {behaviour['id']} is taken by another behaviour or by an example"
            yield Finding(child(pointer, "id"), problem, "choose another")
        known.add(behaviour.get("id"))
        if behaviour.get("evidence") not in LEVELS:
            yield _unknown_level(child(pointer, "evidence"), behaviour.get("evidence"))


def _about_evidence(pointer: str, evidence: object) -> Iterator[Finding]:
    found = evidence if isinstance(evidence, Mapping) else {}
    if found.get("level") not in LEVELS:
        yield _unknown_level(child(pointer, "level"), found.get("level"))
    if not str(found.get("source", "")).strip():
        remedy = "say where it is written, who saw it, or why it was invented"
        yield Finding(child(pointer, "source"), "this evidence has no source", remedy)


def _unknown_level(pointer: str, level: object) -> Finding:
    return Finding(pointer, f"{level} is no level of evidence", f"use one of {', '.join(LEVELS)}")


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
