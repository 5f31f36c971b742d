"""What the mock tells of itself: its behaviours, and its numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import flask

from leadway_mock import __version__
from leadway_mock.contract.behaviours import behaviours
from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.metrics.counters import MEDIA_TYPE, Gauge, text_of
from leadway_mock.metrics.peers import CrewError


def register(control: ControlAPI) -> None:
    """Answer `listBehaviours` and `getMetrics`."""

    @control.route("listBehaviours")
    def listed(asked: ControlCall) -> dict[str, Any]:
        return {"behaviours": [asdict(each) for each in behaviours(asked.emulator.contract)]}

    @control.route("getMetrics")
    def metrics(asked: ControlCall) -> flask.Response:
        try:
            others = asked.emulator.crew.others()
        except CrewError as error:
            raise ControlAPIError(503, str(error), headers={"Retry-After": "1"}) from error
        tally = asked.emulator.metrics.tally(others.tally)
        text = text_of(tally, *_gauges(asked), _workers(others.answered + 1))
        return flask.Response(text, content_type=MEDIA_TYPE)


def _gauges(asked: ControlCall) -> tuple[Gauge, ...]:
    about = {"version": __version__, "contract": asked.emulator.contract.version}
    space = asked.namespace
    return (
        Gauge("leadway_mock_info", "What is served.", 1, about),
        Gauge("leadway_mock_sessions", "Conversations in the space.", space.sessions.count()),
        Gauge("leadway_mock_journal_entries", "Requests in the journal.", space.journal.count()),
        Gauge("leadway_mock_spaces", "Open spaces.", len(asked.emulator.namespaces.list_open())),
    )


def _workers(answering: int) -> Gauge:
    return Gauge("leadway_mock_workers", "Processes that told their numbers just now.", answering)
