"""Table of probes, which of them are sent, and what no probe tests, with the reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from leadway_mock.contract.behaviours import MOCK_BEHAVIOURS
from leadway_mock.contract.observations import Observations
from leadway_mock.recording.verification.agent_probes import AGENT_PROBES, CLEAN_UP, MANAGED_PROBES
from leadway_mock.recording.verification.execute_probes import EXECUTE_PROBES
from leadway_mock.recording.verification.probe import Effect, Probe, select_with_references
from leadway_mock.util.names import suggest

PROBES: Final[Mapping[str, Probe]] = {
    each.name: each for each in (*EXECUTE_PROBES, *AGENT_PROBES, *MANAGED_PROBES)
}
"""All probes by name, in the order in which they are sent."""

IDS: Final[Mapping[str, str]] = {
    "location": "the sub-account of the token",
    "agent": "a published agent; it runs for some probes",
    "other-agent": "a second published agent",
    "inactive-agent": "an agent whose status is inactive",
    "unpublished-agent": "an agent without a published version",
    "managed-agent": "a published managed agent",
    "unpublished-managed-agent": "a managed agent that is not published",
    "other-location": "the sub-account of LEADWAY_OTHER_LOCATION_TOKEN",
}
"""Values that the user gives by flags, and what they are."""

TOKENS: Final[Mapping[str, str]] = {
    "token": "LEADWAY_TOKEN",
    "other-location-token": "LEADWAY_OTHER_LOCATION_TOKEN",
    "unscoped-token": "LEADWAY_UNSCOPED_TOKEN",
    "expired-token": "LEADWAY_EXPIRED_TOKEN",
    "agency-token": "LEADWAY_AGENCY_TOKEN",
}
"""Values that the user gives by variables, and their names."""

VALUES: Final[Mapping[str, str]] = {
    **{name: f"--{name}" for name in IDS},
    **{name: f"the variable {variable}" for name, variable in TOKENS.items()},
}
"""Values that probes need, and how the user gives them."""

RUN_ID: Final = "run"
"""A value that differs in each run, for keys that must be new."""

NOT_ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "It needs the client id and secret of an app, and a code of its user.": (
        *("access-token", "location-access-token", "refresh-token-invalid"),
        *("authorization-code-invalid", "client-credentials-unauthorized", "token-class-location"),
        *("authorization-code-once", "refresh-token-rotates", "refresh-token-concurrent"),
        *("refresh-token-expiry", "oauth-names-of-v3"),
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
        *("server-error", "upstream-timeout", "proxy-bad-gateway", "proxy-unavailable"),
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
        *("agent-read-only", "agents-limited", "created-agent-runs", "token-made-up"),
        *("deprecated-path-marked", "attachment-never-fetched", "evidence-sent", "hint-sent"),
        *("prefer-selects-example", "prefer-unsatisfiable", "dialogue-played"),
        *("dialogue-version-kept", "dialogue-fallback", "unscripted-message"),
        *("unscripted-rejected", "files-reloaded", "workers-agree", "machines-agree"),
        *("fault-first-calls", "fault-before-commit", "fault-after-commit", "fault-status"),
        *("fault-response", "fault-retry-after", "fault-proxy-page", "fault-connection-reset"),
        *("fault-empty-response", "fault-malformed-chunk", "fault-random-data"),
        *("fault-truncated-body", "fault-slow-body", "fault-hang", "fault-latency"),
        "fault-needs-server",
        *MOCK_BEHAVIOURS,
    ),
}
"""Ids of behaviours that no probe shows, by the reason."""

MAX_DAYS: Final = 36_500
_DAYS = re.compile(r"(\d{1,5})d?")


class SelectionError(ValueError):
    """Probes cannot be selected; the text says why."""


def parse_days(text: str) -> int:
    """Return the number of days in a text such as `30d`; raises `SelectionError`."""
    match = _DAYS.fullmatch(text)
    days = int(match[1]) if match else MAX_DAYS + 1
    if days > MAX_DAYS:
        raise SelectionError(f"--due must be a number of days, such as 30d, not {text[:40]!r}.")
    return days


def select_probes(
    names: Collection[str] = (),
    *,
    everything: bool = False,
    due_days: int | None = None,
    known: Observations | None = None,
    today: date,
) -> list[Probe]:
    """Return the probes to send, in order: all harmless ones, or those of these names.

    Those that they refer to are among them. With `due_days`, they are only those whose observation
    in `known` is so old, or missing; the oldest first. Raises `SelectionError` for an unknown name.
    """
    for name in names:
        if name not in PROBES:
            raise SelectionError(f"there is no probe {name[:80]!r}; {suggest(name, PROBES)}")
    chosen = list(names) or [
        name for name, each in PROBES.items() if everything or each.effect is Effect.NONE
    ]
    if due_days is not None:
        dates = {each.probe: each.date for each in (known or Observations()).probes}
        limit = (today - timedelta(days=min(due_days, today.toordinal() - 1))).isoformat()
        due = [name for name in chosen if dates.get(name, "") <= limit]
        chosen = sorted(due, key=lambda name: dates.get(name, ""))
    needed = {each.name for each in select_with_references(PROBES, chosen)}
    return select_with_references(PROBES, [*chosen, *clean_up_after(needed)])


def clean_up_after(names: Collection[str]) -> list[str]:
    """Return the names of the probes that undo those of `names`, and are not among them."""
    return [undo for name, undo in CLEAN_UP.items() if name in names and undo not in names]


def describe_probes() -> Iterator[str]:
    """Yield a line for each probe: name, effect, and the rows that it may show."""
    for name, each in PROBES.items():
        effect = "harmless" if each.effect is Effect.NONE else each.effect.value
        runs = ", may run the agent" if each.may_run_agent else ""
        yield f"{name}: {effect}{runs}; {', '.join(each.behaviours)}"
