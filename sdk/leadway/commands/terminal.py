"""What is safe to show on a terminal."""

from __future__ import annotations

import sys
from typing import Final

_UNSHOWN: Final = "\N{REPLACEMENT CHARACTER}"


def plain(text: str) -> str:
    """Return text without what a terminal would obey or cannot show.

    An agent repeats what its user said, so a reply may hold control sequences of a stranger.
    """
    shown = "".join(each if each.isprintable() or each in "\n\t" else _UNSHOWN for each in text)
    encoding = sys.stdout.encoding or "utf-8"
    return shown.encode(encoding, "replace").decode(encoding)


def say(text: str = "") -> None:
    """Print a line on standard output."""
    print(plain(text), flush=True)  # noqa: T201 - what a command says


def complain(text: str) -> None:
    """Print a line on standard error."""
    print(plain(text), file=sys.stderr, flush=True)  # noqa: T201 - what a command says
