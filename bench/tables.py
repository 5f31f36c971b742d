"""Medians, quantiles and ratios with their spread, Markdown tables, and pages in docs/."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def source_folders(checkout: Path) -> list[str]:
    """Return the folders of a checkout with the packages of the product."""
    return [str(checkout / name) for name in ("sdk", "generated", "mock_server")]


class Spread(NamedTuple):
    """Median, minimum and maximum."""

    median: float
    minimum: float
    maximum: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.minimum:.2f}…{self.maximum:.2f})"


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


def median_text(values: Sequence[float], form: str) -> str:
    """Return the median of `values` in the format `form`, or a dash where there are none."""
    return form.format(statistics.median(values)) if values else "-"


def rotate(items: Sequence[T], number: int) -> Sequence[T]:
    """Return `items` in the order of round `number`: each round begins with another one."""
    first = number % len(items)
    return [*items[first:], *items[:first]]


def measure_in_rounds(calls: Mapping[T, Callable[[], float]], rounds: int) -> dict[T, list[float]]:
    """Return what each of the calls measures, one value for each round."""
    found: dict[T, list[float]] = {name: [] for name in calls}
    for number in range(rounds):
        for name in rotate([*calls], number):
            found[name].append(calls[name]())
    return found


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    first, *others = (f"|{'|'.join(cells)}|" for cells in (header, *rows))
    return "\n".join([first, f"|{'---|' * len(header)}", *others])


def write_last_run(page: Path, report: str, heading: str = "Last run") -> None:
    """Replace the last section of `page`, which has this heading, by `report`."""
    head, mark, _ = page.read_text("utf-8").partition(f"## {heading}\n")
    if not mark:
        raise ValueError(f"{page} has no line '## {heading}'. Add it where the report belongs.")
    page.write_text(f"{head}{mark}\n{report}\n", "utf-8")
