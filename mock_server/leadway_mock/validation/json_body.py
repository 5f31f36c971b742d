"""Strict JSON parser for request bodies."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Mapping
from email.message import Message
from math import isinf
from typing import Any, NoReturn

from leadway_mock.http.messages import APIError, Request

MAX_DEPTH = 64
"""Nesting limit of arrays and objects. The API's own limit is not known."""

MEDIA_TYPE = "application/json"


class _MalformedError(ValueError):
    """The text is not acceptable JSON; the message completes the sentence 'The body …'."""


def read_json(request: Request, max_bytes: int) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of the request's body.

    Raises `APIError`: `body-too-large`, `media-type-unsupported` or `body-malformed`.
    """
    if len(request.body) > max_bytes:
        hint = f"The body has more than {max_bytes} bytes, which is the limit of the mock."
        raise APIError("body-too-large", hint=hint)
    _check_media_type(request)
    try:
        return _parsed(request.body)
    except _MalformedError as error:
        raise APIError("body-malformed", hint=f"The body {error}.") from error


def _check_media_type(request: Request) -> None:
    media_type, coding = request.header("content-type"), request.header("content-encoding")
    if media_type == MEDIA_TYPE and coding is None:
        return
    if media_type is None:
        _unsupported("Content-Type is missing; send 'Content-Type: application/json'.")
    header = Message()
    header["content-type"] = media_type
    if header.get_content_type() != MEDIA_TYPE:
        _unsupported(f"Content-Type is '{media_type}'; send application/json.")
    charset = str(header.get_param("charset", "utf-8")).lower()
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        _unsupported(f"The charset is '{charset}'; JSON must be UTF-8.")
    if coding not in {None, "", "identity"}:
        _unsupported(f"Content-Encoding is '{coding}'; send the body as it is.")


def _unsupported(hint: str) -> NoReturn:
    raise APIError("media-type-unsupported", hint=hint)


def _parsed(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        text = body.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8: byte {error.start} does not fit"
        raise _MalformedError(problem) from error
    try:
        value = _decoded(text)
    except json.JSONDecodeError as error:
        if not body.strip():
            problem = "is empty; send a JSON object with message and locationId"
            raise _MalformedError(problem) from error
        problem = f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise _MalformedError(problem) from error
    except RecursionError as error:
        raise _MalformedError(_too_deep()) from error
    except ValueError as error:
        if isinstance(error, _MalformedError):
            raise
        problem = "holds a number with too many digits"
        raise _MalformedError(problem) from error
    if _may_be_odd(text):
        _check_tree(value)
    return value


def _decoded(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        value, end = DECODER.raw_decode(text)
    except json.JSONDecodeError:
        return DECODER.decode(text)  # There is space before it, or an error, which this one tells.
    return value if end == len(text) else DECODER.decode(text)


def _may_be_odd(text: str) -> bool:
    """Tell whether a JSON text may nest too deeply or hold half a character; most cannot."""
    return text.count("[") + text.count("{") > MAX_DEPTH or "\\u" in text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        problem = f"has the property '{twice}' twice in one object"
        raise _MalformedError(problem)
    return found


def _constant(name: str) -> Any:  # noqa: ANN401 - never returns
    problem = f"holds {name}, which JSON does not have"
    raise _MalformedError(problem)


def _float(text: str) -> float:
    number = float(text)
    if isinf(number):
        problem = f"holds a number beyond what a double can hold: {text[:40]}"
        raise _MalformedError(problem)
    return number


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)


def _too_deep() -> str:
    return f"nests deeper than {MAX_DEPTH} levels"


def _check_tree(value: object) -> None:
    for item, depth in _walk(value):
        if depth > MAX_DEPTH:
            raise _MalformedError(_too_deep())
        if isinstance(item, str) and not item.isascii():
            _check_text(item)


def _walk(value: object) -> Iterator[tuple[object, int]]:
    """Yield every value and property name within `value`, with its depth, without recursion."""
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        yield item, depth
        if depth > MAX_DEPTH:
            continue
        if isinstance(item, Mapping):
            waiting.extend((name, depth) for name in item)
            waiting.extend((child, depth + 1) for child in item.values())
        elif isinstance(item, list):
            waiting.extend((child, depth + 1) for child in item)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        problem = "holds half of a surrogate pair (such as \\ud800), which is no character"
        raise _MalformedError(problem) from error
