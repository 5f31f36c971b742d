"""Table of behaviours: what the mock does, the evidence for it, and the tests that show it.

Each response names its row in `X-Mock-Rule`. The rows of the platform's API come from the contract.
The settings that affect them are listed here, since the contract describes an API without flags.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from leadway_mock.contract.model import Contract, Example

EVIDENCE_LEVELS = ("documented", "observed", "inferred", "invented")


def level_of(evidence: str) -> str:
    """Return the level of evidence, which may have a date, such as `observed, 2026-12-31`."""
    return evidence.partition(",")[0]


SESSIONS = (
    "session-unknown",
    "session-expired",
    "session-foreign-agent",
    "session-foreign-location",
)
BEHAVIOUR_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "profile": (
        "scope-missing-documented",
        "scope-missing-observed",
        "scope-by-profile",
        "location-forbidden",
        "location-forbidden-401",
        "method-not-allowed",
        "method-not-allowed-401",
        "trailing-slash",
        "internal-path",
    ),
    "unknown_session": (
        *SESSIONS,
        *(f"{name}-400" for name in SESSIONS),
        "session-unknown-new-session",
    ),
    "session_idle_seconds": ("session-expired", "session-expired-400", "session-expiry"),
    "unknown_properties": ("unknown-property-rejected",),
    "unknown_query": ("unknown-query-rejected", "query-unknown", "query-unknown-400"),
    "dialogues": (
        "dialogue-played",
        "dialogue-fallback",
        "unscripted-message",
        "unscripted-rejected",
        "pattern-timeout",
    ),
    "session_version": ("version-of-open-sessions",),
    "publish_state": ("version-not-draft", "publishable-states"),
    "nodes_in_create": ("create-failed-on-nodes",),
    "author_fields": ("author-fields",),
    "list_paging": ("list-without-paging",),
    "max_agents": ("agents-limited",),
    "max_agent_bytes": ("body-too-large", "agent-content-kept"),
    "idempotency_key_seconds": ("idempotency-key-forgotten",),
    "idempotency_scope": ("idempotency-key-scope",),
    "idempotency_mismatch": ("idempotency-key-reused", "idempotency-key-other-request"),
    "idempotency_concurrent": ("idempotency-key-in-use", "idempotency-concurrent"),
    "enforce_quotas": ("quota-exceeded", "quota-exceeded-retryable", "quota-windows"),
    "agents_file": ("pattern-timeout",),
    "quota_preset": ("quota-windows",),
    "quota_10_seconds": ("quota-windows",),
    "quota_minute": ("quota-windows",),
    "quota_day": ("quota-windows",),
    "send_retry_after": ("retry-after-sent", "fault-retry-after"),
    "max_body_bytes": ("body-too-large",),
    "seed": ("ids-opaque", "fault-latency"),
    "allow_host": ("host-rejected",),
    "tls": ("host-rejected", "tunnel-rejected"),
    "cors": ("cors-preflight",),
    "read_only": ("control-read-only",),
    "validate_responses": ("mock-failure",),
    "store": ("store-unavailable",),
    "workers": ("workers-agree",),
}
"""The behaviours that each setting affects."""

MOCK_BEHAVIOURS: Mapping[str, tuple[int, str]] = {
    "route-not-mocked": (
        501,
        "Only the vendor documents the path and method; the hint has the page. It is no mistake.",
    ),
    "host-rejected": (
        403,
        "`Host` is neither loopback nor a name of `--allow-host`; nor, with `--tls`, the vendor's.",
    ),
    "cors-preflight": (
        204,
        "A web page of an origin of `--cors` sends a preflight.",
    ),
    "tunnel-rejected": (
        403,
        "With `--tls`, a `CONNECT` names another host than `services.leadconnectorhq.com:443`.",
    ),
    "origin-rejected": (403, "A web page from another origin calls the control API."),
    "control-media-type": (415, "A write to the control API is not `application/json`."),
    "control-read-only": (403, "A write to the control API of a mock with `--read-only`."),
    "store-unavailable": (
        503,
        (
            "The store does not respond, or rejects writes. `Retry-After` is sent if no turn can"
            " have been stored, unless the store is damaged or its file deleted."
        ),
    ),
    "pattern-timeout": (
        500,
        (
            "Regular expressions of a dialogue or an agent take more than 0.25 seconds on a"
            " message. No turn is stored."
        ),
    ),
    "mock-failure": (500, "The mock has a bug; its log on standard error says where."),
}
"""Responses of the mock itself, which are not in the contract: status and condition."""

OWN_SOURCE = "the mock's own; the platform has no such response"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row of the table.

    `status` is the HTTP status of a row that is one response, else None; `evidence` is one of
    `EVIDENCE_LEVELS`, with a date if it was observed by `leadway verify`, and `source` its source;
    `settings` are the names of those that affect it, and `tests` the node ids of those that show
    it.
    """

    id: str
    condition: str
    response: str
    status: int | None
    evidence: str
    source: str
    settings: tuple[str, ...]
    tests: tuple[str, ...]


def behaviours(
    contract: Contract, tests: Mapping[str, Sequence[str]] | None = None
) -> list[Behaviour]:
    """Return every row: the contract's responses, its `x-behaviours`, and the mock's own responses.

    `tests` are the tests by row; by default those that the package was built with.
    """
    if tests is None:
        file = resources.files(__package__) / "behaviour_tests.json"
        tests = json.loads(file.read_text("utf-8"))
    return [
        Behaviour(*row, settings=settings_of(row[0]), tests=tuple(tests.get(row[0], ())))
        for row in _rows(contract)
    ]


def settings_of(rule: str) -> tuple[str, ...]:
    """Return the names of the settings that affect the behaviour `rule`."""
    return tuple(name for name, rules in BEHAVIOUR_SETTINGS.items() if rule in rules)


_Row = tuple[str, str, str, int | None, str, str]


def _rows(contract: Contract) -> Iterator[_Row]:
    for name in contract.document["components"]["examples"]:
        example = contract.examples.get(name)  # None for an example of a request
        if example is not None:
            condition = f"{example.summary}."
            yield name, condition, _text(example), example.status, example.evidence, example.source
    for row in contract.document["x-behaviours"]:
        condition, response = row["condition"], row["response"]
        yield row["id"], condition, response, None, row["evidence"], row["source"]
    for name, (status, condition) in MOCK_BEHAVIOURS.items():
        yield name, condition, "It reports this.", status, "invented", OWN_SOURCE


def _text(example: Example) -> str:
    names = ("message", "response", "error_description")
    texts: Any = next((example.content[name] for name in names if name in example.content), [])
    return "; ".join(f"`{text}`" for text in (texts if isinstance(texts, list) else [texts]))
