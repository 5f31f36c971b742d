"""Operations `getHealth`, `listBehaviours` and `getMetrics`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import flask

from leadway_mock import __version__
from leadway_mock.config.settings import json_name
from leadway_mock.contract.behaviours import Behaviour, behaviours
from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import ControlCall
from leadway_mock.metrics import MEDIA_TYPE, Gauge, prometheus_text


def register(control: ControlAPI) -> None:
    """Add the handlers of `getHealth`, `listBehaviours` and `getMetrics`."""

    @control.route("getHealth")
    def show_health(call: ControlCall) -> dict[str, Any]:
        emulator = call.emulator
        return {
            "status": "ok",
            "version": __version__,
            "contractVersion": emulator.contract.version,
            "profile": call.namespace.settings.profile,
            "agents": [
                {"id": agent.id, "name": agent.name, "status": agent.status}
                for agent in emulator.agents.by_id.values()
            ],
            "dialogues": sorted(emulator.dialogues.of(call.namespace)),
            "loadErrors": dict(emulator.load_errors),
            "workers": emulator.settings.workers,
            "sessions": call.namespace.sessions.count(),
        }

    @control.route("listBehaviours")
    def list_behaviours(call: ControlCall) -> dict[str, Any]:
        return {"behaviours": [_behaviour(each) for each in behaviours(call.emulator.contract)]}

    @control.route("getMetrics")
    def show_metrics(call: ControlCall) -> flask.Response:
        text = prometheus_text(call.emulator.metrics, *_gauges(call))
        return flask.Response(text, content_type=MEDIA_TYPE)


def _behaviour(behaviour: Behaviour) -> dict[str, Any]:
    return {**asdict(behaviour), "settings": [json_name(each) for each in behaviour.settings]}


def _gauges(call: ControlCall) -> tuple[Gauge, ...]:
    labels = {"version": __version__, "contract": call.emulator.contract.version}
    namespace = call.namespace
    sessions, entries = namespace.sessions.count(), namespace.journal.count()
    namespaces = len(call.emulator.namespaces.list_open())
    return (
        Gauge("leadway_mock_info", "Versions of mock and contract.", 1, labels),
        Gauge("leadway_mock_sessions", "Sessions in the namespace.", sessions),
        Gauge("leadway_mock_journal_entries", "Entries in the journal.", entries),
        Gauge("leadway_mock_namespaces", "Open namespaces.", namespaces),
    )
