"""Snapshot: everything in a namespace as a JSON document, to be restored later or elsewhere.

The document contains its format, version and digest, so that one that was truncated or edited is
rejected. Its other content is an implementation detail.
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
"""Limit of the document's size."""

JOURNAL: Final = "journal"

KEYS: Final[Mapping[str, Sequence[str]]] = {
    "entries": ("key", "position", "value"),
    "counters": ("key", "value", "expires"),
}


class SnapshotError(ValueError):
    """A snapshot cannot be taken or restored; the text contains the reason."""


def write_snapshot(snapshot: Snapshot, *, journal: bool = True) -> dict[str, Any]:
    """Return the document of a namespace, with its journal or without.

    Raises `SnapshotError` if it would be larger than `MAX_BYTES`.
    """
    content = {
        "entries": [
            {"key": key, "position": position, "value": value}
            for key, position, value in snapshot.entries
            if journal or key != JOURNAL
        ],
        "counters": [
            {"key": key, "value": value, "expires": _as_integer(expires)}
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
    """Return the snapshot in `document`, which has the fields that `write_snapshot` writes.

    Raises `SnapshotError` if it has another format or was changed.
    """
    kind = document["format"], document["version"]
    if kind != (FORMAT, VERSION):
        raise SnapshotError(f"The format must be {FORMAT} {VERSION}, not {kind[0]} {kind[1]}.")
    content = {part: _in_order(document[part], KEYS[part]) for part in KEYS}
    if _digest(to_json_text(content)) != document["digest"]:
        raise SnapshotError("The snapshot was truncated or changed: its digest does not match.")
    entries = tuple((each["key"], each["position"], each["value"]) for each in content["entries"])
    counters = tuple(
        (each["key"], each["value"], _as_float(each["expires"])) for each in content["counters"]
    )
    _check_unique((key, position) for key, position, _ in entries)
    _check_unique(key for key, *_ in counters)
    return Snapshot(entries, counters)


def _in_order(rows: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return `rows` with their keys in the written order; JSON objects have none."""
    return [{key: row[key] for key in keys} for row in rows]


def _as_integer(number: float | None) -> float | None:
    """Return an integral number as an integer, as other programs than Python write it."""
    return int(number) if number is not None and number.is_integer() else number


def _as_float(number: float | None) -> float | None:
    """Undo `_as_integer`."""
    return None if number is None else float(number)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _check_unique(keys: Iterable[object]) -> None:
    listed = list(keys)
    if len(set(listed)) < len(listed):
        raise SnapshotError("The snapshot has two entries with the same key and position.")
