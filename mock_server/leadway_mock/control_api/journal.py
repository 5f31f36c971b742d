"""The journal: listed, searched and counted."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from leadway_mock.control_api.request_reader import ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.control_api.timestamps import iso_time
from leadway_mock.state.journal import Journal
from leadway_mock.state.journal_query import UNMATCHED, compile_query


def register(control: ControlAPI) -> None:
    """Answer the operations on the journal that need no waiting."""

    @control.route("listJournal")
    def listed(asked: ControlCall) -> dict[str, Any]:
        return _page(asked.namespace.journal, {}, asked.query)

    @control.route("listUnmatched")
    def unmatched(asked: ControlCall) -> dict[str, Any]:
        return _page(asked.namespace.journal, {"rule": list(UNMATCHED)}, asked.query)

    @control.route("findEntries")
    def found(asked: ControlCall) -> dict[str, Any]:
        return _page(asked.namespace.journal, asked.body.get("match", {}), asked.body)

    @control.route("countEntries")
    def counted(asked: ControlCall) -> dict[str, Any]:
        journal = asked.namespace.journal
        matching = journal.found(compile_query(asked.body.get("match", {})))
        return {"count": sum(1 for _ in matching)} | _sizes(journal, "kept")


def entry_to_json(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with its time as people write it."""
    return {**entry, "at": iso_time(entry["at"])}


def _page(journal: Journal, match: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    limit, newest_first = asked.get("limit", 100), asked.get("order") == "newest"
    matching = journal.found(
        compile_query(match), after=asked.get("after", 0), newest_first=newest_first
    )
    entries = list(islice(matching, limit))
    last = entries[-1]["number"] if len(entries) == limit else None
    ended = newest_first and last == 1  # Behind number 1 is nothing, and `after` 0 means all.
    return {
        "entries": [entry_to_json(entry) for entry in entries],
        "next": None if ended else last,
        **_sizes(journal, "count"),
    }


def _sizes(journal: Journal, kept: str) -> dict[str, int]:
    return {kept: journal.count(), "written": journal.written()}
