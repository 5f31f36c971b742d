"""What a target cannot show, and why: the only place where anything of the suite is left out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Clauses that some targets do not run, all for one reason."""

    targets: tuple[str, ...]
    why: str
    clauses: tuple[str, ...]


PRISM = ("prism",)
REFEREES = ("referee", "referee-strict")
LIVE = ("live",)

NEED_SETTINGS = (
    "scope-refusal-follows-the-profile",
    "unknown-property-may-be-ignored",
    "session-expires",
    "each-turn-renews-the-session",
    "session-refusals-may-be-400",
    "session-refusals-may-be-new-sessions",
    "quota-is-enforced-on-request",
    "retry-after-is-a-setting",
    "same-seed-same-answers",
    "dialogue-answers-in-the-agents-place",
    "dialogue-stays-as-it-began",
    "files-are-reloaded",
    "unscripted-message-is-told",
    "unscripted-message-may-have-an-answer",
    "unscripted-message-may-be-refused",
)

EXCLUSIONS = (
    Exclusion(
        ("observed",),
        "It answers as observed, where this clause is about what is documented.",
        ("scope-has-to-be-there",),
    ),
    Exclusion(
        PRISM,
        "It keeps no state: whatever is said, it answers with the same example.",
        (
            "first-messages-open-sessions-of-their-own",
            "agent-remembers",
            "agent-remembers-on-both-paths",
            "interaction-is-new",
            "sent-twice-heard-twice",
            "every-field-is-heard",
            "any-script-is-heard",
            "goal-is-completed",
            "refused-message-is-not-a-turn",
            "conversations-never-mix",
            "parallel-turns-have-distinct-numbers",
            "quota-counts-down",
        ),
    ),
    Exclusion(
        PRISM,
        "It knows no agents, versions or sessions, so it never finds one missing.",
        (
            "agent-has-to-exist",
            "agent-has-to-be-active",
            "agent-has-to-be-published",
            "version-has-to-be-published",
            "unknown-session-teaches",
            "session-belongs-to-its-agent",
            "session-belongs-to-its-location",
            "refusals-are-json",
        ),
    ),
    Exclusion(
        PRISM,
        "It takes any token for a good one, and any `Version`.",
        (
            "token-has-to-be-there",
            "token-refusal-says-how",
            "token-has-to-be-known",
            "token-has-to-be-fresh",
            "version-has-to-be-known",
            "scope-has-to-be-there",
            "location-has-to-be-the-tokens",
            "guards-answer-in-order",
        ),
    ),
    Exclusion(
        PRISM,
        "Whatever a request lacks or violates, it answers with the one example of 422.",
        (
            "version-has-to-be-there",
            "location-has-to-be-there",
            "violation-wording",
            "violations-all-at-once",
            "unknown-property-is-refused",
            "hint-names-what-was-meant",
        ),
    ),
    Exclusion(
        PRISM,
        "It has words of its own for what is no operation, no JSON or no example of the contract.",
        (
            "route-has-to-exist",
            "method-has-to-exist",
            "body-has-to-be-json",
            "prefer-cannot-ask-for-more",
        ),
    ),
    Exclusion(
        PRISM,
        "It reads bodies of any size and encoding, and takes a missing media type for JSON.",
        (
            "media-type-has-to-be-json",
            "body-has-to-be-plain-utf-8",
            "body-has-to-be-bounded",
        ),
    ),
    Exclusion(
        PRISM,
        "It sends the example of every header that the contract has, whether it applies or not.",
        (
            "deprecated-path-is-marked",
            "answers-name-their-rule",
            "answers-are-traceable",
            "preference-is-confirmed",
        ),
    ),
    Exclusion(PRISM, "It has none of the mock's settings.", NEED_SETTINGS),
    Exclusion(
        REFEREES,
        "A proxy is put in front of one mock, as it is out of the box; `prefer-selects-an-example`"
        " shows the referee what other settings would answer.",
        NEED_SETTINGS,
    ),
    Exclusion(
        REFEREES,
        "Prism's proxy decodes a body before it passes it on, and refuses by itself what it cannot"
        " decode; to it, neither null nor a bare string is JSON.",
        (
            "body-has-to-be-json",
            "body-has-to-be-plain-utf-8",
            "body-has-to-be-an-object",
        ),
    ),
    Exclusion(
        ("referee-strict",),
        "With `--errors`, Prism answers by itself where route, method or credentials are missing.",
        (
            "route-has-to-exist",
            "method-has-to-exist",
            "token-has-to-be-there",
        ),
    ),
    Exclusion(
        LIVE,
        "The agent there is somebody's own, and what it says and counts is not known.",
        (
            "agent-remembers",
            "agent-remembers-on-both-paths",
            "every-field-is-heard",
            "any-script-is-heard",
            "refused-message-is-not-a-turn",
            "latest-version-by-default",
        ),
    ),
    Exclusion(
        LIVE,
        "Each message runs the agent, which costs; the clauses that are run show enough.",
        (
            "first-messages-open-sessions-of-their-own",
            "sent-twice-heard-twice",
            "links-lead-on",
            "every-field-is-accepted",
            "source-changes-nothing",
            "quota-headers-state-the-limits",
            "quota-counts-down",
        ),
    ),
    Exclusion(
        LIVE,
        "It would be a burst of requests, and the service is shared with others.",
        (
            "conversations-never-mix",
            "parallel-turns-have-distinct-numbers",
            "violation-wording",
            "body-has-to-be-json",
            "body-has-to-be-bounded",
        ),
    ),
    Exclusion(
        LIVE,
        "It needs a token or an agent that only mocks have.",
        (
            "goal-is-completed",
            "token-has-to-be-fresh",
            "scope-has-to-be-there",
            "location-has-to-be-the-tokens",
            "guards-answer-in-order",
            "agent-has-to-be-active",
            "agent-has-to-be-published",
        ),
    ),
    Exclusion(
        LIVE,
        "What the service does there is not known: the clause is ours, or stands to be disproved.",
        (
            "ids-look-like-the-samples",
            "token-refusal-says-how",
            "unknown-property-is-refused",
            "hint-names-what-was-meant",
            "body-has-to-be-an-object",
            "media-type-has-to-be-json",
            "body-has-to-be-plain-utf-8",
            "version-has-to-be-published",
            "unknown-session-teaches",
            "session-belongs-to-its-agent",
            "session-belongs-to-its-location",
            "refusals-are-json",
            "quota-headers-on-refusals",
        ),
    ),
    Exclusion(
        LIVE,
        "Its service has more routes than the contract, and to try them could do harm.",
        (
            "route-has-to-exist",
            "method-has-to-exist",
        ),
    ),
    Exclusion(
        LIVE,
        "Only mocks do it.",
        (
            "deprecated-path-is-marked",
            "answers-name-their-rule",
            "answers-are-traceable",
            "attachments-are-never-fetched",
            "prefer-selects-an-example",
            "prefer-selects-a-status",
            "preference-is-confirmed",
            "prefer-cannot-ask-for-more",
        ),
    ),
    Exclusion(LIVE, "It has none of the mock's settings.", NEED_SETTINGS),
)


def reason(target: str, clause: str) -> str:
    """Return why `clause` is not run on a target; nothing when it is run."""
    found = (each.why for each in EXCLUSIONS if target in each.targets and clause in each.clauses)
    return next(found, "")
