"""Serializes an exchange for the journal: redacts secrets, truncates long texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NotRequired, TypedDict

from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.util.json_pointer import escape
from leadway_mock.util.json_text import to_json_text, to_json_text_unchecked
from leadway_mock.util.redaction import (
    is_suspicious,
    redact_headers,
    redact_json,
    redact_query,
    redact_text,
)

MAX_BODY_CHARS = 16_384
"""Length to which a body is truncated."""

TRUNCATION_MARK = "more characters]"
"""End of a truncated text."""

FAST_PATH_CHARS = 4_096
"""Entries up to this length, without anything like a credential, are stored as they are."""

MAX_HEADERS = 64
MAX_LINE_CHARS = 2_048
MAX_VALUE_CHARS = 256


class JournalRequest(TypedDict):
    """The request in a journal entry."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    tokenFingerprint: str | None
    body: str
    fingerprint: NotRequired[str]
    tokenInUrl: NotRequired[bool]


class JournalResponse(TypedDict):
    """The response in a journal entry."""

    status: int
    rule: str
    evidence: str
    hint: str
    violations: Sequence[Mapping[str, Any]]
    body: Any
    retryAfter: NotRequired[str]
    delay: NotRequired[float]
    transport: NotRequired[str]


class JournalEntry(TypedDict):
    """One exchange, as `Journal.entries` returns it; control.yaml describes each field."""

    number: int
    at: float
    durationMs: float
    wallClockAt: float
    monotonicAt: float
    request: JournalRequest
    response: JournalResponse
    operationId: NotRequired[str]
    pathParameters: NotRequired[Mapping[str, str]]
    deprecated: NotRequired[bool]
    requestIds: NotRequired[Mapping[str, str]]
    locationId: NotRequired[str]
    unusedInput: NotRequired[Sequence[Mapping[str, str]]]
    requestedExample: NotRequired[str]
    sessionError: NotRequired[str]
    dialogue: NotRequired[Mapping[str, Any]]
    nearMisses: NotRequired[Sequence[Mapping[str, Any]]]
    fault: NotRequired[Mapping[str, Any]]
    executionId: NotRequired[str]
    turn: NotRequired[int]
    namespace: NotRequired[str]
    truncated: NotRequired[Sequence[str]]


def serialize_entry(record: ExchangeRecord) -> str:
    """Return the journal entry of one exchange as JSON text, redacted and limited in size."""
    entry = record.to_json()
    text = to_json_text_unchecked(entry)  # The response's body is serialized: no NaN in it.
    is_long = len(text) > FAST_PATH_CHARS or len(record.request.headers) > MAX_HEADERS
    if is_long or is_suspicious(text):
        return to_json_text(_redact_and_truncate(entry))
    return text


def _redact_and_truncate(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry without credentials, each text truncated to the limit of its kind."""
    request, response = entry["request"], entry["response"]
    others = {name: value for name, value in entry.items() if name not in {"request", "response"}}
    redacted = {
        "request": _redact_request(request),
        "response": _redact_response(response),
        **{name: _redact_value(value) for name, value in others.items()},
    }
    cut = list(_truncated_pointers(redacted))
    if len(request["headers"]) > MAX_HEADERS:
        cut.append("/request/headers")
    return redacted | ({"truncated": cut} if cut else {})


def _redact_request(request: Mapping[str, Any]) -> dict[str, Any]:
    headers = redact_headers(dict(islice(request["headers"].items(), MAX_HEADERS)))
    return {
        **request,
        "method": _redact_text(request["method"]),
        "path": _redact_text(request["path"]),
        "query": _truncate(redact_query(request["query"]), MAX_LINE_CHARS),
        "headers": {
            _truncate(name, MAX_LINE_CHARS): _truncate(value, MAX_LINE_CHARS)
            for name, value in headers.items()
        },
        "body": _redact_text(request["body"], MAX_BODY_CHARS),
    }


def _redact_response(response: Mapping[str, Any]) -> dict[str, Any]:
    content = redact_json(response["body"])
    text = to_json_text(content)
    return {
        **response,
        "hint": _redact_text(response["hint"]),
        "violations": [_redact_value(violation) for violation in response["violations"]],
        "body": content if len(text) <= MAX_BODY_CHARS else _truncate(text, MAX_BODY_CHARS),
    }


def _redact_value(value: object) -> object:
    if isinstance(value, str):
        return _redact_text(value, MAX_VALUE_CHARS)
    if isinstance(value, Mapping):
        return {
            _redact_text(name, MAX_VALUE_CHARS): _redact_value(each) for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redact_value(each) for each in value]
    return value


def _redact_text(text: str, max_chars: int = MAX_LINE_CHARS) -> str:
    # Redact first: a truncated token is not recognised as one.
    return _truncate(redact_text(text), max_chars)


class _Truncated(str):
    """Truncated text."""

    __slots__ = ()


def _truncate(text: str, max_chars: int) -> str:
    if len(text) <= max_chars:
        return text
    return _Truncated(f"{text[:max_chars]}… [{len(text) - max_chars} {TRUNCATION_MARK}")


def _truncated_pointers(value: object, pointer: str = "") -> Iterator[str]:
    """Yield a JSON pointer to each truncated text in `value`, property names included."""
    if isinstance(value, _Truncated):
        yield pointer
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _truncated_pointers(item, f"{pointer}/{escape(name)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _truncated_pointers(item, f"{pointer}/{index}")
