"""Text of others for terminals, logs and messages."""

from __future__ import annotations

MAX_CHARS = 200
MAX_LINES_CHARS = 20_000


def escape_controls(text: str) -> str:
    """Escape characters that a terminal would interpret, including line breaks."""
    return text if text.isprintable() else "".join(map(_printable, text))


def cut_text(text: str, limit: int) -> str:
    """Return `text`, cut to `limit` characters."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def short_text(text: str, limit: int = MAX_CHARS) -> str:
    """Return `text` on one line, without control characters, and cut to `limit` characters."""
    return escape_controls(cut_text(text, limit))


def short_lines(text: str, limit: int = MAX_LINES_CHARS) -> str:
    """Return the lines of `text` without control characters, cut to `limit` characters."""
    return "\n".join(map(escape_controls, cut_text(text, limit).split("\n")))


def count_text(number: int, noun: str) -> str:
    """Return a number and its noun, in the plural unless the number is 1."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _printable(letter: str) -> str:
    return letter if letter.isprintable() else ascii(letter)[1:-1]
