"""Clauses: the requirements of Leadway's API, one sentence each.

A clause rests on rows of the contract (examples, behaviours, schemas, headers), which state their
evidence. A clause without rows states its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement, which a test verifies, and the rows of the contract behind it."""

    id: str
    sentence: str
    rests_on: tuple[str, ...] = ()
    evidence: str = ""
    """Only for a clause without rows."""


CONVERSATIONS = (
    Clause(
        "first-message-starts-a-session",
        "A message without `executionId` starts a session.",
        ("session-start",),
    ),
    Clause(
        "each-first-message-starts-a-session",
        "Two first messages start two sessions.",
        ("session-start",),
    ),
    Clause(
        "session-continues",
        "A message with an `executionId` continues that session.",
        ("session-continue",),
    ),
    Clause(
        "turns-count-per-session",
        "Each session counts its own turns.",
        ("session-continue",),
    ),
    Clause(
        "session-continues-on-the-other-path",
        "Both paths continue the same sessions.",
        ("paths-share-sessions",),
    ),
    Clause(
        "turns-count-on-both-paths",
        "Both paths count the same turns.",
        ("paths-share-sessions",),
    ),
    Clause(
        "interaction-id-is-new",
        "Each response has a new `interactionId`.",
        ("interaction-new-each-turn",),
    ),
    Clause(
        "eleven-fields",
        "A response has all eleven fields with their types.",
        ("ExecuteAgentResponse",),
    ),
    Clause(
        "one-json-object",
        "A response is one JSON object, not a stream.",
        ("response-in-one-piece",),
    ),
    Clause(
        "links-continue-the-session",
        "The contract's links continue the session.",
        ("continueConversation", "continueConversationByOldPath"),
    ),
    Clause(
        "duplicate-message-is-processed-twice",
        "A repeated message is processed twice.",
        ("no-idempotency",),
    ),
    Clause(
        "every-field-is-accepted",
        "A message may have every field at once.",
        ("every-field",),
    ),
    Clause(
        "every-field-reaches-the-agent",
        "Each field reaches the agent unchanged.",
        ("every-field",),
    ),
    Clause(
        "any-text-reaches-the-agent",
        "Text in any script reaches the agent unchanged.",
        evidence="inferred",
    ),
    Clause(
        "empty-optionals-are-absent",
        "Empty optional fields count as absent.",
        ("empty-optionals-accepted",),
    ),
    Clause(
        "source-changes-nothing",
        "The query parameter `source` is ignored.",
        ("source-query-ignored",),
    ),
    Clause(
        "ids-look-like-the-samples",
        "New ids have 24 lower-case letters and digits.",
        ("ids-opaque",),
    ),
    Clause(
        "goal-is-completed",
        "`goalCompletion` is true on the turn that reaches the goal.",
        ("reply-goal-completed",),
    ),
    Clause(
        "rejected-message-is-not-a-turn",
        "A rejected message does not change its session.",
        evidence="inferred",
    ),
    Clause(
        "conversations-are-isolated",
        "64 parallel conversations do not mix.",
        ("session-continue",),
    ),
    Clause(
        "parallel-turns-have-distinct-numbers",
        "Parallel messages of a session get consecutive numbers.",
        evidence="invented",
    ),
    Clause(
        "same-seed-same-responses",
        "The same seed gives the same responses.",
        evidence="invented",
    ),
)

AUTHORIZATION = (
    Clause(
        "token-is-required",
        "No or a malformed bearer token: 401 `Invalid JWT`.",
        ("token-invalid",),
    ),
    Clause(
        "token-error-has-www-authenticate",
        "A 401 has `WWW-Authenticate`, as HTTP requires.",
        ("WWW-Authenticate",),
    ),
    Clause(
        "unknown-token-is-rejected",
        "Unknown token: 401 `Invalid Private Integration token`.",
        ("token-unknown",),
    ),
    Clause(
        "expired-token-is-rejected",
        "Expired JWT: 401 `Invalid token: access token is invalid`.",
        ("token-expired",),
    ),
    Clause(
        "version-is-required",
        "No `Version`: 401 `version header was not found.`",
        ("version-missing",),
    ),
    Clause(
        "unknown-version-is-rejected",
        "Unknown `Version`: 401 `version header is invalid`.",
        ("version-unknown",),
    ),
    Clause(
        "known-versions-are-accepted",
        "`2021-04-15`, `2021-07-28`, `2023-02-21`, `v3` and `legacy` are accepted.",
        ("versions-accepted", "version-legacy"),
    ),
    Clause(
        "scope-is-required",
        "Token without the scope `agent-studio.write`: 403.",
        ("scope-missing-documented",),
    ),
    Clause(
        "scope-error-depends-on-the-profile",
        "The same with the profile `observed`: 401.",
        ("scope-by-profile", "scope-missing-observed"),
    ),
    Clause(
        "location-is-required",
        "No or an empty `locationId`: 400 `locationId is required`.",
        ("location-missing",),
    ),
    Clause(
        "foreign-location-is-rejected",
        "Token of another location: 403 `The token does not have access to this location.`",
        ("location-forbidden",),
    ),
    Clause(
        "location-error-depends-on-the-profile",
        "With `observed`: 401 `This location is not accessible from this token!`",
        ("location-forbidden-401",),
    ),
    Clause(
        "checks-run-in-order",
        "Order: token, version, scope, location, body, resource.",
        ("checks-in-order",),
    ),
)

BODIES = (
    Clause(
        "violation-wording",
        "Violations have the platform's wording.",
        ("body-invalid",),
    ),
    Clause(
        "violations-all-at-once",
        "One response lists all violations.",
        ("violations-all-at-once",),
    ),
    Clause(
        "violations-envelope",
        "A 422 has `message`, `error`, `statusCode`, `traceId`.",
        ("body-invalid",),
    ),
    Clause(
        "unknown-property-is-rejected",
        "Unknown property: 422 `property input should not exist`.",
        ("unknown-property-rejected",),
    ),
    Clause(
        "unknown-property-can-be-ignored",
        "A setting ignores it.",
        ("unknown-property-rejected",),
    ),
    Clause(
        "unknown-query-is-rejected",
        "Unknown query parameter: 422 `property locationId should not exist`.",
        ("unknown-query-rejected", "query-unknown"),
    ),
    Clause(
        "unknown-query-is-a-setting",
        "A setting makes it 400, or ignores it.",
        ("unknown-query-rejected", "query-unknown-400"),
    ),
    Clause(
        "hint-suggests-the-property",
        "A hint suggests `message` for `input`, and `imageUrl` for `url`.",
        ("hint-sent", "X-Mock-Hint"),
    ),
    Clause(
        "body-must-be-an-object",
        "A body that is no object: 422.",
        ("body-invalid",),
    ),
    Clause(
        "body-must-be-json",
        "Invalid or ambiguous JSON: 400.",
        ("body-malformed",),
    ),
    Clause(
        "media-type-must-be-json",
        "No or another media type: 415.",
        ("media-type-unsupported",),
    ),
    Clause(
        "body-must-be-plain-utf-8",
        "Compression, or another charset than UTF-8: 415.",
        ("media-type-unsupported",),
    ),
    Clause(
        "body-size-is-limited",
        "A body above the limit: 413.",
        ("body-too-large",),
    ),
)

RESOURCES = (
    Clause(
        "agent-must-exist",
        "Unknown agent: 404 `Agent not found`.",
        ("agent-unknown",),
    ),
    Clause(
        "agent-must-be-active",
        "Inactive agent: 400 `Agent is not active`.",
        ("agent-inactive",),
    ),
    Clause(
        "agent-must-be-published",
        "Unpublished agent: 404 `Agent not found`.",
        ("published-only", "agent-unpublished"),
    ),
    Clause(
        "latest-version-by-default",
        "The published version runs with and without `versionId`.",
        ("version-latest-by-default",),
    ),
    Clause(
        "version-must-be-published",
        "Unpublished `versionId`: 404 with a hint.",
        ("version-unpublished",),
    ),
    Clause(
        "unknown-session-is-rejected",
        "Unknown `executionId`: 404 with a hint.",
        ("session-unknown",),
    ),
    Clause(
        "session-belongs-to-its-agent",
        "`executionId` of another agent: 404.",
        ("session-foreign-agent",),
    ),
    Clause(
        "session-belongs-to-its-location",
        "`executionId` of another location: 404.",
        ("session-foreign-location",),
    ),
    Clause(
        "session-expires",
        "Expired session: 404 with a hint.",
        ("session-expiry", "session-expired"),
    ),
    Clause(
        "each-turn-renews-the-session",
        "A turn restarts the idle time.",
        ("session-expiry",),
    ),
    Clause(
        "session-errors-can-be-400",
        "A setting gives the four session errors status 400.",
        (
            "session-unknown-400",
            "session-expired-400",
            "session-foreign-agent-400",
            "session-foreign-location-400",
        ),
    ),
    Clause(
        "unknown-session-can-start-a-new-one",
        "A setting starts a new session for an unknown one.",
        ("session-unknown-new-session",),
    ),
)

ROUTES = (
    Clause(
        "route-must-exist",
        "Any other path: 404 `Cannot POST /x`.",
        ("route-unknown",),
    ),
    Clause(
        "method-must-exist",
        "Any other method: 405 with `Allow`.",
        ("method-not-allowed", "Allow"),
    ),
    Clause(
        "routes-depend-on-the-profile",
        "With `observed`: another method 401; a final slash is ignored.",
        ("method-not-allowed-401", "trailing-slash"),
    ),
    Clause(
        "errors-are-json",
        "Every error is JSON with `message` and status.",
        ("Error",),
    ),
)

LIMITS = (
    Clause(
        "quota-headers-on-responses",
        "A response has the five `X-RateLimit` headers.",
        ("X-RateLimit-Limit-Daily", "X-RateLimit-Remaining"),
    ),
    Clause(
        "quota-headers-state-the-limits",
        "They state 100 in 10 seconds, and 200,000 a day.",
        ("quota-windows",),
    ),
    Clause(
        "quota-headers-on-errors",
        "Errors have them, too.",
        ("quota-headers-always",),
    ),
    Clause(
        "quota-counts-down",
        "A message counts for its token and location.",
        ("X-RateLimit-Daily-Remaining",),
    ),
    Clause(
        "quota-is-enforced-on-request",
        "Enforced quota, used up: 429 with `Retry-After`, for this location only.",
        ("quota-windows", "quota-exceeded"),
    ),
    Clause(
        "retry-after-is-a-setting",
        "A setting omits `Retry-After`.",
        ("retry-after-sent",),
    ),
)

EXTENSIONS = (
    Clause(
        "deprecated-path-is-marked",
        "Only the old path has `Deprecation` and `Link`.",
        ("deprecated-path-marked",),
    ),
    Clause(
        "responses-name-their-rule",
        "A response names its rule and evidence.",
        ("evidence-sent", "X-Mock-Rule", "X-Mock-Evidence"),
    ),
    Clause(
        "responses-have-trace-ids",
        "Every response has a new `X-Trace-Id`, the `traceId` of a 422.",
        ("X-Trace-Id",),
    ),
    Clause(
        "attachments-are-never-fetched",
        "Attachments are never fetched.",
        ("attachment-never-fetched",),
    ),
    Clause(
        "prefer-selects-an-example",
        "`Prefer: example=…` selects each example, verbatim.",
        (
            "prefer-selects-example",
            "reply",
            "server-error",
            "upstream-timeout",
            "proxy-bad-gateway",
            "proxy-unavailable",
        ),
    ),
    Clause(
        "prefer-selects-a-status",
        "`Prefer: code=…`, or `__code` in the query, selects a status.",
        ("prefer-selects-example",),
    ),
    Clause(
        "preference-is-confirmed",
        "`Preference-Applied` repeats the preference.",
        ("Preference-Applied",),
    ),
    Clause(
        "unsatisfiable-prefer-is-rejected",
        "Unknown preference: 400.",
        ("prefer-unsatisfiable",),
    ),
)

DIALOGUES = (
    Clause(
        "dialogue-replaces-the-agent",
        "The first message selects the dialogue.",
        ("dialogue-played",),
    ),
    Clause(
        "session-keeps-its-dialogue",
        "A session keeps its version of the dialogue.",
        ("dialogue-version-kept",),
    ),
    Clause(
        "files-are-reloaded",
        "Changed files are reloaded, invalid ones reported.",
        ("files-reloaded",),
    ),
    Clause(
        "unscripted-message-is-reported",
        "Unexpected message: a response says so; nothing changes.",
        ("unscripted-message",),
    ),
    Clause(
        "unscripted-message-can-have-a-fallback",
        "A dialogue may have a fallback for it.",
        ("dialogue-fallback",),
    ),
    Clause(
        "unscripted-message-can-be-rejected",
        "A dialogue may reject it: 400.",
        ("unscripted-rejected",),
    ),
)

AGENTS = (
    Clause(
        "agent-is-created",
        "A new agent has one `staging` version.",
        ("agent-created",),
    ),
    Clause(
        "created-agent-is-listed-and-read",
        "It is listed, and read with its versions.",
        ("agents", "agent"),
    ),
    Clause(
        "version-content-is-kept",
        "Nodes, edges and unknown fields are kept as sent.",
        ("agent-content-kept", "agent-version-updated"),
    ),
    Clause(
        "only-a-published-agent-runs",
        "It runs once it is published; before: 404 `Agent not found`.",
        ("agent-states", "agent-unpublished"),
    ),
    Clause(
        "publishing-makes-a-draft",
        "Publishing makes a version `prod`, and a new draft from it.",
        ("agent-published",),
    ),
    Clause(
        "a-version-is-published-once",
        "A published version: 400 `Only draft versions can be promoted`.",
        ("version-not-draft",),
    ),
    Clause(
        "one-of-concurrent-publications-succeeds",
        "Of concurrent publications of a version, one succeeds.",
        ("concurrent-publish",),
    ),
    Clause(
        "metadata-is-changed",
        "Name, description and status change; an inactive agent cannot be read or executed.",
        ("agent-updated", "agent-unavailable", "agent-inactive"),
    ),
    Clause(
        "deleted-agent-is-gone",
        "A deleted agent, its versions and open sessions: 404.",
        ("agent-deleted", "agent-version-unknown", "agent-states"),
    ),
    Clause(
        "agents-belong-to-their-location",
        "Agents of other locations: 404, and not listed.",
        ("agents-of-one-location",),
    ),
    Clause(
        "lists-of-agents-are-paged",
        "`limit`, `offset` and `isPublished` select from a list, which keeps its order.",
        ("agents-in-order", "list-without-paging"),
    ),
    Clause(
        "old-paths-read-agents",
        "The deprecated paths list and read published agents.",
        ("agents", "agent"),
    ),
    Clause(
        "built-in-agents-are-read-only",
        "Changing a built-in agent: 403.",
        ("agent-read-only",),
    ),
    Clause(
        "agents-need-scopes",
        "Token without scope: 403 or 401.",
        ("scope-by-profile",),
    ),
    Clause(
        "observed-rules-of-agents-are-settings",
        "Settings require the author, fail on nodes, and restrict what is published.",
        ("create-failed-on-nodes", "author-fields", "publishable-states", "list-without-paging"),
    ),
)

MANAGED_AGENTS = (
    Clause(
        "managed-agent-replies",
        "A reply has its five required fields.",
        ("ExecuteManagedAgentResponse", "managed-reply"),
    ),
    Clause(
        "managed-session-continues",
        "A `sessionId` continues that session.",
        ("continueManagedConversation",),
    ),
    Clause(
        "managed-turns-count",
        "Sessions count their turns.",
        ("continueManagedConversation",),
    ),
    Clause(
        "managed-session-errors",
        "Unknown or another agent's session: 404.",
        ("session-unknown", "session-foreign-agent"),
    ),
    Clause(
        "managed-agents-are-listed",
        "Published agents are listed.",
        ("managed-agents",),
    ),
    Clause(
        "managed-agents-are-paged-and-searched",
        "`skip`, `limit` and `query` select from them.",
        ("managed-agents",),
    ),
    Clause(
        "managed-agent-is-read",
        "An agent is read by its id.",
        ("managed-agent",),
    ),
    Clause(
        "managed-agent-must-be-published",
        "An unpublished one is not listed: 404.",
        ("managed-published-only", "agent-unpublished"),
    ),
    Clause(
        "managed-and-other-agents-differ",
        "Each kind of agent has its own paths.",
        ("agent-unknown",),
    ),
    Clause(
        "managed-agents-need-v3",
        "With an older `Version`: 404 `Cannot POST /x`.",
        ("route-not-in-version",),
    ),
    Clause(
        "query-is-validated",
        "Invalid query parameters: 422 with all violations.",
        ("query-invalid",),
    ),
    Clause(
        "managed-scope-is-required",
        "Token without `managed-agents.write`: 403 or 401.",
        ("scope-by-profile",),
    ),
    Clause(
        "key-is-required",
        "No `Idempotency-Key`: 400.",
        ("idempotency-key-missing",),
    ),
    Clause(
        "key-length-is-limited",
        "A key of more than 128 characters: 400.",
        ("idempotency-key-invalid",),
    ),
    Clause(
        "key-repeats-the-response",
        "The same key and request: the same bytes, and no second turn.",
        ("idempotency-key-repeated", "managed-reply-repeated"),
    ),
    Clause(
        "key-belongs-to-its-request",
        "The same key with another body: 422.",
        ("idempotency-key-reused",),
    ),
    Clause(
        "order-of-properties-is-no-change",
        "The order of properties does not matter.",
        ("idempotency-key-repeated",),
    ),
    Clause(
        "rejected-request-leaves-the-key-unused",
        "A rejected request leaves its key unused.",
        ("idempotency-key-repeated",),
    ),
    Clause(
        "managed-message-is-limited",
        "A message has 1 to 10,000 characters, not all white space; ids 256.",
        ("ExecuteManagedAgentRequest",),
    ),
    Clause(
        "extra-variables-are-limited",
        "`extraVariables` have at most 32 KiB and five levels.",
        ("variables-too-large",),
    ),
    Clause(
        "reserved-variables-are-rejected",
        "Reserved names in any spelling: 400.",
        ("variable-reserved",),
    ),
    Clause(
        "reserved-names-below-own-ones-are-accepted",
        "Below another name they are accepted.",
        ("ExtraVariables",),
    ),
    Clause(
        "key-is-forgotten",
        "A key is forgotten after a time that is a setting.",
        ("idempotency-key-forgotten",),
    ),
    Clause(
        "scope-of-keys-is-a-setting",
        "A setting decides who shares keys.",
        ("idempotency-key-scope",),
    ),
    Clause(
        "key-of-another-request-is-a-setting",
        "A setting repeats the first response, or processes the request.",
        ("idempotency-key-other-request",),
    ),
    Clause(
        "managed-quota-is-retryable",
        "Enforced quota, used up: 429 with `retryable` and `Retry-After`.",
        ("quota-exceeded-retryable",),
    ),
)

TOKENS = (
    Clause(
        "agency-token-is-rejected",
        "Token of an agency: 401 `E-102. This AuthClass is not yet supported!`",
        ("token-class-unsupported", "token-claims"),
    ),
    Clause(
        "code-is-exchanged-once",
        "An authorization code brings tokens, once.",
        ("access-token", "authorization-code-once", "authorization-code-invalid"),
    ),
    Clause(
        "refresh-token-rotates",
        "So does a refresh token; then 400 `invalid_grant`.",
        ("refresh-token-rotates", "refresh-token-invalid", "refreshAccessToken"),
    ),
    Clause(
        "agency-gets-tokens-of-its-locations",
        "An agency's token brings one of a location; others: 401.",
        ("location-access-token", "token-class-location"),
    ),
)

ALL = (
    *CONVERSATIONS,
    *AUTHORIZATION,
    *BODIES,
    *RESOURCES,
    *AGENTS,
    *MANAGED_AGENTS,
    *TOKENS,
    *ROUTES,
    *LIMITS,
    *EXTENSIONS,
    *DIALOGUES,
)

CLAUSES: Mapping[str, Clause] = {clause.id: clause for clause in ALL}
