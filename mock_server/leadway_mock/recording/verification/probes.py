"""Table of probes, and what no probe asks, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadway_mock.contract.behaviours import MOCK_BEHAVIOURS
from leadway_mock.recording.verification.agent_probes import AGENT_PROBES, MANAGED_PROBES
from leadway_mock.recording.verification.execute_probes import EXECUTE_PROBES
from leadway_mock.recording.verification.probe import Probe

PROBES: Final[Mapping[str, Probe]] = {
    each.name: each for each in (*EXECUTE_PROBES, *AGENT_PROBES, *MANAGED_PROBES)
}
"""All probes by name, in the order in which they are sent."""

VALUES: Final[Mapping[str, str]] = {
    "token": "the variable LEADWAY_TOKEN",
    "location": "--location",
    "agent": "--agent",
    "other-agent": "--other-agent",
    "inactive-agent": "--inactive-agent",
    "unpublished-agent": "--unpublished-agent",
    "managed-agent": "--managed-agent",
    "unpublished-managed-agent": "--unpublished-managed-agent",
    "other-location": "--other-location",
    "other-location-token": "the variable LEADWAY_OTHER_LOCATION_TOKEN",
    "unscoped-token": "the variable LEADWAY_UNSCOPED_TOKEN",
    "expired-token": "the variable LEADWAY_EXPIRED_TOKEN",
    "agency-token": "the variable LEADWAY_AGENCY_TOKEN",
}
"""Values that probes need, and how the user gives them."""

RUN_ID: Final = "run"
"""A value that differs in each run, for keys that must be new."""

NOT_ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "It needs the client id and secret of an app, and a code of its user.": (
        "access-token",
        "location-access-token",
        "refresh-token-invalid",
        "authorization-code-invalid",
        "client-credentials-unauthorized",
        "token-class-location",
        "authorization-code-once",
        "refresh-token-rotates",
        "refresh-token-concurrent",
        "refresh-token-expiry",
        "oauth-names-of-v3",
    ),
    "It depends on how the agent was built.": ("reply-goal-completed",),
    "The reply does not say which version ran.": (
        "version-latest-by-default",
        "version-of-open-sessions",
    ),
    "An agent belongs to one location, so the agent is rejected first.": (
        "session-foreign-location",
        "session-foreign-location-400",
    ),
    "It would be a burst of requests to a shared service.": (
        "quota-exceeded",
        "quota-exceeded-retryable",
        "retry-after-sent",
    ),
    "It depends on which of two requests comes first.": (
        "concurrent-publish",
        "idempotency-key-in-use",
        "idempotency-concurrent",
    ),
    "It cannot be caused from outside.": (
        "server-error",
        "upstream-timeout",
        "proxy-bad-gateway",
        "proxy-unavailable",
        "idempotency-after-lost-response",
    ),
    "It takes a day or more.": ("idempotency-key-forgotten",),
    "It needs a second managed agent that shares keys with the first.": ("idempotency-key-scope",),
    "It needs tokens with claims of one's own, and only the platform can sign them.": (
        "token-claims",
        "token-scopes-claim",
    ),
    "It is an internal path that the vendor does not document.": ("internal-path",),
    "Any id is right.": ("ids-opaque",),
    "The order depends on the agents of the account.": ("agents-in-order",),
    "Only mocks have it.": (
        "agent-read-only",
        "agents-limited",
        "created-agent-runs",
        "token-made-up",
        "deprecated-path-marked",
        "attachment-never-fetched",
        "evidence-sent",
        "hint-sent",
        "prefer-selects-example",
        "prefer-unsatisfiable",
        "dialogue-played",
        "dialogue-version-kept",
        "dialogue-fallback",
        "unscripted-message",
        "unscripted-rejected",
        "files-reloaded",
        "workers-agree",
        "machines-agree",
        "fault-first-calls",
        "fault-before-commit",
        "fault-after-commit",
        "fault-status",
        "fault-response",
        "fault-retry-after",
        "fault-proxy-page",
        "fault-connection-reset",
        "fault-empty-response",
        "fault-malformed-chunk",
        "fault-random-data",
        "fault-truncated-body",
        "fault-slow-body",
        "fault-hang",
        "fault-latency",
        "fault-needs-server",
        *MOCK_BEHAVIOURS,
    ),
}
"""Ids of behaviours that no probe shows, by the reason."""
