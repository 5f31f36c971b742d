"""Text that is safe in a header field."""

from __future__ import annotations

MAX_HEADER = 1_000


def header_text(text: str) -> str:
    """Return `text` as a header may carry it: printable ASCII on one line, and not endless."""
    line = text
    if not (text.isascii() and text.isprintable()):
        plain = text.encode("ascii", "backslashreplace").decode()
        line = "".join(letter if letter.isprintable() else " " for letter in plain)
    return line if len(line) <= MAX_HEADER else line[:MAX_HEADER] + "..."
