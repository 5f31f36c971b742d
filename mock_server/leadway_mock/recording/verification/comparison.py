"""Comparison of two normalized responses, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from leadway_mock.recording.verification.observed import ANY_LIST
from leadway_mock.util.json_pointer import escape
from leadway_mock.util.json_text import ENCODER

MAX_DIFFERENCES: Final = 50
"""Limit of the differences of one response."""

MAX_SHOWN_CHARS: Final = 200
ERROR: Final = 400
"""The lowest status of an error."""


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that the mock and the target have differently.

    `pointer` is a JSON pointer into status, headers and body; a value is JSON, or empty where the
    field is missing.
    """

    probe: str
    pointer: str
    expected: str
    actual: str

    def __str__(self) -> str:
        expected, actual = self.expected or "nothing", self.actual or "nothing"
        return f"{self.pointer}: expected {expected}, actual {actual}"


def compare(
    probe: str, expected: Mapping[str, Any], actual: Mapping[str, Any]
) -> list[FieldDifference]:
    """Return the differences between the normalized responses to a probe.

    Of a success and an error, the bodies are compared as a whole.
    """
    found = _compare(expected, actual, "")
    if (expected.get("status", 0) < ERROR) != (actual.get("status", 0) < ERROR):
        names = ("status", "body")
        found = ((f"/{name}", expected.get(name), actual.get(name)) for name in names)
    return [
        FieldDifference(probe, pointer, _shown(ours), _shown(theirs))
        for pointer, ours, theirs in islice(found, MAX_DIFFERENCES)
    ]


_MISSING: Final = object()


def _compare(expected: Any, actual: Any, pointer: str) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - any JSON value
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name in dict.fromkeys((*expected, *actual)):
            yield from _compare(
                expected.get(name, _MISSING),
                actual.get(name, _MISSING),
                f"{pointer}/{escape(name)}",
            )
    elif isinstance(expected, list) and isinstance(actual, list):
        for index in range(max(len(expected), len(actual))):
            ours, theirs = (
                each[index] if index < len(each) else _MISSING for each in (expected, actual)
            )
            yield from _compare(ours, theirs, f"{pointer}/{index}")
    elif {type(expected), type(actual)} == {str, list} and ANY_LIST in (expected, actual):
        return
    elif type(expected) is not type(actual) or expected != actual:
        yield pointer, expected, actual


def _shown(value: object) -> str:
    if value is _MISSING:
        return ""
    text = ENCODER.encode(value)
    return text if len(text) <= MAX_SHOWN_CHARS else f"{text[:MAX_SHOWN_CHARS]}…"
