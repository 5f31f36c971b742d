"""Exchange with the service as a value, and its redacted JSON form.

`Exchange` holds what was sent and received, secrets included, and is never written.
`redact_exchange` returns the form of files, which `recording.schema.json` describes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

from leadway_mock.recording.private_data import NOTHING_KNOWN, KnownValues, private_values
from leadway_mock.recording.redacted import RedactedJson
from leadway_mock.util.redaction import hide_secrets

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Names and values in the order of the message; names in any case."""

MAX_LEVELS: Final = 100
"""Levels of a message; more would exceed Python's recursion limit when it is written."""

MAX_DECODED_BYTES: Final = 16 * 1_048_576
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
_NOT_SHOWN: Final = "(not decoded)"


class UpstreamFailure(StrEnum):
    """Why there is no response."""

    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    DISCONNECT = "disconnect"
    """The connection ended before the response did."""

    INVALID = "invalid"
    """What was received is no HTTP response."""

    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True)
class SentRequest:
    """Request as it was sent. `path` is percent-encoded; `query` has no question mark."""

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class ReceivedResponse:
    """Response as it was received, without transfer coding, and not decompressed."""

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response, or the reason why there is none; it contains secrets.

    `seconds` is the time from the first byte that was sent to the last that was received.
    """

    request: SentRequest
    response: ReceivedResponse | None
    seconds: float
    failure: UpstreamFailure | None = None


def redact_exchange(exchange: Exchange, known: KnownValues = NOTHING_KNOWN) -> RedactedJson:
    """Return the redacted JSON form of an exchange.

    Values that its properties show to be private are replaced in all its texts.
    """
    return redact_content(exchange_content(exchange), known)


def redact_content(content: Mapping[str, Any], known: KnownValues = NOTHING_KNOWN) -> RedactedJson:
    """Return an exchange in its JSON form, such as one of a file, redacted.

    Each `Content-Length` is that of the redacted body. A body beyond `MAX_LEVELS` is left out.
    """
    shallow: dict[str, Any] = {
        name: _without_body(each) if _is_deep(each) else each for name, each in content.items()
    }
    values = known.plus(private_values(shallow))
    parts = {
        name: _redact_message(each, values) if name in {"request", "response"} else each
        for name, each in shallow.items()
    }
    return RedactedJson(parts, values)


def _is_deep(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(MAX_LEVELS):
        level = [
            child
            for each in level
            if isinstance(each, Mapping | list)
            for child in (each.values() if isinstance(each, Mapping) else each)
        ]
        if not level:
            return False
    return True


def _redact_message(message: Mapping[str, Any], known: KnownValues) -> RedactedJson:
    content = dict(message)
    for name in {"body", "text"} & message.keys():
        content[name] = RedactedJson(message[name], known)
    content["headers"] = dict(message["headers"])
    if "content-length" in content["headers"]:
        content["headers"]["content-length"] = str(len(content_bytes(content)))
    return RedactedJson(content, known)


def _without_body(part: object) -> object:
    if not isinstance(part, Mapping) or "body" not in part:
        return part
    return {name: each for name, each in part.items() if name != "body"} | {"text": _NOT_SHOWN}


def content_bytes(message: Mapping[str, Any]) -> bytes:
    """Return the bytes of the body in a message of the JSON form."""
    body, text = message.get("body"), message.get("text", "")
    if "body" in message:
        return (body if isinstance(body, RedactedJson) else RedactedJson(body)).text.encode()
    return str(text.value if isinstance(text, RedactedJson) else text).encode()


def header_map(headers: Headers) -> dict[str, str]:
    """Return headers with names in lower case; values of the same name are joined by commas."""
    named: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        named[key] = f"{named[key]}, {value}" if key in named else value
    return named


def exchange_content(exchange: Exchange) -> dict[str, Any]:
    """Return the JSON form of an exchange. It contains secrets: see `redact_content`."""
    request, response = exchange.request, exchange.response
    content: dict[str, Any] = {
        "seconds": round(exchange.seconds, 4),
        "request": {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            **_message(request.headers, request.body),
        },
    }
    if response is not None:
        content["response"] = {
            "status": response.status,
            **_message(response.headers, response.body),
        }
    if exchange.failure is not None:
        content["failure"] = str(exchange.failure)
    return content


def _message(headers: Headers, body: bytes) -> dict[str, Any]:
    """Return headers, without those of its encoding, and the decoded body unless it is empty."""
    named = hide_secrets(header_map(headers))
    named.pop("transfer-encoding", None)
    encoding = named.pop("content-encoding", "")
    return {"headers": named} | (_body(body, encoding) if body else {})


def _body(body: bytes, encoding: str) -> dict[str, Any]:
    """Return `{"body": JSON}`, or `{"text": …}` for another body."""
    decoded = _decompress(body, encoding)
    if decoded is None:
        return {"text": _NOT_SHOWN}
    try:
        value = json.loads(decoded, parse_constant=_reject_constant)
    except RecursionError:
        return {"text": _NOT_SHOWN}
    except ValueError:
        return {"text": decoded.decode("utf-8", "replace")}
    return {"text": _NOT_SHOWN} if _is_deep(value) else {"body": value}


def _decompress(body: bytes, encoding: str) -> bytes | None:
    """Return the decoded body; None if it is too large, or in another encoding than gzip."""
    if encoding.strip().lower() in {"", "identity"}:
        return body
    if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        return None
    try:
        decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
        decoded = decoder.decompress(body, MAX_DECODED_BYTES)
    except zlib.error:
        return None
    return None if decoder.unconsumed_tail else decoded


def _reject_constant(name: str) -> None:
    raise ValueError(name)
