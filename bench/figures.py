"""The statistics of the benches: medians, quantiles and ratios with their spread."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """A median with the least and the most that was seen."""

    median: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of `values`, of which there has to be one."""
    return Spread(statistics.median(values), min(values), max(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Return the spread of ours by theirs, each taken within one round.

    What the machine did to a round it did to both, so that a ratio says more than either figure.
    """
    return spread([own / other for own, other in zip(ours, theirs, strict=True)])


def quantile(ordered: Sequence[int], share: float) -> int:
    """Return the smallest of the `ordered` values that at least `share` of them do not exceed."""
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]
