"""The operations that the vendor documents, whether the mock serves them or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from leadway_mock.contract.model import match_segments

PAGES = "https://marketplace.gohighlevel.com/docs/ghl/"
"""The vendor's documentation of its API."""


@dataclass(frozen=True, slots=True)
class DocumentedOperation:
    """One operation of the vendor: method, path template, and the address of its page."""

    method: str
    path: str
    page: str


def documented_at(path: str) -> Mapping[str, DocumentedOperation]:
    """Return the documented operations of a path by method; a slash at the end does not count.

    A literal segment wins over a parameter: `/contacts/upsert` is no `/contacts/{contactId}`.
    """
    segments = tuple(path.rstrip("/").split("/"))
    found: dict[str, DocumentedOperation] = {}
    for template, operation in _by_length().get(len(segments), ()):
        if operation.method not in found and match_segments(template, segments) is not None:
            found[operation.method] = operation
    return found


@cache
def _by_length() -> Mapping[int, list[tuple[tuple[str, ...], DocumentedOperation]]]:
    """Return the operations by the number of segments, those with fewer parameters first."""
    found: dict[int, list[tuple[tuple[str, ...], DocumentedOperation]]] = {}
    text = resources.files(__package__).joinpath("documented_paths.txt").read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    operations = (DocumentedOperation(method, path, PAGES + page) for method, path, page in rows)
    for operation in sorted(operations, key=lambda each: each.path.count("{")):
        segments = tuple(operation.path.rstrip("/").split("/"))
        found.setdefault(len(segments), []).append((segments, operation))
    return found
