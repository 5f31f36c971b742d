"""Schemathesis, as `schemathesis run` runs it, in this process and against our real server."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from leadway_mock.agents import ECHO_ID, GOAL_ID, VARIABLES_ID
from leadway_mock.config.settings import Settings
from leadway_mock.http_server import Server
from leadway_mock.web.serving import open_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TOKEN = "pit-12345678-1234-4234-8234-123456789abc"

CONFIGURATION: dict[str, Any] = {
    "seed": 1,
    "workers": 1,
    "warnings": False,
    "headers": {"Authorization": f"Bearer {TOKEN}"},
    "generation": {"deterministic": True, "database": "none", "max-examples": 100},
    "checks": {"max_response_time": 10.0},
    "phases": {
        "coverage": {"generate-duplicate-query-parameters": True},
        "stateful": {"generation": {"max-examples": 30}},
    },
    # By chance alone it would find neither an agent nor a version, and never get past the guards.
    # The inactive agent is left out: a good body gets its documented 400, which Schemathesis takes
    # for a good body refused.
    "dictionaries": {
        "agents": {"values": [ECHO_ID, GOAL_ID, VARIABLES_ID]},
        "versions": {"values": ["2021-04-15", "2021-07-28", "2023-02-21", "v3"]},
    },
    "parameters": {
        "path.agentId": {"dictionary": "agents", "probability": 0.9},
        "header.Version": {"dictionary": "versions", "probability": 0.95},
    },
}
"""No check and no phase is switched off: what is not named here has Schemathesis's own default."""

WITHOUT_CHANCE = {
    "phases": CONFIGURATION["phases"]
    | {"fuzzing": {"enabled": False}, "stateful": {"enabled": False}}
}
"""The phases that enumerate what the contract says, in a second or two."""


@dataclass
class Findings:
    """What an attack came to: how often each check passed, each status came, and what failed."""

    phases: dict[str, Status] = field(default_factory=dict)
    passed: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    """By the name of the check, what was wrong and with which request, told for the first one."""

    def see(self, event: events.EngineEvent) -> None:
        """Take note of one thing that happened."""
        if isinstance(event, events.PhaseFinished):
            self.phases[event.phase.name.value] = event.status
        elif isinstance(event, events.NonFatalError):
            self.failures.setdefault("error", f"{event.label}: {event.value!r}")
        elif isinstance(event, events.ScenarioFinished):
            self._see_scenario(event)

    def _see_scenario(self, event: events.ScenarioFinished) -> None:
        exchanges = event.recorder.interactions
        self.statuses.update(
            each.response.status_code for each in exchanges.values() if each.response is not None
        )
        for case, checks in event.recorder.checks.items():
            for check in checks:
                if check.failure_info is None:
                    self.passed[check.name] += 1
                else:
                    failure, sent = check.failure_info.failure, exchanges[case].request
                    text = f"{failure.title}: {failure.message}\n{sent.method} {sent.uri}"
                    self.failures.setdefault(check.name, f"{text}\n{sent.headers} {sent.body!r}")


def attack(app: WSGIApplication, **changes: Any) -> Findings:
    """Let Schemathesis loose on `app`, behind our own server, and return what it finds."""
    findings = Findings()
    config = SchemathesisConfig.from_dict({**CONFIGURATION, **changes})
    server = open_server(app, Settings(port=0)) if isinstance(app, Flask) else Server(app)
    with server:
        schema = schemathesis.openapi.from_url(f"{server.url}/__mock/openapi.json", config=config)
        for event in from_schema(schema).execute():
            findings.see(event)
    return findings
