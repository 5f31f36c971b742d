"""Runs Schemathesis in this process against the mock's real server, as `schemathesis run` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from leadway_mock.agents.builtin import ECHO_ID, GOAL_ID, MANAGED_ID, VARIABLES_ID
from leadway_mock.config.settings import Settings
from leadway_mock.http_server import Server
from leadway_mock.web.server import open_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TOKEN = "pit-12345678-1234-4234-8234-123456789abc"

ACCEPTANCE = "positive_data_acceptance"
DOCUMENTED_REJECTIONS = frozenset({"version-not-draft", "agent-inactive"})
"""Rules of 400 responses to valid requests: a version was published, an agent was switched off."""

CONFIGURATION: dict[str, Any] = {
    "seed": 1,
    "workers": 1,
    "warnings": False,
    "headers": {"Authorization": f"Bearer {TOKEN}"},
    "generation": {"deterministic": True, "database": "none", "max-examples": 40},
    "checks": {"max_response_time": 10.0},
    "phases": {
        "coverage": {"generate-duplicate-query-parameters": True},
        "stateful": {"generation": {"max-examples": 15}},
    },
    # Random values would never be an existing agent or version, so no request would get further.
    # The inactive agent is omitted: its documented 400 looks like a rejected valid body.
    "dictionaries": {
        "agents": {"values": [ECHO_ID, GOAL_ID, VARIABLES_ID]},
        "managed": {"values": [MANAGED_ID]},
        "versions": {"values": ["2021-04-15", "2021-07-28", "2023-02-21", "v3"]},
    },
    "parameters": {
        "path.agentId": {"dictionary": "agents", "probability": 0.9},
        "path.managedAgentId": {"dictionary": "managed", "probability": 0.9},
        "header.Version": {"dictionary": "versions", "probability": 0.95},
    },
    # No generated code or refresh token has been issued, so a 400 is the right response.
    "operations": [
        {
            "include-operation-id": "getAccessToken",
            "checks": {
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "429", "5xx"]
                }
            },
        }
    ],
}
"""No check and no phase is disabled; everything else has Schemathesis's default."""

STATEFUL_PHASE: dict[str, Any] = {
    "phases": {
        **{name: {"enabled": False} for name in ("examples", "coverage", "fuzzing")},
        "stateful": {"generation": {"max-examples": 12}},
    }
}
"""Only the phase that follows links."""

DETERMINISTIC_PHASES: dict[str, Any] = {
    "phases": CONFIGURATION["phases"]
    | {"fuzzing": {"enabled": False}, "stateful": {"enabled": False}}
}
"""Only the phases that enumerate the contract; they take a second or two."""


@dataclass
class RunResult:
    """Result of a run: passed checks, response statuses, and failures."""

    phases: dict[str, Status] = field(default_factory=dict)
    passed: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    """First failure of each check, by its name, with the request."""

    links: Counter[str] = field(default_factory=Counter)
    """How often each link was followed."""

    documented: int = 0
    """Valid requests that were rejected for the state of an agent, as documented."""

    def add(self, event: events.EngineEvent) -> None:
        """Add one event of the engine."""
        if isinstance(event, events.PhaseFinished):
            self.phases[event.phase.name.value] = event.status
        elif isinstance(event, events.NonFatalError):
            self.failures.setdefault("error", f"{event.label}: {event.value!r}")
        elif isinstance(event, events.ScenarioFinished):
            self._add_scenario(event)

    def _add_scenario(self, event: events.ScenarioFinished) -> None:
        exchanges = event.recorder.interactions
        self.statuses.update(
            each.response.status_code for each in exchanges.values() if each.response is not None
        )
        nodes = event.recorder.cases.values()
        self.links.update(each.transition.id for each in nodes if each.transition is not None)
        for case, checks in event.recorder.checks.items():
            for check in checks:
                if check.failure_info is None:
                    self.passed[check.name] += 1
                elif check.name == ACCEPTANCE and _is_documented(exchanges[case]):
                    self.documented += 1
                else:
                    failure, sent = check.failure_info.failure, exchanges[case].request
                    text = f"{failure.title}: {failure.message}\n{sent.method} {sent.uri}"
                    self.failures.setdefault(check.name, f"{text}\n{sent.headers} {sent.body!r}")


def _is_documented(exchange: Any) -> bool:
    """Return whether a valid request was rejected for the state of its agent, as documented."""
    headers = exchange.response.headers if exchange.response else {}
    return bool(set(headers.get("x-mock-rule", ())) & DOCUMENTED_REJECTIONS)


def run_schemathesis(
    app: WSGIApplication, *, operations: Sequence[str] = (), **changes: Any
) -> RunResult:
    """Run Schemathesis against `app` on the mock's server, with these operations or all."""
    result = RunResult()
    config = SchemathesisConfig.from_dict({**CONFIGURATION, **changes})
    server = open_server(app, Settings(port=0)) if isinstance(app, Flask) else Server(app)
    with server:
        schema = schemathesis.openapi.from_url(f"{server.url}/__mock/openapi.json", config=config)
        chosen = schema.include(operation_id=list(operations)) if operations else schema
        for event in from_schema(chosen).execute():
            result.add(event)
    return result
