"""Checks of evidence: how certain each statement of the contract is."""

from collections.abc import Iterator, Mapping

from contract_checker.document import ROOT, Document, Problem, child
from contract_checker.openapi_walk import objects

EVIDENCE_LEVELS = ("documented", "observed", "inferred", "invented")
_BEHAVIOUR_KEYS = ("id", "condition", "response", "evidence", "source")


def evidence_is_valid(document: Document) -> Iterator[Problem]:
    """Every `x-evidence` has one of the four levels and a source."""
    for pointer, evidence in _evidence(ROOT, document.data):
        yield from _evidence_problems(pointer, evidence)


def examples_have_evidence(document: Document) -> Iterator[Problem]:
    """Every example under `components` has evidence, because the mock sends it."""
    for example in objects(document, "example"):
        if "x-evidence" not in example.value:
            hint = "add x-evidence: {level: …, source: …}"
            yield Problem(example.pointer, "this example has no evidence", hint)


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
        if behaviour.get("evidence") not in EVIDENCE_LEVELS:
            yield _unknown_level(child(pointer, "evidence"), behaviour.get("evidence"))


def _evidence_problems(pointer: str, evidence: object) -> Iterator[Problem]:
    found = evidence if isinstance(evidence, Mapping) else {}
    if found.get("level") not in EVIDENCE_LEVELS:
        yield _unknown_level(child(pointer, "level"), found.get("level"))
    if not str(found.get("source", "")).strip():
        hint = "state the document, the observation, or why it was invented"
        yield Problem(child(pointer, "source"), "this evidence has no source", hint)


def _unknown_level(pointer: str, level: object) -> Problem:
    return Problem(
        pointer, f"{level} is not a level of evidence", f"use one of {', '.join(EVIDENCE_LEVELS)}"
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
