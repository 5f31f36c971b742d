"""Text of others for terminals, logs and messages."""

from __future__ import annotations

MAX_CHARS = 200


def escape_controls(text: str) -> str:
    """Escape characters that a terminal would interpret, including line breaks."""
    return text if text.isprintable() else "".join(map(_printable, text))


def short_text(text: str, limit: int = MAX_CHARS) -> str:
    """Return `text` on one line, without control characters, and cut to `limit` characters."""
    return escape_controls(text if len(text) <= limit else f"{text[:limit]}…")


def _printable(letter: str) -> str:
    return letter if letter.isprintable() else ascii(letter)[1:-1]
