"""Operations `getConformance` and `getCoverage`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadway_mock.conformance import coverage, evaluate
from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import ControlCall
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.journal_query import compile_query


def register(control: ControlAPI) -> None:
    """Add the handlers of `getConformance` and `getCoverage`."""

    @control.route("getConformance")
    def show_conformance(call: ControlCall) -> dict[str, Any]:
        idle, allow = call.namespace.settings.session_idle_seconds, call.query.get("allow", ())
        return evaluate(_entries(call), allow=allow, idle_seconds=idle).to_json()

    @control.route("getCoverage")
    def show_coverage(call: ControlCall) -> dict[str, Any]:
        return coverage(_entries(call), call.emulator.contract).to_json()


def _entries(call: ControlCall) -> Iterator[JournalEntry]:
    return call.namespace.journal.find(compile_query({}))
