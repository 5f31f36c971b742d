"""A fault as a value: where it strikes, how often, when, and what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from leadway_mock.documents.problems import Problem
from leadway_mock.faults.latency import MOST_SECONDS, Latency
from leadway_mock.faults.problems import FaultError, shown
from leadway_mock.faults.proxy_pages import PROXY_STATUSES
from leadway_mock.http.delivery import Transport
from leadway_mock.util.redaction import redact_text

MAX_TIMES = 1_000_000
MAX_RETRY_AFTER = 86_400
DEFAULT_RETRY_AFTER = 1
DEFAULT_BODY_SECONDS = 5.0
RETRYABLE = {429: "quota-exceeded", 503: "proxy-unavailable"}
"""The statuses that may say `Retry-After`, and the behaviours that stand under them."""

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TEXTS = {
    "id": "id",
    "operation_id": "operation",
    "agent_id": "agent",
    "execution_id": "session",
    "rule": "rule",
}
"""Text fields by attribute, with their JSON names."""

KINDS = {"status": "status", "rule": "rule", "proxy_status": "proxy", "transport": "transport"}
"""Fields that decide what happens, with the names of their kinds."""


class FaultPhase(StrEnum):
    """On which side of the commit a fault strikes."""

    BEFORE_COMMIT = "before-commit"
    """The message was never heard: no turn."""

    AFTER_COMMIT = "after-commit"
    """The turn counts, and its answer is lost, or late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong on purpose. Raises `FaultError` when it makes no sense.

    One of `status`, `rule`, `proxy` and `transport` says what happens; `latency` may come with it,
    or stand alone.
    """

    id: str = ""
    """Names it in the list, the journal and `X-Mock-Fault`; empty until it is armed."""

    operation_id: str | None = None
    """Only calls of this operation, by its `operationId`."""

    agent_id: str | None = None
    """Only calls of this agent, by its id."""

    execution_id: str | None = None
    """Only calls in this session, by its `executionId`."""

    times: int = 1
    """On how many calls it fires: the first ones that fit."""

    phase: FaultPhase = field(default=None)  # type: ignore[assignment]  # see __post_init__
    """Before the commit, unless the fault delivers the whole answer."""

    status: int | None = None
    """Answer as the contract's first example of this status does: 400 to 599."""

    rule: str | None = None
    """Answer as this example of the contract does, such as `upstream-timeout`."""

    retry_after: int | None = None
    """Seconds, for 429 and 503. Whoever calls again sooner is refused again, and pays no call."""

    proxy_status: int | None = None
    """Answer with the HTML page of a proxy in front: 403, 502, or 520 to 529."""

    transport: Transport | None = None
    """Break or strain the connection."""

    body_seconds: float | None = None
    """Seconds over which `SLOW_BODY` sends the body: 5 unless said."""

    latency: Latency | None = None
    """How long the answer, or the break, is held back."""

    def __post_init__(self) -> None:
        set_ = object.__setattr__  # A frozen value takes its enumerations by name, too.
        problems = [
            *_choice(self, "phase", "when", FaultPhase),
            *_choice(self, "transport", "transport", Transport),
        ]
        if not problems:
            for name, kind in ("phase", FaultPhase), ("transport", Transport):
                value = getattr(self, name)
                set_(self, name, value if value is None else kind(value))
            if self.phase is None:
                set_(
                    self,
                    "phase",
                    FaultPhase.AFTER_COMMIT if self.delivers_response else FaultPhase.BEFORE_COMMIT,
                )
            problems = [*_ranges(self), *_sense(self)]
        if problems:
            raise FaultError(problems)

    @property
    def delivers_response(self) -> bool:
        """Whether the whole answer arrives, if late: such a fault cannot undo a turn."""
        alone = not any(getattr(self, name) is not None for name in KINDS)
        return alone or self.transport is Transport.SLOW_BODY

    @property
    def kind(self) -> str:
        """What decides: `status`, `rule`, `proxy`, `transport` or `latency`."""
        return next(
            (kind for name, kind in KINDS.items() if getattr(self, name) is not None), "latency"
        )

    @property
    def label(self) -> str:
        """What it does, in a word: the status, the rule's name, or the break's."""
        return (
            "latency"
            if self.kind == "latency"
            else str(next(value for name in KINDS if (value := getattr(self, name)) is not None))
        )


def _choice(fault: Fault, attribute: str, name: str, kind: type[StrEnum]) -> Iterator[Problem]:
    value = getattr(fault, attribute)
    known = [str(each) for each in kind]
    if value is not None and value not in known:
        yield Problem(
            f"/{name}", f"{shown(value)} is not known", f"choose one of {', '.join(known)}"
        )


def _ranges(fault: Fault) -> Iterator[Problem]:
    if fault.id and not ID.fullmatch(fault.id):
        mend = "use up to 64 letters, digits, dots, dashes and underscores"
        yield Problem("/id", f"{shown(fault.id)} is no name", mend)
    for attribute, name in TEXTS.items():
        text = getattr(fault, attribute) or ""
        if redact_text(text) != text:
            what = "this looks like a credential, and what is armed is kept and shown"
            yield Problem(f"/{name}", what, "leave tokens out")
    yield from _range("/times", fault.times, 1, MAX_TIMES, "calls")
    yield from _range("/status", fault.status, 400, 599, "as a status")
    yield from _range("/retryAfter", fault.retry_after, 0, MAX_RETRY_AFTER, "seconds")
    yield from _range("/spread", fault.body_seconds, 0, MOST_SECONDS, "seconds")
    if fault.proxy_status is not None and fault.proxy_status not in PROXY_STATUSES:
        known = ", ".join(map(str, PROXY_STATUSES))
        yield Problem(
            "/proxy",
            f"no proxy answers {shown(fault.proxy_status)} here",
            f"choose one of {known}",
        )


def _range(
    pointer: str, value: float | None, least: float, most: float, unit: str
) -> Iterator[Problem]:
    if value is not None and not least <= value <= most:
        mend = f"{least:,g} to {most:,.0f} {unit} is wanted"
        yield Problem(pointer, f"{shown(value)} is out of range", mend)


def _sense(fault: Fault) -> Iterator[Problem]:
    chosen = [kind for name, kind in KINDS.items() if getattr(fault, name) is not None]
    if len(chosen) > 1:
        what = f"{' and '.join(chosen)} cannot both happen"
        yield Problem(f"/{chosen[1]}", what, "arm two faults, or keep one of them")
    if not chosen and fault.latency is None:
        mend = f"give it one of {', '.join(KINDS.values())}, or latency"
        yield Problem("", "this fault does nothing", mend)
    if fault.delivers_response and fault.phase is FaultPhase.BEFORE_COMMIT:
        what = "a call that is answered in full was heard, so this is never before the commit"
        yield Problem("/when", what, "leave `when` out")
    if fault.body_seconds is not None and fault.transport is not Transport.SLOW_BODY:
        mend = "leave it out, or choose that transport"
        yield Problem("/spread", "only SLOW_BODY spreads a body", mend)
    if fault.retry_after is not None and not _may_retry(fault):
        mend = f"leave it out, or choose status {' or '.join(map(str, RETRYABLE))}"
        yield Problem("/retryAfter", "only 429 and 503 say when to come again", mend)


def _may_retry(fault: Fault) -> bool:
    return fault.status in RETRYABLE or fault.rule in RETRYABLE.values()
