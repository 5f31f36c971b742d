"""How long an answer is held back: always the same, or drawn from a distribution.

A draw is a pure function of one number between 0 and 1, which the space's seed and the request's
number decide. So a seeded space has the same delays every time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, TypeAlias

from leadway_mock.documents.problems import Problem
from leadway_mock.faults.problems import FaultError, shown

MOST_SECONDS = 600.0
"""The longest delay, whatever a distribution says; no client waits ten minutes."""

MOST_SIGMA = 5.0

Distribution: TypeAlias = Literal["fixed", "uniform", "lognormal"]


@dataclass(frozen=True, slots=True)
class Latency:
    """A delay in seconds. Use `fixed`, `uniform` or `lognormal` to make one.

    `first` is the delay, the least, or the median; `second` is nothing, the most, or sigma.
    """

    distribution: Distribution
    first: float
    second: float = 0.0

    def seconds(self, fraction: float) -> float:
        """Return the delay at `fraction` of the distribution, which lies between 0 and 1."""
        match self.distribution:
            case "fixed":
                drawn = self.first
            case "uniform":
                drawn = self.first + (self.second - self.first) * fraction
            case "lognormal":
                drawn = self.first * math.exp(self.second * NormalDist().inv_cdf(fraction))
        return min(drawn, MOST_SECONDS)


def fixed(seconds: float) -> Latency:
    """Return a delay of always `seconds`; raises `FaultError`."""
    return _checked(_duration(seconds, "/fixed"), Latency("fixed", seconds))


def uniform(least: float, most: float) -> Latency:
    """Return a delay from `least` to `most` seconds, all equally likely; raises `FaultError`."""
    problems = [*_duration(least, "/uniform/0"), *_duration(most, "/uniform/1")]
    if not problems and least > most:
        what = f"a delay from {least:g} s to {most:g} s ends before it begins"
        problems.append(Problem("/uniform", what, "put the smaller one first"))
    return _checked(problems, Latency("uniform", least, most))


def lognormal(median: float, sigma: float) -> Latency:
    """Return a delay as networks have it: `median` seconds, and rarely much more.

    `sigma` is the standard deviation of its logarithm: at 0.5 one call in a hundred takes more
    than three times the median. Raises `FaultError`.
    """
    problems = [*_duration(median, "/lognormal/median")]
    if not 0 <= sigma <= MOST_SIGMA:
        what = f"a sigma of {shown(sigma)} is out of range"
        mend = f"0 to {MOST_SIGMA:g} is wanted; 0.5 is usual"
        problems.append(Problem("/lognormal/sigma", what, mend))
    return _checked(problems, Latency("lognormal", median, sigma))


def _checked(problems: Iterator[Problem] | list[Problem], latency: Latency) -> Latency:
    found = tuple(problems)
    if found:
        raise FaultError(found)
    return latency


def _duration(seconds: float, pointer: str) -> Iterator[Problem]:
    if not 0 <= seconds <= MOST_SECONDS:  # This refuses NaN, too.
        what = f"{shown(seconds)} seconds is no delay to wait for"
        yield Problem(pointer, what, f"0 to {MOST_SECONDS:g} seconds is wanted")
