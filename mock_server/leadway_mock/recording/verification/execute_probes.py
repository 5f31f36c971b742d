"""Probes of the execute operations: conversations, and the order and form of their errors."""

from __future__ import annotations

from typing import Any, Final

from leadway_mock.agents.registry import UNKNOWN_TOKEN
from leadway_mock.recording.verification.probe import EXECUTE, Effect, Probe

OLD_EXECUTE: Final = "/agent-studio/public-api/agents/{agent}/execute"
MADE_UP: Final = "leadwayVerifyMadeUp00001"
"""An id that no account has."""

MEBIBYTE: Final = 1_048_576
QUOTA_HEADERS: Final = (
    "x-ratelimit-limit-daily",
    "x-ratelimit-daily-remaining",
    "x-ratelimit-interval-milliseconds",
    "x-ratelimit-max",
    "x-ratelimit-remaining",
)
SCOPE: Final = ("scope-missing-documented", "scope-missing-observed", "scope-by-profile")
LOCATION: Final = ("location-forbidden", "location-forbidden-401")


def _body(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return a valid body with `fields` added or replaced; Ellipsis removes one."""
    body = {"message": "Hello", "locationId": "{location}", **fields}
    return {name: value for name, value in body.items() if value is not ...}


NO_MESSAGE: Final = _body(message=...)
"""A body that is rejected before an agent runs."""

CONTINUES: Final = _body(executionId="{first-message/executionId}")
UNKNOWN_AGENT: Final = EXECUTE.replace("{agent}", MADE_UP)
ORDER: Final = ("checks-in-order",)

AFTER_A_REPLY: Final = ("first-message",)
"""Probes that show nothing unless the agent exists and replies."""

EXECUTE_PROBES: Final = (
    # Conversations
    Probe("first-message", ("reply", "session-start", "response-in-one-piece"), agent="agent"),
    Probe("session-continues", ("session-continue", "interaction-new-each-turn"), CONTINUES),
    Probe("same-message-again", ("no-idempotency",), CONTINUES),
    Probe(
        "session-continues-on-the-old-path", ("paths-share-sessions",), CONTINUES, path=OLD_EXECUTE
    ),
    Probe(
        "empty-optional-fields",
        ("empty-optionals-accepted",),
        _body(executionId="", versionId="", inputVariables={}, attachments=[], contactId=""),
        after=AFTER_A_REPLY,
    ),
    # Sessions
    Probe(
        "unknown-session",
        ("session-unknown", "session-unknown-400", "session-unknown-new-session"),
        _body(executionId=MADE_UP),
        after=AFTER_A_REPLY,
    ),
    Probe(
        "session-of-another-agent",
        ("session-foreign-agent", "session-foreign-agent-400"),
        CONTINUES,
        path="/agent-studio/agent/{other-agent}/execute",
    ),
    Probe("first-message-before-a-pause", ("session-start",), effect=Effect.SLOW),
    Probe(
        "session-after-29-minutes",
        ("session-expiry",),
        _body(executionId="{first-message-before-a-pause/executionId}"),
        effect=Effect.SLOW,
        wait_seconds=29 * 60,
    ),
    Probe(
        "session-after-31-minutes",
        ("session-expired", "session-expired-400"),
        _body(executionId="{session-after-29-minutes/executionId}"),
        effect=Effect.SLOW,
        wait_seconds=31 * 60,
    ),
    # Authorization
    Probe("no-token", ("token-invalid",), bearer="", compared=("www-authenticate",)),
    Probe(
        "malformed-token", ("token-invalid",), bearer="", headers={"authorization": "Bearer 401"}
    ),
    Probe(
        "unknown-token",
        ("token-unknown",),
        bearer="",
        headers={"authorization": f"Bearer {UNKNOWN_TOKEN}"},
    ),
    Probe("token-that-has-expired", ("token-expired",), bearer="expired-token"),
    Probe("token-of-an-agency", ("token-class-unsupported",), bearer="agency-token"),
    Probe("no-version", ("version-missing",), headers={"version": None}),
    Probe("unknown-version", ("version-unknown",), headers={"version": "1999-12-31"}),
    *(
        Probe(f"version-{each}", ("versions-accepted",), NO_MESSAGE, headers={"version": each})
        for each in ("2021-04-15", "2021-07-28", "2023-02-21", "v3")
    ),
    Probe("version-legacy", ("version-legacy",), NO_MESSAGE, headers={"version": "legacy"}),
    Probe("token-without-scope", SCOPE, bearer="unscoped-token"),
    Probe("no-location", ("location-missing",), _body(locationId=...)),
    Probe("token-of-another-location", LOCATION, bearer="other-location-token"),
    # Order of the checks: each request has two errors.
    Probe("token-before-version", ORDER, bearer="", headers={"version": None}),
    Probe("version-before-location", ORDER, _body(locationId=...), headers={"version": None}),
    Probe("version-before-scope", ORDER, bearer="unscoped-token", headers={"version": None}),
    Probe("scope-before-location", ORDER, _body(locationId=...), bearer="unscoped-token"),
    Probe("location-before-body", ORDER, {"message": 3}),
    Probe("foreign-location-before-body", ORDER, NO_MESSAGE, bearer="other-location-token"),
    Probe("body-before-agent", ORDER, NO_MESSAGE, path=UNKNOWN_AGENT),
    Probe("agent-before-session", ORDER, _body(executionId=MADE_UP), path=UNKNOWN_AGENT),
    # The body and the query
    Probe("no-message", ("body-invalid",), NO_MESSAGE),
    Probe("empty-message", ("body-invalid",), _body(message="")),
    Probe("message-is-a-number", ("body-invalid",), _body(message=3)),
    Probe("attachment-is-a-text", ("body-invalid",), _body(attachments=["url"])),
    Probe("attachment-is-empty", ("body-invalid",), _body(attachments=[{}])),
    Probe("body-is-a-list", ("body-invalid",), []),
    Probe(
        "several-violations",
        ("violations-all-at-once",),
        _body(message=3, executionId=4, inputVariables="five"),
    ),
    Probe(
        "unknown-property",
        ("unknown-property-rejected",),
        _body(input="Hello"),
        after=AFTER_A_REPLY,
    ),
    Probe("body-is-no-json", ("body-malformed",), b"{"),
    Probe("body-is-empty", ("body-malformed",), b""),
    Probe(
        "body-is-plain-text", ("media-type-unsupported",), headers={"content-type": "text/plain"}
    ),
    Probe(
        "body-is-too-large", ("body-too-large",), _body(message="x" * MEBIBYTE), effect=Effect.LARGE
    ),
    Probe("source-in-query", ("source-query-ignored",), NO_MESSAGE, query="source=public_api"),
    Probe(
        "location-in-query",
        ("unknown-query-rejected", "query-unknown", "query-unknown-400"),
        query="locationId={location}",
        after=AFTER_A_REPLY,
    ),
    # Agents and versions
    Probe("unknown-agent", ("agent-unknown",), path=UNKNOWN_AGENT),
    *(
        Probe(
            f"execute-{state}-agent",
            (f"agent-{state}", "published-only"),
            path=EXECUTE.replace("agent}", f"{state}-agent}}"),
        )
        for state in ("inactive", "unpublished")
    ),
    Probe(
        "unknown-agent-version",
        ("version-unpublished",),
        _body(versionId=MADE_UP),
        after=AFTER_A_REPLY,
    ),
    # Routes
    Probe(
        "unknown-path",
        ("route-unknown",),
        NO_MESSAGE,
        path="/agent-studio/leadway-verify/no-such-path",
    ),
    Probe(
        "method-of-another-path",
        ("method-not-allowed", "method-not-allowed-401"),
        None,
        method="GET",
        compared=("allow",),
    ),
    Probe("slash-at-the-end", ("trailing-slash",), NO_MESSAGE, path=f"{EXECUTE}/"),
    Probe("two-slashes", ("path-as-sent",), NO_MESSAGE, path=f"/{EXECUTE}"),
    # Limits
    Probe("limits", ("quota-windows",), NO_MESSAGE, compared=QUOTA_HEADERS),
    Probe(
        "limits-on-an-error-of-the-token",
        ("quota-headers-always",),
        NO_MESSAGE,
        headers={"version": "1999-12-31"},
        compared=QUOTA_HEADERS,
    ),
)
