"""Medians, quantiles and ratios with their spread, and their text in tables."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """Median, minimum and maximum."""

    median: float
    minimum: float
    maximum: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.minimum:.2f} … {self.maximum:.2f})"


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of `values`, which must not be empty."""
    return Spread(statistics.median(values), min(values), max(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Return the spread of the ratios ours / theirs, each within one round.

    Other programs on the machine disturb both values of a round, so a ratio varies less than
    either value.
    """
    return spread([own / other for own, other in zip(ours, theirs, strict=True)])


def quantile(ordered: Sequence[int], share: float) -> int:
    """Return the smallest of the `ordered` values that at least `share` of them do not exceed."""
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]


def median_text(values: Sequence[float], form: Callable[[float], str]) -> str:
    """Return the median of `values` as text, or a dash where there are none."""
    return form(statistics.median(values)) if values else "-"
