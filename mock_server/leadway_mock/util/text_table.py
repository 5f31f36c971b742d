"""Text table of two columns for terminals, with wide and combining characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

MIN_WIDTH: Final = 40
DIFFERENCE_MARK: Final = "<-"


def side_by_side(
    title: tuple[str, str], rows: Iterable[tuple[str, str, bool]], *, width: int
) -> list[str]:
    """Return the lines of a table of two columns, at most `width` terminal columns wide.

    Each row is a left text, a right text, and whether to mark it as the difference.
    """
    side = (max(width, MIN_WIDTH) - len("  | " + " | " + " | " + DIFFERENCE_MARK)) // 2
    rule = f"  +{'-' * (side + 2)}+{'-' * (side + 2)}+"
    lines = [rule, *_row(*title, side), rule]
    for left, right, differs in rows:
        lines += _row(left, right, side, DIFFERENCE_MARK if differs else "")
    return [*lines, rule]


def _row(left: str, right: str, side: int, mark: str = "") -> Iterator[str]:
    for one, other in zip_longest(wrap(left, side), wrap(right, side), fillvalue=""):
        yield f"  | {pad(one, side)} | {pad(other, side)} | {mark}".rstrip()
        mark = ""


def wrap(text: str, width: int) -> list[str]:
    """Return `text` as lines of at most `width` columns, broken at spaces if possible."""
    lines: list[str] = []
    for line in text.split("\n"):
        lines += _wrap_line(line, width)
    return lines


def pad(text: str, width: int) -> str:
    """Return `text` padded with spaces to `width` columns."""
    return text + " " * (width - columns(text))


def columns(text: str) -> int:
    """Return the width of `text` in columns: two for a wide character, none for an accent."""
    return sum(map(_character_columns, text))


def _character_columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _wrap_line(line: str, width: int) -> Sequence[str]:
    lines, start = [], 0
    while columns(line[start:]) > width:
        end = _break(line, start, width)
        lines.append(line[start:end].rstrip())
        start = end
    return [*lines, line[start:]]


def _break(line: str, start: int, width: int) -> int:
    """Return where to break a line that is too long: after the last space, or in a word."""
    end, used = start, 0
    while used + _character_columns(line[end]) <= width:
        used += _character_columns(line[end])
        end += 1
    space = line.rfind(" ", start + 1, end + 1)
    return space + 1 if space > start else end
