"""Record of one request and its response: what the journal, the log and the reports contain.

The pipeline fills in the fields; `to_json` is the form that the journal stores and serves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from leadway_mock.faults import Fault
from leadway_mock.http.messages import SIGNIFICANT_HEADERS, Request, Response
from leadway_mock.state.armed_faults import FaultHit
from leadway_mock.util.redaction import (
    fingerprint,
    has_token,
    hide_secrets,
    redact_form,
)

REQUEST_IDS = {
    "executionId": "executionId",
    "sessionId": "executionId",
    "contactId": "contactId",
    "message": "message",
}
"""Properties of a body that identify a message, and their names in the journal."""


OAUTH_PREFIX = "/oauth/"
"""Beginning of the paths whose requests contain secrets of any form, such as codes."""


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """One firing of a fault, on one side of the commit, with the seconds of its delay.

    `example` names the example of the contract that the fault responds with; empty for others.
    """

    fault: Fault
    hit: FaultHit
    committed: bool
    delay: float
    example: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        fault, hit = self.fault, self.hit
        content = {
            "id": fault.id,
            "kind": fault.kind,
            "label": fault.label,
            "phase": str(fault.phase),
            "committed": self.committed,
            "hit": hit.number,
            "times": fault.times,
            "early": hit.early_calls,
            "retryAfter": hit.retry_after,
            "delay": round(self.delay, 6),
        }
        return content | ({"example": self.example} if self.example else {})


@dataclass(slots=True)
class ExchangeRecord:
    """One request, its response, and what the pipeline found out in between.

    `started_at` is by the clock of the namespace, `wall_clock_at` by the machine's, both in seconds
    since the Unix epoch; `monotonic_at` is by a clock that never jumps and starts anywhere. Empty
    strings and None mean: not known, or does not apply.
    """

    request: Request
    started_at: float
    wall_clock_at: float
    monotonic_at: float
    namespace: str = ""
    response: Response | None = None
    duration_seconds: float = 0.0
    operation_id: str = ""
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    deprecated: bool = False
    body: object = None
    """The JSON value of the request's body; None where it was not read."""

    location_id: str = ""
    find_unused_input: Callable[[], Sequence[Mapping[str, str]]] = tuple
    """Function that returns the input that nothing used; called when the entry is read."""

    requested_example: str = ""
    """The `Prefer` that the response follows."""

    session_error: str = ""
    """Rule by which the session could not be continued, where a new one began instead."""

    dialogue: Mapping[str, Any] | None = None
    near_misses: Sequence[Mapping[str, Any]] = ()
    fault: FaultRecord | None = None
    is_repeated: bool = False
    """Whether the response is that of a turn that was stored before, with the same key."""

    execution_id: str = ""
    """The session that holds the turn; empty where no turn is committed."""

    turn: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the journal entry. It still contains tokens: see `journal_entry`."""
        entry: dict[str, Any] = {
            "at": self.started_at,
            "durationMs": round(self.duration_seconds * 1000, 3),
            "request": _request_to_json(self.request),
            "response": _response_to_json(self.response) if self.response else None,
            "wallClockAt": self.wall_clock_at,
            "monotonicAt": self.monotonic_at,
        }
        optional = {
            "operationId": self.operation_id or None,
            "pathParameters": self.path_parameters if self.operation_id else None,
            "deprecated": self.deprecated or None,
            "requestIds": None if self.body is None else _request_ids(self.body),
            "locationId": self.location_id or None,
            "unusedInput": self.find_unused_input() or None,
            "requestedExample": self.requested_example or None,
            "sessionError": self.session_error or None,
            "dialogue": self.dialogue,
            "nearMisses": self.near_misses or None,
            "fault": self.fault.to_json() if self.fault else None,
            "executionId": self.execution_id if self.turn else None,
            "turn": self.turn or None,
            "repeated": self.is_repeated or None,
            "namespace": self.namespace or None,
        }
        entry.update((name, value) for name, value in optional.items() if value is not None)
        return entry


def _request_to_json(request: Request) -> dict[str, Any]:
    authorization = request.headers.get("authorization")
    query, body = request.query, request.body.decode("utf-8", "replace")
    if request.path.startswith(OAUTH_PREFIX):
        query, body = redact_form(query), redact_form(body)
    content: dict[str, Any] = {
        "method": request.method,
        "path": request.path,
        "query": query,
        "headers": hide_secrets(request.headers),
        "tokenFingerprint": fingerprint(authorization) if authorization else None,
        "body": body,
        "fingerprint": _fingerprint(request),
    }
    if has_token(request.path, request.query):
        content["tokenInUrl"] = True
    return content


def _request_ids(body: object) -> dict[str, str]:
    """Return the ids that identify a message: session, contact, and its fingerprint.

    Values that are absent, empty or no text are left out.
    """
    if not isinstance(body, dict):
        return {}
    named = ((name, body.get(field)) for field, name in REQUEST_IDS.items())
    ids = {name: value for name, value in named if value and isinstance(value, str)}
    if "message" in ids:
        ids["message"] = fingerprint(ids["message"])
    return ids


def _fingerprint(request: Request) -> str:
    """Return a fingerprint of all that a response depends on; the same when it is sent again."""
    headers = [request.headers.get(name, "") for name in SIGNIFICANT_HEADERS]
    text = "\x00".join((request.method, request.path, request.query, *headers, ""))
    return fingerprint(text.encode("utf-8", "surrogatepass") + request.body)


def _response_to_json(response: Response) -> dict[str, Any]:
    content: dict[str, Any] = {
        "status": response.status,
        "rule": response.rule,
        "evidence": response.evidence,
        "hint": response.hint,
        "violations": [asdict(each) for each in response.violations],
        "body": response.content,
    }
    retry_after = response.headers.get("Retry-After")
    if retry_after:
        content["retryAfter"] = retry_after
    if response.delay:
        content["delay"] = round(response.delay, 6)
    if response.transport:
        content["transport"] = str(response.transport)
    return content
