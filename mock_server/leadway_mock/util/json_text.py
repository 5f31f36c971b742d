"""Writes JSON with orjson, with the results of the standard library."""

from __future__ import annotations

import json

import orjson

AS_THE_STANDARD_LIBRARY = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""What else is no JSON for `json` shall be none for `orjson`."""


def dump_json(value: object) -> str:
    """Return `value` as compact JSON text, refusing NaN and infinities (`ValueError`)."""
    return dump_bytes(value).decode()


def dump_bytes(value: object) -> bytes:
    """Return the text of `dump_json` in UTF-8."""
    text = _dumped(value)
    # NaN was written as null, so where there is a null, it has to be looked for.
    return text if b"null" not in text else _slowly_dumped(value)


def dump_sound(value: object) -> str:
    """Return `value`, in which there can be no NaN or infinity, as compact JSON text."""
    return _dumped(value).decode()


def _dumped(value: object) -> bytes:
    try:
        return orjson.dumps(value, option=AS_THE_STANDARD_LIBRARY)
    except TypeError:  # Such as a number beyond 64 bits, which the standard library can write.
        return _slowly_dumped(value)


def _slowly_dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
