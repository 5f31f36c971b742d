"""Operations on the mock as a whole: health, behaviours, metrics, conformance and coverage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import flask

from leadway_mock import __version__
from leadway_mock.conformance import coverage, evaluate
from leadway_mock.contract.behaviours import behaviours
from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import ControlCall
from leadway_mock.metrics import MEDIA_TYPE, prometheus_text
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.journal_query import compile_query
from leadway_mock.util.names import json_name

if TYPE_CHECKING:
    from prometheus_client import Metric


def register(control: ControlAPI) -> None:
    """Add the handlers of these operations."""

    @control.route("getHealth")
    def show_health(call: ControlCall) -> dict[str, Any]:
        emulator = call.emulator
        return {
            "status": "ok",
            "version": __version__,
            "contractVersion": emulator.contract.version,
            "profile": call.namespace.settings.profile,
            "agents": [
                {
                    "id": agent.id,
                    "name": agent.name,
                    "status": agent.status,
                    "published": agent.published_version() is not None,
                    "managed": agent.managed is not None,
                    "locationId": agent.location,
                }
                for agent in emulator.agents.by_id.values()
            ],
            "dialogues": sorted(emulator.dialogues.of(call.namespace)),
            "loadErrors": dict(emulator.load_errors),
            "workers": emulator.settings.workers,
            "readOnly": emulator.settings.read_only,
            "sessions": call.namespace.sessions.count(),
        }

    @control.route("listBehaviours")
    def list_behaviours(call: ControlCall) -> dict[str, Any]:
        rows = [
            asdict(row) | {"settings": list(map(json_name, row.settings))}
            for row in behaviours(call.emulator.contract)
        ]
        return {"behaviours": rows}

    @control.route("getMetrics")
    def show_metrics(call: ControlCall) -> flask.Response:
        text = prometheus_text(call.emulator.metrics, *_gauges(call))
        return flask.Response(text, content_type=MEDIA_TYPE)

    @control.route("getConformance")
    def show_conformance(call: ControlCall) -> dict[str, Any]:
        idle, allow = call.namespace.settings.session_idle_seconds, call.query.get("allow", ())
        return evaluate(_entries(call), allow=allow, idle_seconds=idle).to_json()

    @control.route("getCoverage")
    def show_coverage(call: ControlCall) -> dict[str, Any]:
        return coverage(_entries(call), call.emulator.contract).to_json()


def _entries(call: ControlCall) -> Iterator[JournalEntry]:
    return call.namespace.journal.find(compile_query({}))


def _gauges(call: ControlCall) -> Iterator[Metric]:
    from prometheus_client import core  # noqa: PLC0415 - slow; see `metrics`

    versions = {"version": __version__, "contract": call.emulator.contract.version}
    yield core.InfoMetricFamily("leadway_mock", "Versions of mock and contract.", versions)
    sessions, entries = call.namespace.sessions.count(), call.namespace.journal.count()
    namespaces = len(call.emulator.namespaces.list_open())
    gauge = core.GaugeMetricFamily
    yield gauge("leadway_mock_sessions", "Sessions in the namespace.", sessions)
    yield gauge("leadway_mock_journal_entries", "Entries in the journal.", entries)
    yield gauge("leadway_mock_namespaces", "Open namespaces.", namespaces)
