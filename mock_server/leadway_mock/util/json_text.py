"""Writes JSON with orjson, with the results of the standard library."""

from __future__ import annotations

import json

import orjson

ORJSON_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""What else is no JSON for `json` shall be none for `orjson`."""


def to_json_text(value: object) -> str:
    """Return `value` as compact JSON text, refusing NaN and infinities (`ValueError`)."""
    return to_json_bytes(value).decode()


def to_json_bytes(value: object) -> bytes:
    """Return the text of `dump_json` in UTF-8."""
    text = _dumped(value)
    # NaN was written as null, so where there is a null, it has to be looked for.
    return text if b"null" not in text else _dump_with_stdlib(value)


def to_json_text_unchecked(value: object) -> str:
    """Return `value`, in which there can be no NaN or infinity, as compact JSON text."""
    return _dumped(value).decode()


def _dumped(value: object) -> bytes:
    try:
        return orjson.dumps(value, option=ORJSON_OPTIONS)
    except TypeError:  # Such as a number beyond 64 bits, which the standard library can write.
        return _dump_with_stdlib(value)


def _dump_with_stdlib(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
