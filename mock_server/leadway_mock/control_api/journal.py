"""Operations that list, search and count the entries of the journal, and wait for changes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from leadway_mock.control_api.blueprint import ControlAPI, is_cancelled
from leadway_mock.control_api.request_reader import ControlCall, next_position
from leadway_mock.state.clock import iso_time
from leadway_mock.state.journal import Journal
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.journal_query import UNMATCHED, compile_query

POLL_SECONDS: Final = 0.1
"""Seconds between two reads of the cursor, since other processes change the namespace, too."""

MAX_WAIT_SECONDS: Final = 30.0


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on the journal."""

    @control.route("listJournal")
    def list_all(call: ControlCall) -> dict[str, Any]:
        return _page(call.namespace.journal, {}, call.query)

    @control.route("listUnmatched")
    def list_unmatched(call: ControlCall) -> dict[str, Any]:
        return _page(call.namespace.journal, {"rule": list(UNMATCHED)}, call.query)

    @control.route("findEntries")
    def find(call: ControlCall) -> dict[str, Any]:
        return _page(call.namespace.journal, call.body.get("match", {}), call.body)

    @control.route("countEntries")
    def count(call: ControlCall) -> dict[str, Any]:
        journal = call.namespace.journal
        matching = journal.find(compile_query(call.body.get("match", {})))
        return {
            "count": sum(1 for _ in matching),
            "kept": journal.count(),
            "written": journal.count_written(),
        }

    @control.route("waitForEntries")
    def wait(call: ControlCall) -> dict[str, Any]:
        journal, query = call.namespace.journal, compile_query(call.body.get("match", {}))
        count, after = call.body.get("count", 1), call.body.get("after", 0)
        timeout = min(call.body.get("timeout", 5.0), MAX_WAIT_SECONDS)
        with control.wait_slots.acquire():
            started_at = time.monotonic()
            entries = journal.wait(query, count, timeout, after=after, should_stop=is_cancelled())
        return {
            "timedOut": len(entries) < count,
            "count": len(entries),
            "entries": list(map(_entry_to_json, entries)),
            "elapsedSeconds": round(time.monotonic() - started_at, 3),
        }

    @control.route("waitForChange")
    def wait_for_change(call: ControlCall) -> dict[str, Any]:
        after, cursor = call.query.get("after", ""), call.namespace.cursor()
        if cursor == after:
            with control.wait_slots.acquire():
                cursor = _wait_for_change(call, after)
        return {"cursor": cursor, "changed": cursor != after}


def _wait_for_change(call: ControlCall, after: str) -> str:
    """Return the new cursor, or `after` when the time is up or the response is not needed."""
    deadline = time.monotonic() + call.query["timeout"]
    should_stop = is_cancelled()
    while time.monotonic() < deadline and not should_stop():
        time.sleep(POLL_SECONDS)
        cursor = call.namespace.cursor()
        if cursor != after:
            return cursor
    return after


def _entry_to_json(entry: JournalEntry) -> dict[str, Any]:
    return {**entry, "at": iso_time(entry["at"])}


def _page(journal: Journal, match: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    options = {"after": 0, "limit": 100, **options}
    matching = journal.find(
        compile_query(match),
        after=options["after"],
        newest_first=options.get("order") == "newest",
    )
    entries = list(islice(matching, options["limit"]))
    return {
        "entries": list(map(_entry_to_json, entries)),
        "next": next_position([each["number"] for each in entries], options),
        "count": journal.count(),
        "written": journal.count_written(),
    }
