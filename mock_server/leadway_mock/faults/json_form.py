"""JSON form of faults: parsed with every problem reported at once, and written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from leadway_mock.faults.latency import Latency, fixed, lognormal, uniform
from leadway_mock.faults.model import FIELDS, Fault, as_json
from leadway_mock.faults.problems import FaultError, schema_problems, schema_text

__all__ = ["as_json", "read_fault", "read_latency", "schema_text"]

DURATION: Final = re.compile(r" *([0-9.]+) ?(ms|s|m) *")
UNIT_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}


def read_fault(value: object) -> Fault:
    """Return the fault of a JSON value; raises `FaultError` with every problem in it."""
    problems = schema_problems(value)
    if problems or not isinstance(value, Mapping):
        raise FaultError(problems)
    return Fault(**{FIELDS[name]: _read_field(name, item) for name, item in value.items()})


def read_latency(value: object) -> Latency:
    """Return the latency of a JSON value; raises `FaultError`.

    It is `"200ms"`, or `{"fixed": "200ms"}`, `{"uniform": ["100ms", "1s"]}`, or
    `{"lognormal": {"median": "300ms", "sigma": 0.5}}`.
    """
    if problems := schema_problems(value, "latency"):
        raise FaultError(problems)
    return _latency(value)


def _read_field(name: str, value: Any) -> Any:  # noqa: ANN401 - as the schema has it
    match name:
        case "latency":
            try:
                return _latency(value)
            except FaultError as error:
                raise FaultError(problem.under(name) for problem in error.problems) from error
        case "bodySeconds":
            return _seconds(value)
        case _:  # JSON Schema takes 500.0 for an integer.
            return int(value) if isinstance(value, float) else value


def _latency(value: Any) -> Latency:  # noqa: ANN401 - as the schema has it
    match value:
        case {"fixed": delay}:
            return fixed(_seconds(delay))
        case {"uniform": [minimum, maximum]}:
            return uniform(_seconds(minimum), _seconds(maximum))
        case {"lognormal": {"median": median, "sigma": sigma}}:
            return lognormal(_seconds(median), sigma)
        case _:
            return fixed(_seconds(value))


def _seconds(value: float | str) -> float:
    if not isinstance(value, str):
        return value
    duration = DURATION.fullmatch(value)
    if duration is None:  # The schema has the same pattern.
        raise ValueError(value)
    return round(float(duration[1]) * UNIT_SECONDS[duration[2]], 9)
