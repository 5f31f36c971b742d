"""Output of the commands."""

from __future__ import annotations

import sys
from typing import TextIO


def print_line(text: str = "") -> None:
    """Print a line on standard output."""
    _print(text, sys.stdout)


def print_error(text: str) -> None:
    """Print a line on standard error."""
    _print(text, sys.stderr)


def _print(text: str, stream: TextIO | None) -> None:
    if stream:  # A stream that was closed before the start is None.
        print(sanitize(text, stream), file=stream, flush=True)


def sanitize(text: str, stream: TextIO) -> str:
    """Return text without control characters, and without what the stream cannot encode.

    An agent repeats what its users said, so a reply may contain control sequences for a terminal.
    """
    printable = "".join(
        each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for each in text
    )
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return printable.encode(encoding, "replace").decode(encoding)
