"""Differences between two JSON values, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

from leadway_mock.util.json_pointer import escape
from leadway_mock.util.printable_text import cut_text

MAX_SHOWN_CHARS: Final = 200
MISSING: Final = object()
"""Stands for a value that one side does not have."""


def json_differences(
    one: object, other: object, pointer: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    """Yield JSON pointer and both values of each field that differs in value or type.

    A value that only one side has is `MISSING` on the other.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in dict.fromkeys((*one, *other)):
            values = (one.get(name, MISSING), other.get(name, MISSING))
            yield from json_differences(*values, f"{pointer}/{escape(name)}")
    elif isinstance(one, list) and isinstance(other, list):
        for index, values in enumerate(zip_longest(one, other, fillvalue=MISSING)):
            yield from json_differences(*values, f"{pointer}/{index}")
    elif type(one) is not type(other) or one != other:
        yield pointer, one, other


def shorten(text: str) -> str:
    """Return a text as it is shown: its first `MAX_SHOWN_CHARS` characters."""
    return cut_text(text, MAX_SHOWN_CHARS)
