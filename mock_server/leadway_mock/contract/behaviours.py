"""The table of behaviours: what the mock does, how well that is known, and which test shows it.

Each answer names its row in `X-Mock-Rule`. The rows of the platform's API come from the contract;
which settings switch them is said here, since the contract describes an API and knows no flags.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from leadway_mock.contract.model import Contract, Example

EVIDENCE_LEVELS = ("documented", "observed", "inferred", "invented")

SESSIONS = (
    "session-unknown",
    "session-expired",
    "session-foreign-agent",
    "session-foreign-location",
)
BEHAVIOUR_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "profile": ("scope-missing-documented", "scope-missing-observed", "scope-by-profile"),
    "unknown_session": (
        *SESSIONS,
        *(f"{name}-400" for name in SESSIONS),
        "session-unknown-starts-anew",
    ),
    "session_idle_seconds": ("session-expired", "session-expired-400", "session-expiry"),
    "unknown_properties": ("unknown-property-refused",),
    "dialogues": (
        "dialogue-played",
        "dialogue-fallback",
        "unscripted-message",
        "unscripted-refused",
    ),
    "enforce_quotas": ("quota-exceeded", "quota-windows"),
    "quota_10_seconds": ("quota-windows",),
    "quota_minute": ("quota-windows",),
    "quota_day": ("quota-windows",),
    "send_retry_after": ("retry-after-sent", "fault-retry-after"),
    "max_body_bytes": ("body-too-large",),
    "seed": ("ids-opaque", "fault-latency"),
    "allow_host": ("host-refused",),
    "validate_responses": ("mock-failure",),
    "store": ("store-unavailable",),
    "workers": ("workers-agree",),
}
"""Which setting decides on which behaviours."""

MOCK_BEHAVIOURS: Mapping[str, tuple[int, str]] = {
    "host-refused": (
        403,
        "`Host` is a name that a stranger may own; `--allow-host` accepts one.",
    ),
    "origin-refused": (403, "A web page that the mock did not serve calls the control API."),
    "control-media-type": (415, "A write to the control API is not `application/json`."),
    "store-unavailable": (
        503,
        (
            "The store does not answer, or takes no writes. `Retry-After` comes where no turn can"
            " have been kept. While the store hangs, one request waits for it and all others are"
            " answered at once. Once the store is back, so is the mock."
        ),
    ),
    "mock-failure": (500, "The mock has a bug; its log on standard error says where."),
}
"""The answers that the platform has nothing like, and the contract therefore neither."""

OUR_SOURCE = "the mock's own; the platform has nothing like it"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row: when it applies and what happens then.

    `status` is the HTTP status of a row that is an answer, else None; `evidence` is one of
    `LEVELS` and `source` says where it is from; `switches` are names of settings and `tests` are
    those that show it, as pytest names them.
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
    """Return every row: the contract's answers, what no single answer shows, the mock's own.

    `tests` are the names of the tests by row; those that the package was built with by default.
    """
    shown = _packaged_tests() if tests is None else tests
    rows = (*_answers(contract), *_others(contract), *_own())
    return [
        Behaviour(*row, settings=settings_of(row[0]), tests=tuple(shown.get(row[0], ())))
        for row in rows
    ]


def settings_of(rule: str) -> tuple[str, ...]:
    """Return the names of the settings that decide on the behaviour `rule`."""
    return tuple(name for name, rules in BEHAVIOUR_SETTINGS.items() if rule in rules)


_Row = tuple[str, str, str, int | None, str, str]


def _answers(contract: Contract) -> Iterator[_Row]:
    for name in contract.document["components"]["examples"]:
        example = contract.examples.get(name)  # those of requests are not among them
        if example is not None:
            when = f"{example.summary}."
            yield name, when, _said(example), example.status, example.evidence, example.source


def _said(example: Example) -> str:
    said = example.content.get("message", example.content.get("response"))
    return "; ".join(f"`{text}`" for text in (said if isinstance(said, list) else [said]))


def _others(contract: Contract) -> Iterator[_Row]:
    for each in contract.document["x-behaviours"]:
        yield each["id"], each["when"], each["then"], None, each["level"], each["source"]


def _own() -> Iterator[_Row]:
    for name, (status, when) in MOCK_BEHAVIOURS.items():
        yield name, when, "It says so.", status, "invented", OUR_SOURCE


def _packaged_tests() -> Mapping[str, Sequence[str]]:
    file = resources.files(__package__) / "behaviour_tests.json"
    found: Mapping[str, Sequence[str]] = json.loads(file.read_text("utf-8"))
    return found
