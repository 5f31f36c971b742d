"""How well the caller behaved, and what it has met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadway_mock.conformance import coverage, evaluate
from leadway_mock.control_api.request_reader import ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.state.journal_query import compile_query


def register(control: ControlAPI) -> None:
    """Answer `getVerdict` and `getCoverage`."""

    @control.route("getVerdict")
    def verdict(asked: ControlCall) -> dict[str, Any]:
        idle, allow = asked.namespace.settings.session_idle_seconds, asked.query.get("allow", ())
        return evaluate(_entries(asked), allow=allow, idle_seconds=idle).as_json()

    @control.route("getCoverage")
    def covered(asked: ControlCall) -> dict[str, Any]:
        return coverage(_entries(asked), asked.emulator.contract).as_json()


def _entries(asked: ControlCall) -> Iterator[dict[str, Any]]:
    return asked.namespace.journal.found(compile_query({}))
