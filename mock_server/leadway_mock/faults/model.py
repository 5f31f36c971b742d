"""Fault as a value: which calls it affects, how often, in which phase, and its effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from http import HTTPStatus
from math import inf
from typing import Any, Final, Literal

from leadway_mock.contract.model import Contract
from leadway_mock.documents.problems import Problem
from leadway_mock.faults.free_responses import response_problems
from leadway_mock.faults.latency import (
    Latency,
    duration_problems,
    parse_seconds,
    read_latency,
)
from leadway_mock.faults.problems import FaultError, quote_value, schema_problems
from leadway_mock.http.delivery import Transport
from leadway_mock.util.names import json_name, suggest
from leadway_mock.util.redaction import redact_text

DEFAULT_RETRY_AFTER = 1
DEFAULT_BODY_SECONDS = 5.0
RETRYABLE = {429: "quota-exceeded", 503: "proxy-unavailable"}
"""The statuses that can have `Retry-After`, and their rules."""

UNTIL_DISARMED: Final = "until-disarmed"

EFFECTS = {
    "status": "status",
    "mergePatch": "merge_patch",
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

    times: int | Literal["until-disarmed"] = 1
    """On how many matching calls it fires, counted from the first; or `until-disarmed`."""

    phase: FaultPhase = field(default=None)  # type: ignore[assignment]  # see __post_init__
    """Before the commit by default, unless the fault delivers the whole response."""

    status: int | None = None
    """Respond with this status, 100 to 599: with `body` and `headers`, or else the contract's first
    example of it, or else an empty body."""

    body: Any = field(default=None, hash=False)
    """With `status`: a text, or another JSON value. The contract is not checked."""

    headers: Mapping[str, str] | None = field(default=None, hash=False)
    """With `status`: headers of the response, such as `Content-Type`."""

    merge_patch: Mapping[str, Any] | None = field(default=None, hash=False)
    """Change the agent's own response by this JSON Merge Patch: None removes a property."""

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
        return self.kind in {"latency", "mergePatch"} or self.transport is Transport.SLOW_BODY

    @property
    def max_hits(self) -> float:
        """How often it fires: a number, or infinity until it is disarmed."""
        return inf if isinstance(self.times, str) else self.times

    @property
    def kind(self) -> str:
        """The JSON name of its effect: one of `EFFECTS`, or `latency`."""
        effects = (name for name, field_ in EFFECTS.items() if getattr(self, field_) is not None)
        return next(effects, "latency")

    @property
    def label(self) -> str:
        """The value of its effect: the status, the rule or the transport."""
        if self.kind in {"latency", "mergePatch"}:
            return self.kind
        return str(getattr(self, EFFECTS[self.kind]))


FIELDS = {json_name(each.name): each.name for each in fields(Fault)}
"""The fields of a fault by their JSON names."""


def as_json(fault: Fault) -> dict[str, Any]:
    """Return the JSON form of `fault`, without fields that have no value."""
    values = {name: getattr(fault, field_) for name, field_ in FIELDS.items()}
    content = {name: value for name, value in values.items() if value is not None}
    if not fault.id:
        del content["id"]
    for name, value in content.items():
        if isinstance(value, Latency):
            content[name] = value.to_json()
        elif isinstance(value, StrEnum):
            content[name] = str(value)
    return content


def read_fault(value: object) -> Fault:
    """Return the fault of a JSON value; raises `FaultError` with every problem in it."""
    problems = schema_problems(value)
    if problems or not isinstance(value, Mapping):
        raise FaultError(problems)
    return Fault(**{FIELDS[name]: _read_field(name, item) for name, item in value.items()})


def contract_problems(fault: Fault, contract: Contract) -> Iterator[Problem]:
    """Yield why `fault` cannot fire with this contract."""
    operations = {each.id: each for each in contract.operations}
    if fault.operation_id is not None and fault.operation_id not in operations:
        message = f"there is no operation {quote_value(fault.operation_id)}"
        yield Problem("/operationId", message, suggest(fault.operation_id, operations))
        return
    selected = [operations[fault.operation_id]] if fault.operation_id else contract.operations
    examples = [example for each in selected for example in each.examples.values()]
    errors = {each.name: each.status for each in examples if each.status >= HTTPStatus.BAD_REQUEST}
    if fault.rule is not None and fault.rule not in errors:
        message = f"there is no error response {quote_value(fault.rule)} here"
        yield Problem("/rule", message, suggest(fault.rule, errors))


def _read_field(name: str, value: Any) -> Any:  # noqa: ANN401 - as the schema has it
    match name:
        case "latency":
            try:
                return read_latency(value)
            except FaultError as error:
                raise FaultError(problem.under(name) for problem in error.problems) from error
        case "bodySeconds":
            return parse_seconds(value)
        case "body":
            return value
        case _:  # JSON Schema takes 500.0 for an integer.
            return int(value) if isinstance(value, float) else value


def _combination_problems(fault: Fault) -> Iterator[Problem]:
    yield from _text_problems(fault)
    parts = (fault.status, fault.body, fault.headers, fault.merge_patch)
    yield from response_problems(*parts)
    effects = [name for name, field_ in EFFECTS.items() if getattr(fault, field_) is not None]
    if len(effects) > 1:
        message = f"{' and '.join(effects)} exclude each other"
        yield Problem(f"/{effects[1]}", message, "arm two faults, or keep one of them")
    if not effects and fault.latency is None and not any(parts):
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


def _text_problems(fault: Fault) -> Iterator[Problem]:
    for name in ("id", "operationId", "agentId", "executionId", "rule"):
        text = getattr(fault, FIELDS[name]) or ""
        if not text.isprintable():
            yield Problem(f"/{name}", "this has a control character", "write it on one line")
        elif redact_text(text) != text:
            message = "this looks like a credential, and faults are stored and listed"
            yield Problem(f"/{name}", message, "leave tokens out")
    if isinstance(fault.times, str) and fault.times != UNTIL_DISARMED:
        yield Problem("/times", "this is no number of calls", f"write 3, or {UNTIL_DISARMED}")
