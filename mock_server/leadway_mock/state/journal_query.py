"""Journal queries: a small JSON object selects the entries that have all of its properties.

`{"rule": "session-expired", "status": "4xx", "body": "haircut"}`. A list means any of its items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from leadway_mock.contract.behaviours import level_of
from leadway_mock.contract.model import agent_id_of
from leadway_mock.state.journal_entry import JournalEntry

JournalQuery = Callable[[JournalEntry], bool]

UNMATCHED = (
    "route-unknown",
    "method-not-allowed",
    "method-not-allowed-401",
    "body-malformed",
    "body-invalid",
    "body-too-large",
    "media-type-unsupported",
    "unscripted-message",
    "unscripted-rejected",
)
"""The rules of requests that no script expects, or that are invalid."""


def compile_query(match: Mapping[str, Any]) -> JournalQuery:
    """Return the function that decides whether an entry matches; `match` has names of `FIELDS`."""
    tests = [_test(name, value) for name, value in match.items()]
    return lambda entry: all(test(entry) for test in tests)


def _test(name: str, value: object) -> JournalQuery:
    accepts = FIELDS[name]
    choices = value if isinstance(value, list) else [value]
    return lambda entry: any(accepts(entry, choice) for choice in choices)


def _equals(*names: str) -> Callable[[JournalEntry, Any], bool]:
    """Return a comparison with the value of an entry under these names."""

    def accepts(entry: JournalEntry, expected: object) -> bool:
        value: Any = entry
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return type(value) is type(expected) and value == expected

    return accepts


def _status(entry: JournalEntry, expected: int | str) -> bool:
    status = entry["response"]["status"]
    return status == expected if isinstance(expected, int) else f"{status // 100}xx" == expected


def _path(entry: JournalEntry, expected: str) -> bool:
    """Compare a path; `*` matches anything. Without regular expressions, which can be slow."""
    path = entry["request"]["path"]
    first, *rest = expected.split("*")
    if not rest:
        return path == expected
    position = len(first) if path.startswith(first) else -1
    for part in rest[:-1]:
        found = path.find(part, position) if position >= 0 else -1
        position = found + len(part) if found >= 0 else -1
    return 0 <= position <= len(path) - len(rest[-1]) and path.endswith(rest[-1])


def _session(entry: JournalEntry, expected: str) -> bool:
    named = entry.get("requestIds", {}).get("executionId")
    return expected in {entry.get("executionId"), named}


def _fault(entry: JournalEntry, expected: str | bool) -> bool:  # noqa: FBT001 - a JSON value
    fault = entry.get("fault")
    if isinstance(expected, bool):
        return (fault is not None) == expected
    return fault is not None and fault.get("id") == expected


FIELDS: Mapping[str, Callable[[JournalEntry, Any], bool]] = {
    "status": _status,
    "rule": _equals("response", "rule"),
    "evidence": lambda entry, expected: (
        expected in {entry["response"]["evidence"], level_of(entry["response"]["evidence"])}
    ),
    "method": _equals("request", "method"),
    "path": _path,
    "tokenFingerprint": _equals("request", "tokenFingerprint"),
    "operationId": _equals("operationId"),
    "agentId": lambda entry, expected: agent_id_of(entry.get("pathParameters", {})) == expected,
    "locationId": _equals("locationId"),
    "executionId": _equals("executionId"),
    "session": _session,
    "turn": _equals("turn"),
    "fault": _fault,
    "body": lambda entry, expected: expected in entry["request"]["body"],
    "hasUnusedInput": lambda entry, expected: bool(entry.get("unusedInput")) == expected,
    "truncated": lambda entry, expected: bool(entry.get("truncated")) == expected,
}
"""Properties of a query, and how each is compared."""
