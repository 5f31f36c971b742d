"""What is typed at a terminal or comes from a pipe, and what is safe to show there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from leadway.errors import InvalidRequestError

_UNSHOWN: Final = "\N{REPLACEMENT CHARACTER}"


def is_typed() -> bool:
    """Whether a person types what is read, and not a pipe, a file or nobody."""
    return bool(sys.stdin) and sys.stdin.isatty()


def lines() -> Iterator[str]:
    """Yield the lines of standard input.

    Raises `InvalidRequestError` for what is no text.
    """
    try:
        yield from sys.stdin or ()
    except UnicodeDecodeError as error:
        raise InvalidRequestError(f"Standard input is no text in {error.encoding}") from None


def plain(text: str) -> str:
    """Return text without what a terminal would obey or cannot show.

    An agent repeats what its user said, so a reply may hold control sequences of a stranger.
    """
    shown = "".join(each if each.isprintable() or each in "\n\t" else _UNSHOWN for each in text)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return shown.encode(encoding, "replace").decode(encoding)


def say(text: str = "") -> None:
    """Print a line on standard output."""
    print(plain(text), flush=True)  # noqa: T201 - what a command says


def complain(text: str) -> None:
    """Print a line on standard error."""
    print(plain(text), file=sys.stderr, flush=True)  # noqa: T201 - what a command says
