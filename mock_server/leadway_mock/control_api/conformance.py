"""How well the caller behaved, and what it has met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadway_mock.conformance import coverage, grade
from leadway_mock.control_api.request_reader import Asked
from leadway_mock.control_api.router import Control
from leadway_mock.state.journal_query import matcher


def register(control: Control) -> None:
    """Answer `getVerdict` and `getCoverage`."""

    @control.route("getVerdict")
    def verdict(asked: Asked) -> dict[str, Any]:
        idle, allow = asked.space.settings.session_idle_seconds, asked.query.get("allow", ())
        return grade(_entries(asked), allow=allow, idle_seconds=idle).as_json()

    @control.route("getCoverage")
    def covered(asked: Asked) -> dict[str, Any]:
        return coverage(_entries(asked), asked.emulator.contract).as_json()


def _entries(asked: Asked) -> Iterator[dict[str, Any]]:
    return asked.space.journal.found(matcher({}))
