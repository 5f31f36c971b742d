"""The plot: the rate of every contender as a dot with its spread, on a logarithmic scale.

A scale that begins at zero would press everybody but the fastest into its corner. There are two
files, since a page in the dark needs other colours than a page in the light.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bench.contenders import CONTENDERS, Kind
from bench.figures import Spread, spread
from bench.measuring.plan import MAIN, MANY
from bench.results import Results

WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM = 860, 300, 90, 62, 30, 46
FONT = "-apple-system, 'Segoe UI', 'Helvetica Neue', Helvetica, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one plot."""

    text: str
    quiet: str
    line: str
    dots: dict[Kind, str]


LIGHT = Palette(
    "#1f2328",
    "#59636e",
    "#d1d9e0",
    {Kind.OURS: "#0969da", Kind.PEER: "#bc4c00", Kind.CEILING: "#818b98"},
)
DARK = Palette(
    "#f0f6fc",
    "#9198a1",
    "#3d444d",
    {Kind.OURS: "#4493f8", Kind.PEER: "#f0883e", Kind.CEILING: "#9198a1"},
)
LEGEND = {
    Kind.OURS: "the mock",
    Kind.PEER: "what people would pick instead",
    Kind.CEILING: "ceilings: a constant, whatever was asked",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One contender in the plot."""

    title: str
    kind: Kind
    rate: Spread


def rows(results: Results) -> list[Row]:
    """Return who is in the plot, the fastest first."""
    found = []
    for name, measured in results.contenders.items():
        rates = [each.rate for each in measured.outcomes((MAIN, MANY)) if each.answers]
        if rates and name in CONTENDERS:
            found.append(Row(measured.title, CONTENDERS[name].kind, spread(rates)))
    return sorted(found, key=lambda row: -row.rate.median)


def plot(shown: Sequence[Row], colours: Palette) -> str:
    """Return the plot as SVG; there has to be somebody in it."""
    height = TOP + ROW * len(shown) + BOTTOM
    scale = Scale(min(row.rate.least for row in shown), max(row.rate.most for row in shown))
    drawn = [
        _text(
            0, 20, "First turns answered a second, 16 connections", colours.text, size=16, bold=True
        ),
        *_legend(colours),
        *_grid(scale, height, colours),
    ]
    for number, row in enumerate(shown):
        drawn += _row(row, TOP + ROW * number + ROW / 2, scale, colours)
    title = "<title>First turns answered a second on 16 connections, by contender</title>"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
    return "\n".join([f'{head} font-family="{FONT}">', title, *drawn, "</svg>", ""])


class Scale:
    """Where a rate stands on the logarithmic axis."""

    def __init__(self, least: float, most: float) -> None:
        self._low = math.log10(least) - 0.08
        self._high = math.log10(most) + 0.08
        self.ticks = [tick for tick in _ticks() if self._low <= math.log10(tick) <= self._high]

    def at(self, rate: float) -> float:
        """Return the distance of `rate` from the left edge."""
        share = (math.log10(rate) - self._low) / (self._high - self._low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def _ticks() -> Iterator[int]:
    for power in range(7):
        for step in (1, 2, 5):
            yield step * 10**power


def _grid(scale: Scale, height: int, colours: Palette) -> Iterator[str]:
    end = height - BOTTOM + 6
    for tick in scale.ticks:
        yield _line(scale.at(tick), TOP, scale.at(tick), end, colours.line)
        yield _text(scale.at(tick), end + 18, f"{tick:,}", colours.quiet, anchor="middle")
    note = "Logarithmic. A dot is the median of the rounds, its line the least and the most."
    yield _text(LEFT, height - 4, note, colours.quiet, size=11)


def _legend(colours: Palette) -> Iterator[str]:
    x = 6.0
    for kind, text in LEGEND.items():
        yield f'<circle cx="{x:.1f}" cy="38" r="5" fill="{colours.dots[kind]}"/>'
        yield _text(x + 11, 42, text, colours.quiet, size=12)
        x += 36 + 6.2 * len(text)


def _row(row: Row, y: float, scale: Scale, colours: Palette) -> Iterator[str]:
    colour, ours = colours.dots[row.kind], row.kind is Kind.OURS
    least, dot, most = (scale.at(rate) for rate in (row.rate.least, row.rate.median, row.rate.most))
    yield _text(LEFT - 14, y + 4, row.title, colours.text, anchor="end", bold=ours)
    yield _line(least, y, most, y, colour, width=3)
    yield f'<circle cx="{dot:.1f}" cy="{y:.1f}" r="{7 if ours else 6}" fill="{colour}"/>'
    beside = max(most, dot + 6) + 8
    yield _text(beside, y + 4, f"{row.rate.median:,.0f}", colours.text, bold=ours)


def _line(  # noqa: PLR0913 - each is an attribute of the element
    x1: float, y1: float, x2: float, y2: float, colour: str, *, width: int = 1
) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'


def _text(  # noqa: PLR0913 - each is an attribute of the element
    x: float,
    y: float,
    text: str,
    colour: str,
    *,
    size: int = 13,
    anchor: str = "start",
    bold: bool = False,
) -> str:
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{weight}'
    return f'<text {place} fill="{colour}">{escape(text)}</text>'
