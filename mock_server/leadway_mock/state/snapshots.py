"""A space as a document: taken along, kept beside a test, and put back somewhere else.

The document is JSON, says which format and version it has, and carries a digest, so that one that
was cut or edited is refused and not half believed. What stands in it is the mock's own business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from leadway_mock.store import Snapshot
from leadway_mock.util.json_text import to_json_text

FORMAT: Final = "leadway-mock-snapshot"
VERSION: Final = 1
MAX_BYTES: Final = 16 * 1_048_576
"""The largest document that is written or read."""

JOURNAL: Final = "journal"

KEYS: Final[Mapping[str, Sequence[str]]] = {
    "entries": ("key", "position", "value"),
    "counters": ("key", "value", "expires"),
}


class SnapshotError(ValueError):
    """A snapshot cannot be taken or put back; the text says why, and what to do."""


def write_snapshot(snapshot: Snapshot, *, journal: bool = True) -> dict[str, Any]:
    """Return the document of a space, with its journal or without.

    Raises `SnapshotError` where it would be larger than `MAX_BYTES`.
    """
    content = {
        "entries": [
            {"key": key, "position": position, "value": value}
            for key, position, value in snapshot.entries
            if journal or key != JOURNAL
        ],
        "counters": [
            {"key": key, "value": value, "expires": _whole(expires)}
            for key, value, expires in snapshot.counters
        ],
    }
    text = to_json_text(content)
    if len(text.encode()) > MAX_BYTES - 1_000:
        raise SnapshotError(
            f"The snapshot would be larger than {MAX_BYTES} bytes. Leave the journal out with"
            " journal=false, or reset what you do not need."
        )
    return {"format": FORMAT, "version": VERSION, "digest": _digest(text), **content}


def read_snapshot(document: Mapping[str, Any]) -> Snapshot:
    """Return what `document` holds; raises `SnapshotError` where it is foreign or was changed.

    It has the fields that `write_snapshot` writes, with values of their types.
    """
    found = document["format"], document["version"]
    if found != (FORMAT, VERSION):
        raise SnapshotError(f"This is {found[0]} {found[1]}; {FORMAT} {VERSION} is wanted.")
    content = {part: _in_order(document[part], KEYS[part]) for part in KEYS}
    if _digest(to_json_text(content)) != document["digest"]:
        raise SnapshotError("The snapshot was cut or changed: it does not fit its digest.")
    entries = tuple((each["key"], each["position"], each["value"]) for each in content["entries"])
    counters = tuple(
        (each["key"], each["value"], _with_point(each["expires"])) for each in content["counters"]
    )
    _check_once((key, position) for key, position, _ in entries)
    _check_once(key for key, *_ in counters)
    return Snapshot(entries, counters)


def _in_order(rows: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return `rows` with their keys as they were written; JSON has no order of keys."""
    return [{key: row[key] for key in keys} for row in rows]


def _whole(number: float | None) -> float | None:
    """Return a whole number without its point, as other programs than Python write it."""
    return int(number) if number is not None and number.is_integer() else number


def _with_point(number: float | None) -> float | None:
    """Return what `_whole` was given."""
    return None if number is None else float(number)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _check_once(keys: Iterable[object]) -> None:
    listed = list(keys)
    if len(set(listed)) < len(listed):
        raise SnapshotError("The snapshot has two entries in one place.")
