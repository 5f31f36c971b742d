"""Schemathesis finds nothing wrong with the control API, by its own contract."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema

from leadway_mock.config.settings import Settings
from leadway_mock.http_server import bind
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.property.schemathesis_runner import RunResult

CONFIGURATION: dict[str, Any] = {
    "seed": 1,
    "workers": 1,
    "warnings": False,
    # A write has to say that it is JSON, with a body or without.
    "headers": {"Content-Type": "application/json"},
    "generation": {"deterministic": True, "database": "none", "max-examples": 10},
    "checks": {"max_response_time": 10.0},
    "phases": {
        "coverage": {"generate-duplicate-query-parameters": True},
        "stateful": {"generation": {"max-examples": 10}},
    },
    "operations": [
        # Any token selects a namespace; no token is invalid here.
        {"include-operation-id": name, "checks": {"ignored_auth": {"enabled": False}}}
        for name in ("openNamespace", "closeNamespace")
    ]
    + [
        # No schema can say what makes sense: that a fault's operation exists, that a text is a
        # dialogue, that a digest fits. Their own tests show what is taken.
        {
            "include-operation-id": name,
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422"]}
            },
        }
        for name in (
            *("armFault", "putDialogue", "restoreSnapshot", "setClock", "freezeClock"),
            *("setReplies", "seedAgents"),
        )
    ]
    + [
        # The server has a socket that other processes might share, so it refuses no connections.
        {
            "include-operation-id": "refuseConnections",
            "checks": {"positive_data_acceptance": {"expected-statuses": ["409"]}},
        }
    ],
}
"""No other check is switched off, and no phase."""


def test_every_check_in_every_phase_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadway_mock.control_api.journal.MAX_WAIT_SECONDS", 0.02)
    findings = RunResult()
    settings = Settings(seed=1, port=0)
    listening = bind(settings.host, 0)
    with open_server(create_app(settings), settings, listening=listening) as server:
        schema = schemathesis.openapi.from_url(
            f"{server.url}/__mock/control.yaml", config=SchemathesisConfig.from_dict(CONFIGURATION)
        )
        for event in from_schema(schema).execute():
            findings.add(event)
    assert findings.failures == {}
    attacks = {"examples", "coverage", "fuzzing", "stateful"}
    assert {findings.phases[phase] for phase in attacks} == {Status.SUCCESS}
    assert set(findings.passed) == {*CHECKS.get_all_names(), "max_response_time"} - {"ignored_auth"}
    assert findings.statuses[200] > 100
