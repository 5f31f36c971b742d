"""Which entries of the journal are meant: a matcher is a small JSON object, and all of it holds.

`{"rule": "session-expired", "status": "4xx", "body": "haircut"}`. Each value may be a list, of
which one has to hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

JournalEntry = Mapping[str, Any]
JournalQuery = Callable[[JournalEntry], bool]

UNMATCHED = (
    "route-unknown",
    "method-not-allowed",
    "body-malformed",
    "body-invalid",
    "body-too-large",
    "media-type-unsupported",
    "unscripted-message",
    "unscripted-refused",
)
"""The rules of requests that nothing was prepared for, or that could not be understood."""


def compile_query(wanted: Mapping[str, Any]) -> JournalQuery:
    """Return the function that tells whether an entry is meant; `wanted` has names of `FIELDS`."""
    tests = [_test(name, value) for name, value in wanted.items()]
    return lambda entry: all(test(entry) for test in tests)


def _test(name: str, value: object) -> JournalQuery:
    accepts = FIELDS[name]
    choices = value if isinstance(value, list) else [value]
    return lambda entry: any(accepts(entry, choice) for choice in choices)


def _is(*way: str) -> Callable[[JournalEntry, Any], bool]:
    """Compare what an entry has under these names."""

    def accepts(entry: JournalEntry, wanted: object) -> bool:
        found: Any = entry
        for name in way:
            found = found.get(name) if isinstance(found, Mapping) else None
        return type(found) is type(wanted) and found == wanted

    return accepts


def _status(entry: JournalEntry, wanted: int | str) -> bool:
    found: int = entry["response"]["status"]
    return found == wanted if isinstance(wanted, int) else f"{found // 100}xx" == wanted


def _path(entry: JournalEntry, wanted: str) -> bool:
    """Compare a path; `*` stands for anything. Without regular expressions, which can be slow."""
    path: str = entry["request"]["path"]
    first, *rest = wanted.split("*")
    if not rest:
        return path == wanted
    position = len(first) if path.startswith(first) else -1
    for part in rest[:-1]:
        found = path.find(part, position) if position >= 0 else -1
        position = found + len(part) if found >= 0 else -1
    return 0 <= position <= len(path) - len(rest[-1]) and path.endswith(rest[-1])


def _fault(entry: JournalEntry, wanted: str | bool) -> bool:  # noqa: FBT001 - what JSON has
    found = entry.get("fault")
    if isinstance(wanted, bool):
        return (found is not None) == wanted
    return (found.get("id") if isinstance(found, Mapping) else found) == wanted


FIELDS: Mapping[str, Callable[[JournalEntry, Any], bool]] = {
    "status": _status,
    "rule": _is("response", "rule"),
    "evidence": _is("response", "evidence"),
    "method": _is("request", "method"),
    "path": _path,
    "tokenFingerprint": _is("request", "tokenFingerprint"),
    "operationId": _is("operationId"),
    "agentId": _is("pathParameters", "agentId"),
    "locationId": _is("locationId"),
    "executionId": _is("executionId"),
    "turn": _is("turn"),
    "fault": _fault,
    "body": lambda entry, wanted: wanted in entry["request"]["body"],
    "hasUnusedInput": lambda entry, wanted: bool(entry.get("unusedInput")) == wanted,
    "truncated": lambda entry, wanted: bool(entry.get("truncated")) == wanted,
}
"""What can be asked of an entry, and how it is compared."""
