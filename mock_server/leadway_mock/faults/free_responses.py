"""Responses of free choice: any status, body and headers, and what is safe to send."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from leadway_mock.documents.problems import Problem
from leadway_mock.util.json_text import to_json_bytes
from leadway_mock.util.redaction import redact_json, redact_text

MAX_BODY_BYTES: Final = 32_768
"""Limit of a body, of a merge patch, and of all headers together: faults are stored with others."""

TEXT: Final = "text/plain; charset=utf-8"
SWITCHING_PROTOCOLS, FIRST_FINAL_STATUS, NO_CONTENT, NOT_MODIFIED = 101, 200, 204, 304

RESERVED_HEADERS: Final = frozenset(
    {
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-content-type-options",
    }
)
"""Headers that frame the message, which are the server's, and those that it always sends."""

RESERVED_PREFIX: Final = "x-mock-"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\t -~\u00a0-\u00ff]*")


def has_no_body(status: int) -> bool:
    """Return whether HTTP allows no body with this status (RFC 9112, section 6.3)."""
    return status < FIRST_FINAL_STATUS or status in {NO_CONTENT, NOT_MODIFIED}


def response_problems(
    status: int | None, body: object, headers: object, merge_patch: object
) -> Iterator[Problem]:
    """Yield why a response with these parts cannot be sent or stored."""
    for name, value in (("body", body), ("headers", headers), ("mergePatch", merge_patch)):
        if value is not None:
            yield from _content_problems(name, value)
    if status is None and (body is not None or headers is not None):
        name = "headers" if body is None else "body"
        yield Problem(f"/{name}", f"{name} needs status", 'add a status, such as {"status": 200}')
    if status == SWITCHING_PROTOCOLS:
        yield Problem("/status", "101 changes the protocol, and the mock has no other", "use 103")
    if status is not None and has_no_body(status) and body not in (None, ""):
        yield Problem("/body", f"a {status} response has no body", "leave the body out")
    if isinstance(headers, Mapping):
        for name, value in headers.items():
            yield from _header_problems(name, value)


def merge(target: object, patch: object) -> object:
    """Return `target` with a JSON Merge Patch (RFC 7396) applied: null removes a property."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def content_of(body: Any, headers: Mapping[str, str]) -> tuple[object, str | None, dict[str, str]]:  # noqa: ANN401 - any JSON value
    """Return the content, the media type (None for the platform's JSON) and the other headers."""
    others = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    media_type = next((headers[name] for name in headers if name not in others), None)
    if body is None or isinstance(body, str):
        return body or "", media_type or TEXT, others
    return (to_json_bytes(body).decode() if media_type else body), media_type, others


def _content_problems(name: str, value: object) -> Iterator[Problem]:
    text = _json_bytes(value)
    if text is None:
        yield Problem(f"/{name}", f"{name} is not JSON", "write a JSON value, or text")
        return
    if len(text) > MAX_BODY_BYTES:
        hint = f"write up to {MAX_BODY_BYTES}"
        yield Problem(f"/{name}", f"{name} has {len(text)} bytes, which is too much", hint)
    elif (redact_text(value) if isinstance(value, str) else redact_json(value)) != value:
        message = "this looks like a credential, and faults are stored and listed"
        yield Problem(f"/{name}", message, "leave tokens out")


def _json_bytes(value: object) -> bytes | None:
    """Return the bytes of a text, or of JSON; None for a value that JSON does not have."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    try:
        text = to_json_bytes(value)
    except (TypeError, ValueError, RecursionError):
        return None
    return text if json.loads(text) == value else None  # Keys may have been numbers.


def _header_problems(name: object, value: object) -> Iterator[Problem]:
    shown = f"/headers/{name!s:.100}" if str(name).isprintable() else "/headers"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        hint = "use letters, digits and dashes, such as X-Reason"
        yield Problem(shown, "this is no name of a header", hint)
    elif name.lower() in RESERVED_HEADERS or name.lower().startswith(RESERVED_PREFIX):
        hint = "leave it out; `transport` has responses that end early"
        yield Problem(shown, f"the mock itself sends {name}", hint)
    elif not isinstance(value, str) or not _VALUE.fullmatch(value):
        hint = "write text on one line, of ASCII or Latin-1 characters"
        yield Problem(shown, "this is no value of a header", hint)
