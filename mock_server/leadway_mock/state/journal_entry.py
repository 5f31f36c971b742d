"""Serializes an exchange for the journal: redacts secrets, truncates long texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NotRequired, TypedDict

from leadway_mock.state.exchange_record import ExchangeRecord
from leadway_mock.util.json_pointer import escape
from leadway_mock.util.json_text import to_json_text_unchecked
from leadway_mock.util.redaction import redact_json, redact_json_text, redact_text

MAX_BODY_CHARS = 16_384
"""Length to which a body is truncated."""

REDACTED_BODY_CHARS = 4 * MAX_BODY_CHARS
"""Of a longer body, so much is redacted, since the rest is truncated in any case.

A credential that begins before `MAX_BODY_CHARS` ends within this.
"""

TRUNCATION_MARK = "more characters]"
"""End of a truncated text."""

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
    repeated: NotRequired[bool]
    namespace: NotRequired[str]
    truncated: NotRequired[Sequence[str]]


def serialize_entry(record: ExchangeRecord) -> str:
    """Return the journal entry of one exchange as JSON text of limited size, without secrets."""
    entry, texts = record.to_json(), _TextLimiter()
    request, response = entry["request"], entry["response"]
    body, content = request.pop("body"), response.pop("body")
    lines = to_json_text_unchecked([request, response])
    is_short = len(lines) <= MAX_LINE_CHARS and len(request["headers"]) <= MAX_HEADERS
    if not is_short or redact_json_text(lines) != lines:
        _redact_lines(request, response, texts)
    shown, rest = redact_json_text(body[:REDACTED_BODY_CHARS]), body[REDACTED_BODY_CHARS:]
    request["body"] = texts.truncate(shown, "/request/body", MAX_BODY_CHARS, len(rest))
    response["body"] = _redact_content(content, texts)
    for name, value in entry.items():
        if name not in {"request", "response"}:
            entry[name] = texts.redact_value(value, f"/{name}")
    if texts.truncated:
        entry["truncated"] = texts.truncated
    return to_json_text_unchecked(entry)  # The response's body is serialized: no NaN in it.


class _TextLimiter:
    """Redacts and truncates texts."""

    def __init__(self) -> None:
        self.truncated: list[str] = []
        """JSON pointers to the truncated texts, property names included."""

    def redact(self, text: str, pointer: str, max_chars: int = MAX_LINE_CHARS) -> str:
        # Redact first: a truncated token is not recognised as one.
        return self.truncate(redact_text(text), pointer, max_chars)

    def truncate(self, text: str, pointer: str, max_chars: int, rest: int = 0) -> str:
        """Return `text`, which has `rest` more characters, with at most `max_chars`."""
        left_out = max(0, len(text) - max_chars) + rest
        if not left_out:
            return text
        self.truncated.append(pointer)
        return f"{text[:max_chars]}… [{left_out} {TRUNCATION_MARK}"

    def redact_value(self, value: object, pointer: str) -> object:
        if isinstance(value, str):
            return self.redact(value, pointer, MAX_VALUE_CHARS)
        if isinstance(value, Mapping):
            shown = {
                self.redact(name, pointer, MAX_VALUE_CHARS): each for name, each in value.items()
            }
            return {
                name: self.redact_value(each, f"{pointer}/{escape(name)}")
                for name, each in shown.items()
            }
        if isinstance(value, list | tuple):
            return [
                self.redact_value(each, f"{pointer}/{index}") for index, each in enumerate(value)
            ]
        return value


def _redact_lines(request: dict[str, Any], response: dict[str, Any], texts: _TextLimiter) -> None:
    """Redact everything but the bodies."""
    for name in ("method", "path", "query"):
        request[name] = texts.redact(request[name], f"/request/{name}")
    headers = request["headers"]
    if len(headers) > MAX_HEADERS:
        headers = dict(islice(headers.items(), MAX_HEADERS))
        texts.truncated.append("/request/headers")
    shown = {texts.redact(name, "/request/headers"): value for name, value in headers.items()}
    request["headers"] = {
        name: texts.redact(value, f"/request/headers/{escape(name)}")
        for name, value in shown.items()
    }
    response["hint"] = texts.redact(response["hint"], "/response/hint")
    response["violations"] = texts.redact_value(response["violations"], "/response/violations")


def _redact_content(content: object, texts: _TextLimiter) -> object:
    """Return the body of a response, as text where it is too long."""
    content = redact_json(content)
    text = to_json_text_unchecked(content)
    if len(text) > MAX_BODY_CHARS:
        return texts.truncate(text, "/response/body", MAX_BODY_CHARS)
    return content
