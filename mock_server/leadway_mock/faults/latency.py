"""Latency: a fixed delay, or one drawn from a distribution.

A draw is a pure function of a number between 0 and 1, which depends on the namespace's seed and the
number of the request. So a seeded namespace has the same delays on every run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final, Literal, TypeAlias

from leadway_mock.documents.problems import Problem
from leadway_mock.faults.problems import FaultError, quote_value, schema_problems

MAX_SECONDS = 600.0
"""Limit of every delay, drawn ones included; no client waits ten minutes."""

MAX_SIGMA = 5.0
DURATION: Final = re.compile(r" *([0-9.]+) ?(ms|s|m) *")
UNIT_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}

Distribution: TypeAlias = Literal["fixed", "uniform", "lognormal"]


@dataclass(frozen=True, slots=True)
class Latency:
    """A delay in seconds. Use `fixed`, `uniform` or `lognormal` to create one.

    `first` is the delay, the minimum or the median; `second` is unused, the maximum or sigma.
    """

    distribution: Distribution
    first: float
    second: float = 0.0

    def seconds(self, fraction: float) -> float:
        """Return the delay at the quantile `fraction` of the distribution, between 0 and 1."""
        match self.distribution:
            case "fixed":
                delay = self.first
            case "uniform":
                delay = self.first + (self.second - self.first) * fraction
            case "lognormal":
                delay = self.first * math.exp(self.second * NormalDist().inv_cdf(fraction))
        return min(delay, MAX_SECONDS)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        match self.distribution:
            case "fixed":
                return {"fixed": self.first}
            case "uniform":
                return {"uniform": [self.first, self.second]}
            case "lognormal":
                return {"lognormal": {"median": self.first, "sigma": self.second}}


def fixed(seconds: float) -> Latency:
    """Return a delay of always `seconds`; raises `FaultError`."""
    return _check(duration_problems(seconds, "/fixed"), Latency("fixed", seconds))


def uniform(minimum: float, maximum: float) -> Latency:
    """Return a delay between two numbers of seconds, equally likely; raises `FaultError`."""
    problems = [
        *duration_problems(minimum, "/uniform/0"),
        *duration_problems(maximum, "/uniform/1"),
    ]
    if not problems and minimum > maximum:
        message = f"{minimum:g} s to {maximum:g} s is an empty range"
        problems.append(Problem("/uniform", message, "put the smaller one first"))
    return _check(problems, Latency("uniform", minimum, maximum))


def lognormal(median: float, sigma: float) -> Latency:
    """Return a delay as in networks: `median` seconds, and rarely much more.

    `sigma` is the standard deviation of its logarithm: at 0.5 one call in a hundred takes more
    than three times the median. Raises `FaultError`.
    """
    problems = [*duration_problems(median, "/lognormal/median")]
    if not 0 <= sigma <= MAX_SIGMA:
        message = f"a sigma of {quote_value(sigma)} is out of range"
        hint = f"write a number from 0 to {MAX_SIGMA:g}; 0.5 is usual"
        problems.append(Problem("/lognormal/sigma", message, hint))
    return _check(problems, Latency("lognormal", median, sigma))


def read_latency(value: Any) -> Latency:  # noqa: ANN401 - any JSON value
    """Return the latency of a JSON value; raises `FaultError`.

    It is `"200ms"`, or `{"fixed": "200ms"}`, `{"uniform": ["100ms", "1s"]}`, or
    `{"lognormal": {"median": "300ms", "sigma": 0.5}}`.
    """
    if problems := schema_problems(value, "latency"):
        raise FaultError(problems)
    match value:
        case {"fixed": delay}:
            return fixed(parse_seconds(delay))
        case {"uniform": [minimum, maximum]}:
            return uniform(parse_seconds(minimum), parse_seconds(maximum))
        case {"lognormal": {"median": median, "sigma": sigma}}:
            return lognormal(parse_seconds(median), sigma)
        case _:
            return fixed(parse_seconds(value))


def parse_seconds(value: float | str) -> float:
    """Return the seconds of a number or of a text such as `200ms`, which the schema allows."""
    if not isinstance(value, str):
        return value
    duration = DURATION.fullmatch(value)
    if duration is None:  # The schema has the same pattern.
        raise ValueError(value)
    return round(float(duration[1]) * UNIT_SECONDS[duration[2]], 9)


def duration_problems(seconds: float, location: str) -> Iterator[Problem]:
    """Yield a problem if `seconds` is out of range or not a number."""
    if not 0 <= seconds <= MAX_SECONDS:
        hint = f"write a number from 0 to {MAX_SECONDS:g}"
        yield Problem(location, f"{quote_value(seconds)} seconds is out of range", hint)


def _check(problems: Iterator[Problem] | list[Problem], latency: Latency) -> Latency:
    if found := tuple(problems):
        raise FaultError(found)
    return latency
