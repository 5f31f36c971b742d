"""Comparison of two normalized responses, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from leadway_mock.recording.json_differences import MISSING, json_differences, shorten
from leadway_mock.recording.verification.observed import ANY_LIST
from leadway_mock.util.json_text import ENCODER

MAX_DIFFERENCES: Final = 50
"""Limit of the differences of one response."""

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
    found = json_differences(expected, actual)
    if (expected.get("status", 0) < ERROR) != (actual.get("status", 0) < ERROR):
        names = ("status", "body")
        found = ((f"/{name}", expected.get(name), actual.get(name)) for name in names)
    found = (each for each in found if not _is_any_list(*each[1:]))
    return [
        FieldDifference(probe, pointer, _shown(ours), _shown(theirs))
        for pointer, ours, theirs in islice(found, MAX_DIFFERENCES)
    ]


def _is_any_list(*values: object) -> bool:
    """Return whether one side has a list, and the other one of which no item is known."""
    return ANY_LIST in values and {type(each) for each in values} == {str, list}


def _shown(value: object) -> str:
    return "" if value is MISSING else shorten(ENCODER.encode(value))
