"""The JSON form of faults: read with every problem at once, and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any, Final

from leadway_mock.documents.problems import Problem
from leadway_mock.faults.latency import Latency, fixed, lognormal, uniform
from leadway_mock.faults.model import Fault
from leadway_mock.faults.problems import FaultError, shown

MOST_TEXT: Final = 200
"""How long an id may be, or a name; what is armed is kept in the store."""

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(ms|s|m)")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}
_DURATIONS = "write it as 200ms, 1.5s or 2m, or as a number of seconds"

Reader = Callable[[Any], Any]


class _Unreadable(Exception):  # noqa: N818 - caught in this module
    """A value that is not what its field takes: what it should be, and how to mend it."""

    def __init__(self, what: str, mend: str, location: str = "") -> None:
        super().__init__(what)
        self.problem = Problem(location, what, mend)


@cache
def schema_text() -> str:
    """Return the JSON Schema of one fault, as editors and OpenAPI files use it."""
    folder = resources.files("leadway_mock.faults")
    return folder.joinpath("faults.schema.json").read_text("utf-8")


def read_fault(value: object) -> Fault:
    """Return the fault that a JSON value means; raises `FaultError` with every problem in it."""
    if not isinstance(value, Mapping):
        problem = Problem("", "a fault is an object", 'write it as {"status": 500}')
        raise FaultError([problem])
    found: dict[str, Any] = {}
    problems = list(_unknown(value, FIELDS))
    for name, (attribute, reader) in FIELDS.items():
        if value.get(name) is not None:
            try:
                found[attribute] = reader(value[name])
            except _Unreadable as error:
                problems.append(error.problem.under(name))
            except FaultError as error:
                problems += [problem.under(name) for problem in error.problems]
    if problems:
        raise FaultError(problems)
    return Fault(**found)


def read_latency(value: object) -> Latency:
    """Return the delay that a JSON value means; raises `FaultError`.

    It is `"200ms"`, or `{"fixed": "200ms"}`, `{"uniform": ["100ms", "1s"]}`, or
    `{"lognormal": {"median": "300ms", "sigma": 0.5}}`.
    """
    try:
        return _latency(value)
    except _Unreadable as error:
        raise FaultError([error.problem]) from error


def as_json(fault: Fault) -> dict[str, Any]:
    """Return the JSON form of `fault`; what it leaves out has its default."""
    values = {name: getattr(fault, attribute) for name, (attribute, _) in FIELDS.items()}
    return {name: _written(value) for name, value in values.items() if value not in {None, ""}}


def _written(value: object) -> object:
    if isinstance(value, Latency):
        return _latency_as_json(value)
    return str(value) if isinstance(value, str) else value  # An enumeration is its name.


def _latency_as_json(latency: Latency) -> dict[str, Any]:
    match latency.distribution:
        case "fixed":
            return {"fixed": latency.first}
        case "uniform":
            return {"uniform": [latency.first, latency.second]}
        case "lognormal":
            return {"lognormal": {"median": latency.first, "sigma": latency.second}}


def _unknown(value: Mapping[str, Any], known: Mapping[str, object]) -> Iterator[Problem]:
    for name in value:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            mend = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}"
            yield Problem("", "no fault has this", mend).under(str(name)[:80])


def _text(value: object) -> str:
    if isinstance(value, str) and 0 < len(value) <= MOST_TEXT:
        return value
    mend = f"write 1 to {MOST_TEXT} letters, in quotes"
    raise _Unreadable("this must be a text", mend)


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _Unreadable("this must be a whole number", "write it in digits, without quotes")


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise _Unreadable("this must be a number", "write it in digits, without quotes")


def _duration(value: object) -> float:
    if isinstance(value, str):
        said = _DURATION.fullmatch(value.strip())
        if said is None:
            raise _Unreadable(f"{shown(value)} is no length of time", _DURATIONS)
        return round(float(said[1]) * _UNITS[said[2]], 9)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise _Unreadable("this must be a length of time", _DURATIONS)


def _latency(value: object) -> Latency:
    if not isinstance(value, Mapping):
        return fixed(_duration(value))
    if len(value) != 1 or next(iter(value)) not in DISTRIBUTIONS:
        known = ", ".join(DISTRIBUTIONS)
        raise _Unreadable("a latency has one distribution", f"give it one of {known}")
    (name, parts), *_ = value.items()
    try:
        return DISTRIBUTIONS[name](parts)
    except _Unreadable as error:
        problem = error.problem.under(name)
        raise _Unreadable(problem.message, problem.hint, str(problem.location)) from error


def _uniform(value: object) -> Latency:
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - least and most
        mend = 'write it as ["100ms", "500ms"]'
        raise _Unreadable("a uniform latency is a list of two lengths of time", mend)
    return uniform(_duration(value[0]), _duration(value[1]))


def _lognormal(value: object) -> Latency:
    if not isinstance(value, Mapping) or set(value) != {"median", "sigma"}:
        mend = 'write it as {"median": "300ms", "sigma": 0.5}'
        raise _Unreadable("a lognormal latency has a median and a sigma", mend)
    return lognormal(_duration(value["median"]), _number(value["sigma"]))


DISTRIBUTIONS: Final[Mapping[str, Callable[[Any], Latency]]] = {
    "fixed": lambda value: fixed(_duration(value)),
    "uniform": _uniform,
    "lognormal": _lognormal,
}

FIELDS: Final[Mapping[str, tuple[str, Reader]]] = {
    "id": ("id", _text),
    "operation": ("operation_id", _text),
    "agent": ("agent_id", _text),
    "session": ("execution_id", _text),
    "times": ("times", _whole),
    "when": ("phase", _text),
    "status": ("status", _whole),
    "rule": ("rule", _text),
    "retryAfter": ("retry_after", _whole),
    "proxy": ("proxy_status", _whole),
    "transport": ("transport", _text),
    "spread": ("body_seconds", _duration),
    "latency": ("latency", _latency),
}
"""The names of the JSON form, the attributes they mean, and how their values are read."""
