"""JSON writers: orjson, with the results of the standard library; texts inside of JSON values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

ORJSON_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""Reject dataclasses and datetimes, as `json` does."""


def to_json_text(value: object) -> str:
    """Return `value` as compact JSON text; raises `ValueError` for NaN and infinities."""
    return to_json_bytes(value).decode()


def to_json_bytes(value: object) -> bytes:
    """Return the text of `to_json_text` in UTF-8."""
    text = _dump(value)
    # orjson writes NaN as null, and then the text means another value.
    is_exact = b"null" not in text or orjson.loads(text) == value
    return text if is_exact else _dump_with_stdlib(value)


def to_json_text_unchecked(value: object) -> str:
    """Return `value`, which must contain no NaN or infinity, as compact JSON text."""
    return _dump(value).decode()


def _dump(value: object) -> bytes:
    try:
        return orjson.dumps(value, option=ORJSON_OPTIONS)
    except TypeError:  # For example an integer beyond 64 bits.
        return _dump_with_stdlib(value)


def _dump_with_stdlib(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


ENCODER = json.JSONEncoder(ensure_ascii=False, default=dict)
"""JSON encoder that also accepts read-only mappings."""


def plain_text(value: object) -> str:
    """Return a JSON value for use in a sentence: text unchanged, anything else as JSON."""
    if isinstance(value, str):
        return value
    return ENCODER.encode(value)


def texts_in(value: object) -> Iterator[str]:
    """Yield every text in a JSON value except property names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | Sequence):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(each)


def map_texts(value: Any, change: Callable[[str], Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value with every text in it, except property names, changed by a function."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: map_texts(each, change) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map_texts(each, change) for each in value)
    return value
