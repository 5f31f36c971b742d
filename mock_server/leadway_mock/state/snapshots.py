"""Snapshot: everything in a namespace as a JSON document, to be restored later or elsewhere.

The document contains its format, version and digest, so that one that was truncated or edited is
rejected. Its other content is an implementation detail.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Final

from leadway_mock.documents.problems import quote
from leadway_mock.store import Snapshot
from leadway_mock.store.base import DECODE_ERRORS
from leadway_mock.util.json_text import to_json_text

FORMAT: Final = "leadway-mock-snapshot"
VERSION: Final = 1
MAX_BYTES: Final = 16 * 1_048_576
"""Limit of the document's size."""

MAX_NUMBER: Final = 2**53
MAX_KEY_CHARS: Final = 1_000
MAX_ID_CHARS: Final = 200

JOURNAL: Final = "journal"
COUNTERS: Final = frozenset({"quota", "requests"})
"""The first parts of the keys of counters."""

PLAIN_KINDS: Final = frozenset(
    {
        *("used", "sessions", "idempotency-keys"),
        *("version-agents", "deleted-agents", "deleted-versions"),
    }
)
"""The first parts of the keys of lists whose entries are any text."""

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
    snapshot = Snapshot(entries, counters)
    _check_rows(snapshot)
    return snapshot


def check_content(snapshot: Snapshot, makers: Mapping[str, Callable[[Any], object]]) -> None:
    """Check that each text is what the mock stores under its key; raises `SnapshotError`.

    `makers` make the value of an entry from its JSON, by the first part of the key.
    """
    listed: set[str] = set()
    talked: set[str] = set()
    for key, position, text in snapshot.entries:
        kind, _, rest = key.partition("/")
        try:
            if key == "sessions":
                listed.add(text)
                is_valid = 0 < len(text) <= MAX_ID_CHARS and text.isprintable()
            elif key == "sessions/deleted":
                is_valid = int(text) > 0
            elif kind in makers:
                made = makers[kind](json.loads(text))
                is_valid = kind != "turns" or getattr(made, "number", None) == position
            else:
                is_valid = kind in PLAIN_KINDS
        except DECODE_ERRORS:
            is_valid = False
        if not is_valid:
            raise SnapshotError(f"The entry {quote(key)} {position} is not one of this mock.")
        talked.update({rest} if kind == "turns" else ())
    if not talked <= listed:
        raise SnapshotError("A session of the snapshot is not in its list of sessions.")


def _check_rows(snapshot: Snapshot) -> None:
    """Check the rules that all stores rely on; raises `SnapshotError`."""
    numbers = [each[1] for rows in (snapshot.entries, snapshot.counters) for each in rows]
    times = [expires for *_, expires in snapshot.counters if expires is not None]
    keys = {each[0] for rows in (snapshot.entries, snapshot.counters) for each in rows}
    if not all(key.isprintable() and 0 < len(key) <= MAX_KEY_CHARS for key in keys):
        raise SnapshotError("A key of the snapshot is empty, too long or not printable.")
    if not all(0 < number <= MAX_NUMBER for number in numbers) or not all(map(isfinite, times)):
        raise SnapshotError("A number of the snapshot is out of range.")
    for kind in {key.partition("/")[0] for key, *_ in snapshot.counters} - COUNTERS:
        raise SnapshotError(f"{quote(kind)} is no counter of this mock.")
    positions: dict[str, list[int]] = {}
    for key, position, _ in snapshot.entries:
        positions.setdefault(key, []).append(position)
    for key, found in positions.items():
        if max(found) - min(found) + 1 != len(found):
            raise SnapshotError(f"The list {quote(key)} of the snapshot has gaps.")


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
