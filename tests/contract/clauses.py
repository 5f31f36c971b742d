"""The clauses: what everything that calls itself Leadway's API has to do, one sentence each.

A clause rests on rows of the contract (examples, behaviours, schemas, headers), and is no better
known than the weakest of them. What only the mock promises says so with a level of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence that a test shows to be true, and the contract's rows it rests on."""

    id: str
    sentence: str
    rests_on: tuple[str, ...] = ()
    level: str = ""
    """Given only where there is no row to rest on."""


CONVERSATIONS = (
    Clause(
        "first-message-opens-a-session",
        "A message without `executionId` is answered, and the answer names a session.",
        ("session-start",),
    ),
    Clause(
        "first-messages-open-sessions-of-their-own",
        "Two first messages get two sessions.",
        ("session-start",),
    ),
    Clause(
        "session-continues",
        "A message with the `executionId` of an answer is answered with the same one.",
        ("session-continue",),
    ),
    Clause(
        "agent-remembers",
        "The agent knows which turn of the session it hears; sessions do not count for each other.",
        ("session-continue",),
    ),
    Clause(
        "session-continues-on-the-other-path",
        "A session that began on one path goes on along the other, back and forth.",
        ("paths-share-sessions",),
    ),
    Clause(
        "agent-remembers-on-both-paths",
        "Turns of one session count on, whichever path they come by.",
        ("paths-share-sessions",),
    ),
    Clause(
        "interaction-is-new",
        "Each answer carries an `interactionId` of its own.",
        ("interaction-new-each-turn",),
    ),
    Clause(
        "eleven-fields",
        "An answer has all eleven fields, each of its type, and the generated client reads them.",
        ("ExecuteAgentResponse",),
    ),
    Clause(
        "one-json-object",
        "An answer is one JSON object in one piece, not a stream.",
        ("answer-in-one-piece",),
    ),
    Clause(
        "links-lead-on",
        "The contract's links lead from an answer to the next message of its session.",
        ("continueConversation", "continueConversationByOldPath"),
    ),
    Clause(
        "sent-twice-heard-twice",
        "The same message sent twice is heard twice: there is no idempotency.",
        ("no-idempotency",),
    ),
    Clause(
        "every-field-is-accepted",
        "A message may carry every field of the contract at once.",
        ("every-field",),
    ),
    Clause(
        "every-field-is-heard",
        "Input variables, attachments and contact reach the agent as they were sent.",
        ("every-field",),
    ),
    Clause(
        "any-script-is-heard",
        "Text in any script reaches the agent, and comes back, unharmed.",
        level="inferred",
    ),
    Clause(
        "empty-optionals-are-absent",
        "An optional field that is there and empty counts as left out.",
        ("empty-optionals-accepted",),
    ),
    Clause(
        "source-changes-nothing",
        "The query parameter `source` may have any value.",
        ("source-query-ignored",),
    ),
    Clause(
        "ids-look-like-the-samples",
        "Ids that are minted have 24 lower-case letters and digits, as the vendor's samples do.",
        ("ids-opaque",),
    ),
    Clause(
        "goal-is-completed",
        "`goalCompletion` turns true on the turn that reaches the goal.",
        ("reply-goal-completed",),
    ),
    Clause(
        "refused-message-is-not-a-turn",
        "A message that was refused leaves no trace in its session.",
        level="inferred",
    ),
    Clause(
        "conversations-never-mix",
        "64 conversations of 20 turns at the same time each hear only themselves.",
        ("session-continue",),
    ),
    Clause(
        "parallel-turns-have-distinct-numbers",
        "Messages that reach one session at the same time get turns without a gap or a double.",
        level="invented",
    ),
    Clause(
        "same-seed-same-answers",
        "Two fresh servers with the same seed give the same ids and the same answers.",
        level="invented",
    ),
)

GUARDS = (
    Clause(
        "token-has-to-be-there",
        "Without a bearer token, or with one that is no token: 401 `Invalid JWT`.",
        ("token-invalid",),
    ),
    Clause(
        "token-refusal-says-how",
        "A 401 carries `WWW-Authenticate`, as HTTP demands.",
        ("WWW-Authenticate",),
    ),
    Clause(
        "token-has-to-be-known",
        "A Private Integration Token that is unknown: 401 `Invalid Private Integration token`.",
        ("token-unknown",),
    ),
    Clause(
        "token-has-to-be-fresh",
        "A JSON Web Token that has expired: 401 `Invalid token: access token is invalid`.",
        ("token-expired",),
    ),
    Clause(
        "version-has-to-be-there",
        "Without `Version`: 401 `version header was not found.`",
        ("version-missing",),
    ),
    Clause(
        "version-has-to-be-known",
        "With an unknown `Version`: 401 `version header is invalid`.",
        ("version-unknown",),
    ),
    Clause(
        "four-versions-are-accepted",
        "`2021-04-15`, `2021-07-28`, `2023-02-21` and `v3` are accepted.",
        ("versions-accepted",),
    ),
    Clause(
        "scope-has-to-be-there",
        "A token without the scope `agent-studio.write`: 403, as documented.",
        ("scope-missing-documented",),
    ),
    Clause(
        "scope-refusal-follows-the-profile",
        "With the profile `observed`, the same token gets 401, as observed.",
        ("scope-by-profile", "scope-missing-observed"),
    ),
    Clause(
        "location-has-to-be-there",
        "Without `locationId`, or with an empty one: 400 `locationId is required`.",
        ("location-missing",),
    ),
    Clause(
        "location-has-to-be-the-tokens",
        "A token of another location: 403 `The token does not have access to this location.`",
        ("location-forbidden",),
    ),
    Clause(
        "guards-answer-in-order",
        "Token, version, scope, location, body, resource: the first that is wrong answers.",
        ("guards-in-order",),
    ),
)

BODIES = (
    Clause(
        "violation-wording",
        "A violation is worded as the platform words it: `message must be a string`.",
        ("body-invalid",),
    ),
    Clause(
        "violations-all-at-once",
        "Several violations are one answer, whose `message` lists them all.",
        ("violations-all-at-once",),
    ),
    Clause(
        "violations-envelope",
        "A 422 has `message`, `error`, `statusCode` and `traceId`, in that order.",
        ("body-invalid",),
    ),
    Clause(
        "unknown-property-is-refused",
        "A property that the contract lacks: 422 `property input should not exist`.",
        ("unknown-property-refused",),
    ),
    Clause(
        "unknown-property-may-be-ignored",
        "A setting lets such a property pass.",
        ("unknown-property-refused",),
    ),
    Clause(
        "hint-names-what-was-meant",
        "A hint tells who sent `input` that `message` is meant, and `imageUrl` who sent `url`.",
        ("hint-sent", "X-Mock-Hint"),
    ),
    Clause(
        "body-has-to-be-an-object",
        "JSON that is no object is refused like any other violation.",
        ("body-invalid",),
    ),
    Clause(
        "body-has-to-be-json",
        "What is not JSON, or not the JSON that everybody reads alike, gets 400.",
        ("body-malformed",),
    ),
    Clause(
        "media-type-has-to-be-json",
        "A body of any other media type than `application/json`, or of none, gets 415.",
        ("media-type-unsupported",),
    ),
    Clause(
        "body-has-to-be-plain-utf-8",
        "A body in another charset than UTF-8, or compressed, gets 415.",
        ("media-type-unsupported",),
    ),
    Clause(
        "body-has-to-be-bounded",
        "A body beyond the limit gets 413.",
        ("body-too-large",),
    ),
)

RESOURCES = (
    Clause(
        "agent-has-to-exist",
        "An unknown agent: 404 `Agent not found`.",
        ("agent-unknown",),
    ),
    Clause(
        "agent-has-to-be-active",
        "An agent that is not active: 400 `Agent is not active`.",
        ("agent-inactive",),
    ),
    Clause(
        "agent-has-to-be-published",
        "An agent that was never published looks unknown: 404 `Agent not found`.",
        ("published-only", "agent-unpublished"),
    ),
    Clause(
        "latest-version-by-default",
        "Without `versionId` the published version answers, and by its id it answers too.",
        ("version-latest-by-default",),
    ),
    Clause(
        "version-has-to-be-published",
        "A `versionId` that is not published: 404 with a sentence that says what to do.",
        ("version-unpublished",),
    ),
    Clause(
        "unknown-session-teaches",
        "A made-up `executionId`: 404 with a sentence that says how a session begins.",
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
        "A session that was idle for too long: 404 with a sentence that says so.",
        ("session-expiry", "session-expired"),
    ),
    Clause(
        "each-turn-renews-the-session",
        "Each turn starts the time of idleness anew.",
        ("session-expiry",),
    ),
    Clause(
        "session-refusals-may-be-400",
        "A setting makes all four session refusals 400.",
        (
            "session-unknown-400",
            "session-expired-400",
            "session-foreign-agent-400",
            "session-foreign-location-400",
        ),
    ),
    Clause(
        "session-refusals-may-be-new-sessions",
        "A setting answers them with a new session.",
        ("session-unknown-starts-anew",),
    ),
)

ROUTES = (
    Clause(
        "route-has-to-exist",
        "Any other path, whatever the method: 404 `Cannot POST /x`.",
        ("route-unknown",),
    ),
    Clause(
        "method-has-to-exist",
        "Any other method of a path: 405 with `Allow`.",
        ("method-not-allowed", "Allow"),
    ),
    Clause(
        "refusals-are-json",
        "Every refusal is JSON, with `message` and the status it was sent with.",
        ("Error",),
    ),
)

LIMITS = (
    Clause(
        "quota-headers-on-answers",
        "An answer carries the five `X-RateLimit` headers.",
        ("X-RateLimit-Limit-Daily", "X-RateLimit-Remaining"),
    ),
    Clause(
        "quota-headers-state-the-limits",
        "They state what is documented: 100 requests in 10 seconds, and 200,000 a day.",
        ("quota-windows",),
    ),
    Clause(
        "quota-headers-on-refusals",
        "A refusal carries them too.",
        ("quota-headers-always",),
    ),
    Clause(
        "quota-counts-down",
        "Each message leaves one less for its token and location, and for no other.",
        ("X-RateLimit-Daily-Remaining",),
    ),
    Clause(
        "quota-is-enforced-on-request",
        "Once enforced and used up: 429 with `Retry-After`, for this location alone.",
        ("quota-windows", "quota-exceeded"),
    ),
    Clause(
        "retry-after-is-a-setting",
        "`Retry-After` stays away when told to.",
        ("retry-after-sent",),
    ),
)

ADDITIONS = (
    Clause(
        "deprecated-path-is-marked",
        "Every answer of the old path carries `Deprecation` and `Link`, the current one neither.",
        ("deprecated-path-marked",),
    ),
    Clause(
        "answers-name-their-rule",
        "Every answer names the rule that decided it and how well that rule is known.",
        ("evidence-sent", "X-Mock-Rule", "X-Mock-Evidence"),
    ),
    Clause(
        "answers-are-traceable",
        "Every answer has an `X-Trace-Id` of its own, which is the `traceId` of a 422.",
        ("X-Trace-Id",),
    ),
    Clause(
        "attachments-are-never-fetched",
        "The address of an attachment is heard and never called.",
        ("attachment-never-fetched",),
    ),
    Clause(
        "prefer-selects-an-example",
        "`Prefer: code=…, example=…` gets each answer the contract has, word for word.",
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
        "`Prefer: code=…` alone gets an answer of that status; in the query it is `__code`.",
        ("prefer-selects-example",),
    ),
    Clause(
        "preference-is-confirmed",
        "`Preference-Applied` says which wish was granted, and is absent where none was made.",
        ("Preference-Applied",),
    ),
    Clause(
        "prefer-cannot-ask-for-more",
        "A wish that the contract cannot grant: 400 with a sentence that says so.",
        ("prefer-unsatisfiable",),
    ),
)

DIALOGUES = (
    Clause(
        "dialogue-answers-in-the-agents-place",
        "A session plays the dialogue that its first message begins, and no other.",
        ("dialogue-played",),
    ),
    Clause(
        "dialogue-stays-as-it-began",
        "A session goes on with the dialogue as it was when the session began.",
        ("dialogue-version-kept",),
    ),
    Clause(
        "files-are-reloaded",
        "A file that changes is served as it is now; a broken one is told, and changes nothing.",
        ("files-reloaded",),
    ),
    Clause(
        "unscripted-message-is-told",
        "A message that a dialogue does not expect is answered, named, and changes nothing.",
        ("unscripted-message",),
    ),
    Clause(
        "unscripted-message-may-have-an-answer",
        "A dialogue may have an answer of its own for it.",
        ("dialogue-fallback",),
    ),
    Clause(
        "unscripted-message-may-be-refused",
        "A dialogue may refuse it instead, with status 400.",
        ("unscripted-refused",),
    ),
)

SECTIONS: Mapping[str, tuple[Clause, ...]] = {
    "Conversations": CONVERSATIONS,
    "Who is calling": GUARDS,
    "The body": BODIES,
    "Agents and sessions": RESOURCES,
    "Routes": ROUTES,
    "Limits": LIMITS,
    "What mocks add": ADDITIONS,
    "Dialogues": DIALOGUES,
}

CLAUSES: Mapping[str, Clause] = {
    clause.id: clause for section in SECTIONS.values() for clause in section
}
