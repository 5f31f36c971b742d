"""Clauses: the requirements of Leadway's API, one sentence each.

A clause rests on rows of the contract (examples, behaviours, schemas, headers) and has the weakest
evidence of them. A clause without rows states its own evidence.
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
        "A message without `executionId` starts a session; the response contains its id.",
        ("session-start",),
    ),
    Clause(
        "each-first-message-starts-a-session",
        "Two first messages start two sessions.",
        ("session-start",),
    ),
    Clause(
        "session-continues",
        "A message with an `executionId` continues that session; the response repeats the id.",
        ("session-continue",),
    ),
    Clause(
        "turns-count-per-session",
        "The agent receives the number of the turn; each session counts its own turns.",
        ("session-continue",),
    ),
    Clause(
        "session-continues-on-the-other-path",
        "A session that starts on one path continues on the other, and back.",
        ("paths-share-sessions",),
    ),
    Clause(
        "turns-count-on-both-paths",
        "Turns of one session are counted together, whichever path they use.",
        ("paths-share-sessions",),
    ),
    Clause(
        "interaction-id-is-new",
        "Each response has a new `interactionId`.",
        ("interaction-new-each-turn",),
    ),
    Clause(
        "eleven-fields",
        "A response has all eleven fields with their types; the generated client parses them.",
        ("ExecuteAgentResponse",),
    ),
    Clause(
        "one-json-object",
        "A response is one JSON object, not a stream.",
        ("response-in-one-piece",),
    ),
    Clause(
        "links-continue-the-session",
        "The contract's links lead from a response to the next message of its session.",
        ("continueConversation", "continueConversationByOldPath"),
    ),
    Clause(
        "duplicate-message-is-processed-twice",
        "The same message sent twice is processed twice: there is no idempotency.",
        ("no-idempotency",),
    ),
    Clause(
        "every-field-is-accepted",
        "A message may have every field of the contract at once.",
        ("every-field",),
    ),
    Clause(
        "every-field-reaches-the-agent",
        "Input variables, attachments and contact reach the agent unchanged.",
        ("every-field",),
    ),
    Clause(
        "any-text-reaches-the-agent",
        "Text in any writing system reaches the agent and comes back unchanged.",
        evidence="inferred",
    ),
    Clause(
        "empty-optionals-are-absent",
        "An empty optional field counts as absent.",
        ("empty-optionals-accepted",),
    ),
    Clause(
        "source-changes-nothing",
        "The query parameter `source` may have any value.",
        ("source-query-ignored",),
    ),
    Clause(
        "ids-look-like-the-samples",
        "New ids have 24 lower-case letters and digits, like the vendor's samples.",
        ("ids-opaque",),
    ),
    Clause(
        "goal-is-completed",
        "`goalCompletion` turns true on the turn that reaches the goal.",
        ("reply-goal-completed",),
    ),
    Clause(
        "rejected-message-is-not-a-turn",
        "A rejected message does not change its session.",
        evidence="inferred",
    ),
    Clause(
        "conversations-are-isolated",
        "64 parallel conversations of 20 turns do not affect each other.",
        ("session-continue",),
    ),
    Clause(
        "parallel-turns-have-distinct-numbers",
        "Parallel messages of one session get consecutive turn numbers, without duplicates.",
        evidence="invented",
    ),
    Clause(
        "same-seed-same-responses",
        "Two new servers with the same seed return the same ids and responses.",
        evidence="invented",
    ),
)

AUTHORIZATION = (
    Clause(
        "token-is-required",
        "Without a bearer token, or with a malformed one: 401 `Invalid JWT`.",
        ("token-invalid",),
    ),
    Clause(
        "token-error-has-www-authenticate",
        "A 401 has `WWW-Authenticate`, as HTTP requires.",
        ("WWW-Authenticate",),
    ),
    Clause(
        "unknown-token-is-rejected",
        "With an unknown Private Integration Token: 401 `Invalid Private Integration token`.",
        ("token-unknown",),
    ),
    Clause(
        "expired-token-is-rejected",
        "With an expired JSON Web Token: 401 `Invalid token: access token is invalid`.",
        ("token-expired",),
    ),
    Clause(
        "version-is-required",
        "Without `Version`: 401 `version header was not found.`",
        ("version-missing",),
    ),
    Clause(
        "unknown-version-is-rejected",
        "With an unknown `Version`: 401 `version header is invalid`.",
        ("version-unknown",),
    ),
    Clause(
        "four-versions-are-accepted",
        "`2021-04-15`, `2021-07-28`, `2023-02-21` and `v3` are accepted.",
        ("versions-accepted",),
    ),
    Clause(
        "scope-is-required",
        "With a token without the scope `agent-studio.write`: 403, as documented.",
        ("scope-missing-documented",),
    ),
    Clause(
        "scope-error-depends-on-the-profile",
        "With the profile `observed`, the same token gets 401.",
        ("scope-by-profile", "scope-missing-observed"),
    ),
    Clause(
        "location-is-required",
        "Without `locationId`, or with an empty one: 400 `locationId is required`.",
        ("location-missing",),
    ),
    Clause(
        "foreign-location-is-rejected",
        "With a token of another location: 403 `The token does not have access to this location.`",
        ("location-forbidden",),
    ),
    Clause(
        "checks-run-in-order",
        "Checks run in this order: token, version, scope, location, body, resource.",
        ("guards-in-order",),
    ),
)

BODIES = (
    Clause(
        "violation-wording",
        "Violations have the platform's wording: `message must be a string`.",
        ("body-invalid",),
    ),
    Clause(
        "violations-all-at-once",
        "The `message` of one response lists all violations.",
        ("violations-all-at-once",),
    ),
    Clause(
        "violations-envelope",
        "A 422 has `message`, `error`, `statusCode` and `traceId`, in that order.",
        ("body-invalid",),
    ),
    Clause(
        "unknown-property-is-rejected",
        "With a property that is not in the contract: 422 `property input should not exist`.",
        ("unknown-property-rejected",),
    ),
    Clause(
        "unknown-property-can-be-ignored",
        "A setting ignores such a property.",
        ("unknown-property-rejected",),
    ),
    Clause(
        "hint-suggests-the-property",
        "A hint suggests `message` for `input`, and `imageUrl` for `url`.",
        ("hint-sent", "X-Mock-Hint"),
    ),
    Clause(
        "body-must-be-an-object",
        "JSON that is not an object is rejected like any other violation.",
        ("body-invalid",),
    ),
    Clause(
        "body-must-be-json",
        "Invalid JSON, and JSON that parsers read differently, gets 400.",
        ("body-malformed",),
    ),
    Clause(
        "media-type-must-be-json",
        "A body with another media type than `application/json`, or without one, gets 415.",
        ("media-type-unsupported",),
    ),
    Clause(
        "body-must-be-plain-utf-8",
        "A compressed body, or one in another charset than UTF-8, gets 415.",
        ("media-type-unsupported",),
    ),
    Clause(
        "body-size-is-limited",
        "A body above the limit gets 413.",
        ("body-too-large",),
    ),
)

RESOURCES = (
    Clause(
        "agent-must-exist",
        "An unknown agent: 404 `Agent not found`.",
        ("agent-unknown",),
    ),
    Clause(
        "agent-must-be-active",
        "An agent that is not active: 400 `Agent is not active`.",
        ("agent-inactive",),
    ),
    Clause(
        "agent-must-be-published",
        "An agent that was never published: 404 `Agent not found`.",
        ("published-only", "agent-unpublished"),
    ),
    Clause(
        "latest-version-by-default",
        "The published version runs without `versionId`, and also with its id.",
        ("version-latest-by-default",),
    ),
    Clause(
        "version-must-be-published",
        "A `versionId` that is not published: 404 with a message that says what to do.",
        ("version-unpublished",),
    ),
    Clause(
        "unknown-session-is-rejected",
        "An unknown `executionId`: 404 with a message that says how to start a session.",
        ("session-unknown",),
    ),
    Clause(
        "session-belongs-to-its-agent",
        "An `executionId` of another agent: 404.",
        ("session-foreign-agent",),
    ),
    Clause(
        "session-belongs-to-its-location",
        "An `executionId` of another location: 404.",
        ("session-foreign-location",),
    ),
    Clause(
        "session-expires",
        "A session that was idle too long: 404 with a message that says so.",
        ("session-expiry", "session-expired"),
    ),
    Clause(
        "each-turn-renews-the-session",
        "Each turn restarts the idle time.",
        ("session-expiry",),
    ),
    Clause(
        "session-errors-can-be-400",
        "With a setting, all four session errors have status 400.",
        (
            "session-unknown-400",
            "session-expired-400",
            "session-foreign-agent-400",
            "session-foreign-location-400",
        ),
    ),
    Clause(
        "unknown-session-can-start-a-new-one",
        "With a setting, an unknown session becomes a new one.",
        ("session-unknown-new-session",),
    ),
)

ROUTES = (
    Clause(
        "route-must-exist",
        "Any other path, whatever the method: 404 `Cannot POST /x`.",
        ("route-unknown",),
    ),
    Clause(
        "method-must-exist",
        "Any other method of a path: 405 with `Allow`.",
        ("method-not-allowed", "Allow"),
    ),
    Clause(
        "errors-are-json",
        "Every error is JSON with `message` and its status.",
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
        "They state the documented limits: 100 requests in 10 seconds, and 200,000 a day.",
        ("quota-windows",),
    ),
    Clause(
        "quota-headers-on-errors",
        "An error response has them too.",
        ("quota-headers-always",),
    ),
    Clause(
        "quota-counts-down",
        "Each message counts for its token and location, and for no other.",
        ("X-RateLimit-Daily-Remaining",),
    ),
    Clause(
        "quota-is-enforced-on-request",
        "An enforced quota that is used up: 429 with `Retry-After`, for this location only.",
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
        "Responses on the old path have `Deprecation` and `Link`; on the current path, neither.",
        ("deprecated-path-marked",),
    ),
    Clause(
        "responses-name-their-rule",
        "Every response names its rule and the evidence for it.",
        ("evidence-sent", "X-Mock-Rule", "X-Mock-Evidence"),
    ),
    Clause(
        "responses-have-trace-ids",
        "Every response has a new `X-Trace-Id`, which is the `traceId` of a 422.",
        ("X-Trace-Id",),
    ),
    Clause(
        "attachments-are-never-fetched",
        "The URL of an attachment is never fetched.",
        ("attachment-never-fetched",),
    ),
    Clause(
        "prefer-selects-an-example",
        "`Prefer: code=…, example=…` selects each example of the contract, word for word.",
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
        "`Prefer: code=…` alone selects a status; in the query it is `__code`.",
        ("prefer-selects-example",),
    ),
    Clause(
        "preference-is-confirmed",
        "`Preference-Applied` repeats the preference that was applied, and is absent without one.",
        ("Preference-Applied",),
    ),
    Clause(
        "unsatisfiable-prefer-is-rejected",
        "A preference that the contract does not have: 400 with a message that says so.",
        ("prefer-unsatisfiable",),
    ),
)

DIALOGUES = (
    Clause(
        "dialogue-replaces-the-agent",
        "A session plays the dialogue that its first message starts, and no other.",
        ("dialogue-played",),
    ),
    Clause(
        "session-keeps-its-dialogue",
        "A session keeps the dialogue as it was when the session started.",
        ("dialogue-version-kept",),
    ),
    Clause(
        "files-are-reloaded",
        "A changed file is reloaded; an invalid one is reported and changes nothing.",
        ("files-reloaded",),
    ),
    Clause(
        "unscripted-message-is-reported",
        "A message that a dialogue does not expect gets a response that says so; nothing changes.",
        ("unscripted-message",),
    ),
    Clause(
        "unscripted-message-can-have-a-fallback",
        "A dialogue may have a fallback response for it.",
        ("dialogue-fallback",),
    ),
    Clause(
        "unscripted-message-can-be-rejected",
        "A dialogue may reject it with status 400.",
        ("unscripted-rejected",),
    ),
)

SECTIONS: Mapping[str, tuple[Clause, ...]] = {
    "Conversations": CONVERSATIONS,
    "Authorization": AUTHORIZATION,
    "The body": BODIES,
    "Agents and sessions": RESOURCES,
    "Routes": ROUTES,
    "Limits": LIMITS,
    "Extensions of the mock": EXTENSIONS,
    "Dialogues": DIALOGUES,
}

CLAUSES: Mapping[str, Clause] = {
    clause.id: clause for section in SECTIONS.values() for clause in section
}
