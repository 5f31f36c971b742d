"""Probes of the operations on agents, and of managed agents."""

from __future__ import annotations

from typing import Any, Final

from leadway_mock.recording.verification.execute_probes import LOCATION, MADE_UP, SCOPE
from leadway_mock.recording.verification.probe import Effect, Probe

AGENTS: Final = "/agent-studio/agent"
CREATED: Final = f"{AGENTS}/{{create-agent/agent/agentId}}"
VERSION: Final = f"{AGENTS}/versions/{{create-agent/versions/0/versionId}}"
PUBLISH: Final = f"{VERSION}/publish"
PUBLISHED: Final = ("publish-version",)
PAGE: Final = "locationId={location}&limit=5&offset=0"
IN_LOCATION: Final = "locationId={location}"
OTHER: Final = "other-location-token"
MANAGED: Final = "/agent-studio/managed-agents"
MANAGED_EXECUTE: Final = f"{MANAGED}/{{managed-agent}}/execute"


def _read(
    name: str,
    behaviours: tuple[str, ...],
    path: str,
    query: str = IN_LOCATION,
    method: str = "GET",
    **options: Any,  # noqa: ANN401 - options of a probe
) -> Probe:
    return Probe(name, behaviours, None, method=method, path=path, query=query, **options)


def _change(
    name: str,
    behaviours: tuple[str, ...],
    method: str,
    path: str,
    after: tuple[str, ...] = (),
    /,
    **fields: Any,  # noqa: ANN401 - any JSON value
) -> Probe:
    body = {"locationId": "{location}", **fields}
    effect = Effect.CHANGES
    return Probe(name, behaviours, body, method=method, path=path, effect=effect, after=after)


def _execute(name: str, behaviour: str, *after: str) -> Probe:
    """Return a probe that executes the created agent."""
    rows = ("agent-states", behaviour)
    return _change(name, rows, "POST", f"{CREATED}/execute", after, message="Hello")


def _delete(name: str, path: str) -> Probe:
    return _read(name, ("agent-deleted",), path, method="DELETE", effect=Effect.CHANGES)


AGENT_PROBES: Final = (
    _read("list-agents", ("agents",), AGENTS, PAGE, is_list=True),
    _read("list-without-limit", ("list-without-paging",), AGENTS),
    _read("list-with-a-token-of-another-location", LOCATION, AGENTS, PAGE, bearer=OTHER),
    _read("read-agent", ("agent",), f"{AGENTS}/{{agent}}", is_list=True),
    _read("read-unknown-agent", ("agent-unknown",), f"{AGENTS}/{MADE_UP}"),
    _read("read-inactive-agent", ("agent-unavailable",), f"{AGENTS}/{{inactive-agent}}"),
    _change("create-agent", ("agent-created", "author-fields"), "POST", AGENTS,
            name="leadway verify", status="active", version={"versionName": "Version 1"}),
    _execute("execute-created-agent", "agent-unpublished"),
    _change("change-version", ("agent-version-updated",), "PATCH", VERSION,
            nodes=[{"id": "a", "deep": {"list": [None, True, 1.5]}}], edges=[]),
    _read("read-created-agent", ("agent-content-kept",), CREATED,
          effect=Effect.CHANGES, after=("change-version",)),
    _read("read-created-agent-from-another-location", ("agents-of-one-location",), CREATED,
          "locationId={other-location}", bearer=OTHER, effect=Effect.CHANGES),
    _change("change-unknown-version", ("agent-version-unknown",), "PATCH",
            f"{AGENTS}/versions/{MADE_UP}", nodes=[], edges=[]),
    _change("publish-version", ("agent-published", "publishable-states"), "POST", PUBLISH),
    _change("publish-version-again", ("version-not-draft",), "POST", PUBLISH, PUBLISHED),
    _change("deactivate-agent", ("agent-updated",), "PATCH", CREATED, PUBLISHED,
            status="inactive"),
    _execute("execute-deactivated-agent", "agent-inactive", "deactivate-agent"),
    _delete("delete-agent", CREATED),
    _execute("execute-deleted-agent", "agent-unknown", "delete-agent"),
    _change("create-agent-with-nodes", ("create-failed-on-nodes",), "POST", AGENTS,
            name="leadway verify, nodes", status="active",
            version={"versionName": "Version 1", "nodes": [{"id": "a"}], "edges": []}),
    _delete("delete-agent-with-nodes", f"{AGENTS}/{{create-agent-with-nodes/agent/agentId}}"),
)  # fmt: skip


def _managed(
    name: str,
    behaviours: tuple[str, ...],
    key: str | None = None,
    after: tuple[str, ...] = (),
    agent: str = "",
    **fields: Any,  # noqa: ANN401 - any JSON value
) -> Probe:
    """Return a probe that executes the managed agent; an empty `key` sends none."""
    text = None if key == "" else key or f"leadway-verify-{{run}}-{name}"
    body = {"message": "Hello", "locationId": "{location}", **fields}
    headers = {"version": "v3", "idempotency-key": text}
    return Probe(
        name, behaviours, body, path=MANAGED_EXECUTE, headers=headers, after=after, agent=agent
    )


V3: Final = {"version": "v3"}
FIRST: Final = ("managed-first-message",)
FIRST_KEY: Final = "leadway-verify-{run}-first"

MANAGED_PROBES: Final = (
    _read("list-managed-agents", ("managed-agents",), MANAGED, PAGE.replace("offset", "skip"),
          headers=V3, is_list=True),
    _read("limit-is-no-number", ("query-invalid",), MANAGED, f"{IN_LOCATION}&limit=many",
          headers=V3),
    _read("managed-agents-in-an-older-version", ("route-not-in-version",), MANAGED),
    _read("read-managed-agent", ("managed-agent",), f"{MANAGED}/{{managed-agent}}", IN_LOCATION,
          headers=V3, is_list=True),
    _read("read-unpublished-managed-agent", ("managed-published-only",),
          f"{MANAGED}/{{unpublished-managed-agent}}", headers=V3),
    _managed("managed-first-message", ("managed-reply",), FIRST_KEY, agent="managed-agent"),
    _managed("key-sent-again", ("managed-reply-repeated", "idempotency-key-repeated"), FIRST_KEY,
             FIRST),
    _managed("key-of-another-message",
             ("idempotency-key-reused", "idempotency-key-other-request"), FIRST_KEY,
             FIRST, message="Another message"),
    _managed("no-key", ("idempotency-key-missing",), ""),
    _managed("key-is-too-long", ("idempotency-key-invalid",), "k" * 129),
    _managed("reserved-variable", ("variable-reserved",), extraVariables={"contact": {"id": "c"}}),
    _managed("variables-are-too-large", ("variables-too-large",),
             extraVariables={"text": "x" * 33_000}),
    Probe("managed-token-without-scope", SCOPE, path=MANAGED_EXECUTE, bearer="unscoped-token",
          headers={"version": "v3", "idempotency-key": "leadway-verify-{run}-scope"}),
)  # fmt: skip

CLEAN_UP: Final = {
    "create-agent": "delete-agent",
    "create-agent-with-nodes": "delete-agent-with-nodes",
}
"""Probes that undo what others did, by the others' names; they are always sent, too."""
