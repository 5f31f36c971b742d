"""Fault as a value: which calls it affects, how often, in which phase, and its effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from leadway_mock.documents.problems import Problem
from leadway_mock.faults.latency import Latency, duration_problems
from leadway_mock.faults.problems import FaultError, schema_problems
from leadway_mock.http.delivery import Transport
from leadway_mock.util.redaction import redact_text

DEFAULT_RETRY_AFTER = 1
DEFAULT_BODY_SECONDS = 5.0
RETRYABLE = {429: "quota-exceeded", 503: "proxy-unavailable"}
"""The statuses that can have `Retry-After`, and their rules."""

EFFECTS = {
    "status": "status",
    "rule": "rule",
    "proxyStatus": "proxy_status",
    "transport": "transport",
}
"""The fields of a fault that exclude each other, by their JSON names."""


class FaultPhase(StrEnum):
    """On which side of the commit a fault fires."""

    BEFORE_COMMIT = "before-commit"
    """The message is not processed: no turn."""

    AFTER_COMMIT = "after-commit"
    """The turn is committed, and its response is lost or late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An injected fault. Raises `FaultError` for invalid values and combinations.

    One of `status`, `rule`, `proxy_status` and `transport` is its effect; `latency` can be added,
    or be the only effect.
    """

    id: str = ""
    """Its name in lists, in the journal and in `X-Mock-Fault`; empty until it is armed."""

    operation_id: str | None = None
    """Only calls of this operation, by its `operationId`."""

    agent_id: str | None = None
    """Only calls of this agent, by its id."""

    execution_id: str | None = None
    """Only calls in this session, by its `executionId`."""

    times: int = 1
    """On how many matching calls it fires, counted from the first."""

    phase: FaultPhase = field(default=None)  # type: ignore[assignment]  # see __post_init__
    """Before the commit by default, unless the fault delivers the whole response."""

    status: int | None = None
    """Respond with the contract's first example of this status: 400 to 599."""

    rule: str | None = None
    """Respond with this example of the contract, such as `upstream-timeout`."""

    retry_after: int | None = None
    """Seconds, for 429 and 503. An earlier call gets the same error again and is not counted."""

    proxy_status: int | None = None
    """Respond with the HTML page of a proxy: 403, 502, or 520 to 529."""

    transport: Transport | None = None
    """Break or slow down the connection."""

    body_seconds: float | None = None
    """Seconds in which `SLOW_BODY` sends the body; 5 by default."""

    latency: Latency | None = None
    """Delay of the response or of the transport fault."""

    def __post_init__(self) -> None:
        problems = schema_problems(as_json(self))
        if not problems:
            # A frozen dataclass has no other way; names of enumerations are converted here.
            if self.transport is not None:
                object.__setattr__(self, "transport", Transport(self.transport))
            after = FaultPhase.AFTER_COMMIT if self.delivers_response else FaultPhase.BEFORE_COMMIT
            object.__setattr__(self, "phase", FaultPhase(self.phase or after))
            problems = list(_combination_problems(self))
        if problems:
            raise FaultError(problems)

    @property
    def delivers_response(self) -> bool:
        """Whether the whole response arrives, if late: such a fault cannot undo a turn."""
        return self.kind == "latency" or self.transport is Transport.SLOW_BODY

    @property
    def kind(self) -> str:
        """The JSON name of its effect: one of `EFFECTS`, or `latency`."""
        effects = (name for name, field_ in EFFECTS.items() if getattr(self, field_) is not None)
        return next(effects, "latency")

    @property
    def label(self) -> str:
        """The value of its effect: the status, the rule or the transport."""
        return "latency" if self.kind == "latency" else str(getattr(self, EFFECTS[self.kind]))


def _json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


FIELDS = {_json_name(each.name): each.name for each in fields(Fault)}
"""The fields of a fault by their JSON names."""


def as_json(fault: Fault) -> dict[str, Any]:
    """Return the JSON form of `fault`, without fields that have no value."""
    values = {name: getattr(fault, field_) for name, field_ in FIELDS.items()}
    return {name: _value_to_json(each) for name, each in values.items() if each not in {None, ""}}


def _value_to_json(value: object) -> object:
    if isinstance(value, Latency):
        return value.to_json()
    return str(value) if isinstance(value, StrEnum) else value


def _combination_problems(fault: Fault) -> Iterator[Problem]:
    for name in ("id", "operationId", "agentId", "executionId", "rule"):
        text = getattr(fault, FIELDS[name]) or ""
        if redact_text(text) != text:
            message = "this looks like a credential, and faults are stored and listed"
            yield Problem(f"/{name}", message, "leave tokens out")
    effects = [name for name, field_ in EFFECTS.items() if getattr(fault, field_) is not None]
    if len(effects) > 1:
        message = f"{' and '.join(effects)} exclude each other"
        yield Problem(f"/{effects[1]}", message, "arm two faults, or keep one of them")
    if not effects and fault.latency is None:
        yield Problem("", "this fault has no effect", f"add {', '.join(EFFECTS)} or latency")
    if fault.delivers_response and fault.phase is FaultPhase.BEFORE_COMMIT:
        message = "a fault that delivers the whole response is always after the commit"
        yield Problem("/phase", message, "leave `phase` out")
    if fault.body_seconds is not None:
        yield from duration_problems(fault.body_seconds, "/bodySeconds")
        if fault.transport is not Transport.SLOW_BODY:
            yield Problem("/bodySeconds", "this is for SLOW_BODY only", "leave it out")
    retryable = fault.status in RETRYABLE or fault.rule in RETRYABLE.values()
    if fault.retry_after is not None and not retryable:
        hint = f"leave it out, or choose status {' or '.join(map(str, RETRYABLE))}"
        yield Problem("/retryAfter", "only 429 and 503 have Retry-After", hint)
