"""Two texts side by side, as wide as a terminal is, whatever script they are written in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

NARROWEST: Final = 40
MARKED: Final = "<-"


def side_by_side(
    title: tuple[str, str], rows: Iterable[tuple[str, str, bool]], *, width: int
) -> list[str]:
    """Return the lines of a table of two columns, at most `width` terminal columns wide.

    Each row is a left text, a right text, and whether to mark it as the difference.
    """
    side = (max(width, NARROWEST) - len("  | " + " | " + " | " + MARKED)) // 2
    rule = f"  +{'-' * (side + 2)}+{'-' * (side + 2)}+"
    lines = [rule, *_row(*title, side), rule]
    for left, right, differs in rows:
        lines += _row(left, right, side, MARKED if differs else "")
    return [*lines, rule]


def _row(left: str, right: str, side: int, mark: str = "") -> Iterator[str]:
    for one, other in zip_longest(wrap(left, side), wrap(right, side), fillvalue=""):
        yield f"  | {pad(one, side)} | {pad(other, side)} | {mark}".rstrip()
        mark = ""


def wrap(text: str, width: int) -> list[str]:
    """Return `text` as lines of at most `width` columns, broken at spaces where there are any."""
    lines: list[str] = []
    for line in text.split("\n"):
        lines += _wrapped(line, width)
    return lines


def pad(text: str, width: int) -> str:
    """Return `text` with spaces behind it, up to `width` columns."""
    return text + " " * (width - columns(text))


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes: two for 漢字, none for an accent."""
    return sum(map(_columns, text))


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in {"Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _wrapped(line: str, width: int) -> Sequence[str]:
    lines, start = [], 0
    while columns(line[start:]) > width:
        end = _break(line, start, width)
        lines.append(line[start:end].rstrip())
        start = end
    return [*lines, line[start:]]


def _break(line: str, start: int, width: int) -> int:
    """Return where to break a line that is too long: behind the last space, or in a word."""
    end, used = start, 0
    while used + _columns(line[end]) <= width:
        used += _columns(line[end])
        end += 1
    space = line.rfind(" ", start + 1, end + 1)
    return space + 1 if space > start else end
