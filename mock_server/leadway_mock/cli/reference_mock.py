"""Mock in this process, to which a target is compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadway_mock.agents.access_tokens import access_claims, issue_token
from leadway_mock.agents.builtin import (
    BUILT_IN,
    ECHO_ID,
    GOAL_ID,
    INACTIVE_ID,
    MANAGED_ID,
    MANAGED_UNPUBLISHED_ID,
    UNPUBLISHED_ID,
)
from leadway_mock.agents.registry import (
    COMPANY_CLASS,
    DEFAULT_SCOPES,
    LOCATION_CLASS,
    OTHER_LOCATION,
    OTHER_LOCATION_TOKEN,
    UNSCOPED_TOKEN,
)
from leadway_mock.config.settings import READ_ONLY, Settings
from leadway_mock.contract.model import Contract
from leadway_mock.contract.observations import Observations
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.recording.verification.observed import TargetResponse
from leadway_mock.recording.verification.probe_sender import ProbeSender
from leadway_mock.state.clock import ManualClock
from leadway_mock.store import open_store

_START: Final = ManualClock().now()
_LOCATION: Final = "C2QujeCh8ZnC7al2InWR"

MOCK_VALUES: Final[Mapping[str, str]] = {
    "token": "pit-12345678-1234-4234-8234-123456789abc",
    "location": _LOCATION,
    "agent": ECHO_ID,
    "other-agent": GOAL_ID,
    "inactive-agent": INACTIVE_ID,
    "unpublished-agent": UNPUBLISHED_ID,
    "managed-agent": MANAGED_ID,
    "unpublished-managed-agent": MANAGED_UNPUBLISHED_ID,
    "other-location": OTHER_LOCATION,
    "other-location-token": OTHER_LOCATION_TOKEN,
    "unscoped-token": UNSCOPED_TOKEN,
    "expired-token": issue_token(
        access_claims(LOCATION_CLASS, _LOCATION, DEFAULT_SCOPES, now=_START, seconds=-1)
    ),
    "agency-token": issue_token(
        access_claims(COMPANY_CLASS, "company", DEFAULT_SCOPES, now=_START, seconds=86_400)
    ),
    "run": "0",
}
"""What the built-in agents and tokens are to probes."""


class MockTarget:
    """Mock in this process as a target of probes, on a clock of its own.

    It behaves like `observations`; `settings` of `leadway mock` win over theirs.
    """

    def __init__(
        self,
        contract: Contract,
        observations: Observations | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        observations = observations or Observations()
        chosen = {**observations.settings, **(settings or {})}
        self.clock = ManualClock(_START)
        self.emulator = Emulator(
            Settings(**chosen),
            observations.apply(contract),
            BUILT_IN,
            open_store("memory:"),
            self.clock,
        )

    def send(self, request: Request) -> TargetResponse:
        """Return the response of the mock."""
        response = self.emulator.handle(request)
        headers = {name.lower(): value for name, value in response.headers.items()}
        headers["content-type"] = response.media_type
        return TargetResponse(response.status, headers, response.body, response.rule)

    def wait(self, seconds: float) -> None:
        """Move the clock."""
        self.clock.advance(seconds)


def mock_sender(
    contract: Contract,
    observations: Observations | None = None,
    settings: Mapping[str, Any] | None = None,
) -> ProbeSender:
    """Return a new sender to a mock in this process; arguments are those of `MockTarget`.

    Settings that cannot change while a mock runs are ignored.
    """
    kept = {name: value for name, value in (settings or {}).items() if name not in READ_ONLY}
    return ProbeSender(MockTarget(contract, observations, kept), MOCK_VALUES)
