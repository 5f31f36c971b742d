"""Clauses that a target cannot run, and why. No other place skips a test of the suite."""

from __future__ import annotations

from dataclasses import dataclass

from tests.contract.clauses import AGENTS, MANAGED_AGENTS, TOKENS


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Clauses that some targets do not run, for one reason."""

    targets: tuple[str, ...]
    why: str
    clauses: tuple[str, ...]


PRISM = ("prism",)
PRISM_PROXIES = ("referee", "referee-strict")
LIVE = ("live",)

NEED_SETTINGS = (
    "scope-error-depends-on-the-profile",
    "location-error-depends-on-the-profile",
    "routes-depend-on-the-profile",
    "unknown-query-is-a-setting",
    "unknown-property-can-be-ignored",
    "session-expires",
    "each-turn-renews-the-session",
    "session-errors-can-be-400",
    "unknown-session-can-start-a-new-one",
    "quota-is-enforced-on-request",
    "retry-after-is-a-setting",
    "same-seed-same-responses",
    "key-is-forgotten",
    "scope-of-keys-is-a-setting",
    "key-of-another-request-is-a-setting",
    "managed-quota-is-retryable",
    "observed-rules-of-agents-are-settings",
    "dialogue-replaces-the-agent",
    "session-keeps-its-dialogue",
    "files-are-reloaded",
    "unscripted-message-is-reported",
    "unscripted-message-can-have-a-fallback",
    "unscripted-message-can-be-rejected",
)

EXCLUSIONS = (
    Exclusion(
        ("observed",),
        "It follows the observed behaviour.",
        ("scope-is-required", "foreign-location-is-rejected", "method-must-exist"),
    ),
    Exclusion(
        (*PRISM, *LIVE),
        "It has none of the mock's tokens and codes.",
        tuple(each.id for each in TOKENS),
    ),
    Exclusion(
        PRISM,
        "It has no state.",
        (
            "each-first-message-starts-a-session",
            "turns-count-per-session",
            "turns-count-on-both-paths",
            "interaction-id-is-new",
            "duplicate-message-is-processed-twice",
            "every-field-reaches-the-agent",
            "any-text-reaches-the-agent",
            "goal-is-completed",
            "rejected-message-is-not-a-turn",
            "conversations-are-isolated",
            "parallel-turns-have-distinct-numbers",
            "quota-counts-down",
            "managed-turns-count",
            "managed-session-errors",
            "managed-agents-are-paged-and-searched",
            "managed-agent-must-be-published",
            "managed-and-other-agents-differ",
            "key-repeats-the-response",
            "key-belongs-to-its-request",
            "rejected-request-leaves-the-key-unused",
            *(each.id for each in AGENTS if each.id not in NEED_SETTINGS),
            "agent-must-exist",
            "agent-must-be-active",
            "agent-must-be-published",
            "version-must-be-published",
            "unknown-session-is-rejected",
            "session-belongs-to-its-agent",
            "session-belongs-to-its-location",
            "errors-are-json",
        ),
    ),
    Exclusion(
        PRISM,
        "It checks less, and has its own messages.",
        (
            "managed-agents-need-v3",
            "managed-scope-is-required",
            "query-is-validated",
            "key-is-required",
            "key-length-is-limited",
            "managed-message-is-limited",
            "extra-variables-are-limited",
            "reserved-variables-are-rejected",
            "token-is-required",
            "token-error-has-www-authenticate",
            "unknown-token-is-rejected",
            "expired-token-is-rejected",
            "unknown-version-is-rejected",
            "scope-is-required",
            "foreign-location-is-rejected",
            "checks-run-in-order",
            "version-is-required",
            "location-is-required",
            "violation-wording",
            "violations-all-at-once",
            "unknown-property-is-rejected",
            "unknown-query-is-rejected",
            "hint-suggests-the-property",
            "route-must-exist",
            "method-must-exist",
            "body-must-be-json",
            "unsatisfiable-prefer-is-rejected",
            "media-type-must-be-json",
            "body-must-be-plain-utf-8",
            "body-size-is-limited",
        ),
    ),
    Exclusion(
        LIVE,
        "It could change or harm the service.",
        (
            *(each.id for each in AGENTS if each.id not in NEED_SETTINGS),
            "route-must-exist",
            "method-must-exist",
        ),
    ),
    Exclusion(
        LIVE,
        "It needs the id of a managed agent.",
        tuple(each.id for each in MANAGED_AGENTS if each.id not in NEED_SETTINGS),
    ),
    Exclusion(
        PRISM,
        "It sends the example of every header.",
        (
            "deprecated-path-is-marked",
            "responses-name-their-rule",
            "responses-have-trace-ids",
            "preference-is-confirmed",
        ),
    ),
    Exclusion(PRISM, "It has none of the mock's settings.", NEED_SETTINGS),
    Exclusion(PRISM_PROXIES, "The mock has the default settings.", NEED_SETTINGS),
    Exclusion(
        PRISM_PROXIES,
        "Prism's proxy rejects a body that it cannot decode.",
        (
            "body-must-be-json",
            "body-must-be-plain-utf-8",
            "body-must-be-an-object",
        ),
    ),
    Exclusion(
        ("referee-strict",),
        "Prism itself rejects these requests.",
        (
            "route-must-exist",
            "method-must-exist",
            "token-is-required",
        ),
    ),
    Exclusion(
        LIVE,
        "The agent's replies and turn numbers are unknown.",
        (
            "turns-count-per-session",
            "turns-count-on-both-paths",
            "every-field-reaches-the-agent",
            "any-text-reaches-the-agent",
            "rejected-message-is-not-a-turn",
            "latest-version-by-default",
        ),
    ),
    Exclusion(
        LIVE,
        "Messages cost money; other clauses suffice.",
        (
            "each-first-message-starts-a-session",
            "duplicate-message-is-processed-twice",
            "links-continue-the-session",
            "every-field-is-accepted",
            "source-changes-nothing",
            "quota-headers-state-the-limits",
            "quota-counts-down",
        ),
    ),
    Exclusion(
        LIVE,
        "It would be a burst of requests.",
        (
            "conversations-are-isolated",
            "parallel-turns-have-distinct-numbers",
            "violation-wording",
            "body-must-be-json",
            "body-size-is-limited",
        ),
    ),
    Exclusion(
        LIVE,
        "It needs a token or an agent of the mock.",
        (
            "goal-is-completed",
            "expired-token-is-rejected",
            "scope-is-required",
            "foreign-location-is-rejected",
            "checks-run-in-order",
            "agent-must-be-active",
            "agent-must-be-published",
        ),
    ),
    Exclusion(
        LIVE,
        "The clause is an assumption.",
        (
            "ids-look-like-the-samples",
            "token-error-has-www-authenticate",
            "unknown-property-is-rejected",
            "unknown-query-is-rejected",
            "hint-suggests-the-property",
            "body-must-be-an-object",
            "media-type-must-be-json",
            "body-must-be-plain-utf-8",
            "version-must-be-published",
            "unknown-session-is-rejected",
            "session-belongs-to-its-agent",
            "session-belongs-to-its-location",
            "errors-are-json",
            "quota-headers-on-errors",
        ),
    ),
    Exclusion(
        LIVE,
        "Only mocks have it.",
        (
            "deprecated-path-is-marked",
            "responses-name-their-rule",
            "responses-have-trace-ids",
            "attachments-are-never-fetched",
            "prefer-selects-an-example",
            "prefer-selects-a-status",
            "preference-is-confirmed",
            "unsatisfiable-prefer-is-rejected",
        ),
    ),
    Exclusion(LIVE, "It has none of the mock's settings.", NEED_SETTINGS),
)


def reason(target: str, clause: str) -> str:
    """Return why a target does not run `clause`; empty if it does."""
    found = (each.why for each in EXCLUSIONS if target in each.targets and clause in each.clauses)
    return next(found, "")
