"""Keyword arguments of `Mock.fault` as a fault, and its problems with the names of Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from leadway_mock.documents.problems import Problem
from leadway_mock.faults import Fault, FaultError, read_latency
from leadway_mock.faults.model import FIELDS
from leadway_mock.testing.arguments import check_names

_RENAMED: Final = "|".join(name for name, field in FIELDS.items() if name != field)
_JSON_NAME: Final = re.compile(rf"\b(?:{_RENAMED})\b")


def fault_of_fields(fields: Mapping[str, Any]) -> Fault:
    """Return the fault that has these fields, with `latency` in any form.

    Raises `FaultError`, and `ArgumentError` for a name that is no field.
    """
    check_names(fields, FIELDS.values(), "fault() has no argument")
    try:
        latency = fields.get("latency")
        read = None if latency is None else read_latency(latency)
    except FaultError as error:
        raise FaultError(each.under("latency") for each in error.problems) from None
    return Fault(**{**fields, "latency": read})


@contextmanager
def python_names() -> Iterator[None]:
    """Raise each `FaultError` with the names of Python."""
    try:
        yield
    except FaultError as error:
        raise FaultError(map(_in_python, error.problems)) from None


def _in_python(problem: Problem) -> Problem:
    def spell(text: str) -> str:
        return _JSON_NAME.sub(lambda found: FIELDS[found[0]], text)

    location = spell(str(problem.location))
    return Problem(location, spell(problem.message), spell(problem.hint))
