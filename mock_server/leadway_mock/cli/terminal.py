"""Output of commands: exit codes, and JSON, which is coloured in a terminal."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Final

OK, FAILED, USAGE_ERROR = 0, 1, 2
"""Exit codes, as in `options`, which imports the server and is slow."""

BOLD, DIM, RED, GREEN, YELLOW, BLUE, CYAN = "1", "2", "31", "32", "33", "34", "36"
"""Parameters of the control sequence that selects a colour."""

_TOKEN: Final = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")(?P<colon>:)?|(?P<word>true|false|null)|(?P<number>-?[0-9][0-9.eE+-]*)'
)


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return bool(sys.stdout) and sys.stdout.isatty()


def has_colour() -> bool:
    """Return whether to colour the output: in a terminal, unless `NO_COLOR` is set."""
    is_able = os.environ.get("TERM", "") not in {"dumb", "unknown"}
    return is_terminal() and is_able and not os.environ.get("NO_COLOR")


def paint(text: str, colour: str) -> str:
    """Return `text` in a colour, or unchanged where the output has none."""
    return f"\x1b[{colour}m{text}\x1b[0m" if has_colour() else text


def print_json(value: object) -> None:
    """Print JSON: indented and coloured in a terminal, and otherwise on one line, for programs."""
    if not is_terminal():
        print_text(json_text(value))
        return
    text = json_text(value, indent=2)
    print_text(_TOKEN.sub(_paint_token, text) if has_colour() else text)


def json_text(value: object, indent: int | None = None) -> str:
    """Return JSON text in which characters that a terminal would interpret are escaped."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return "".join(
        each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text
    )


def print_text(text: str) -> None:
    """Print lines without control characters, but for our own colours."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)  # noqa: T201 - the output of a command


def _paint_token(match: re.Match[str]) -> str:
    if match["text"]:
        colour = BLUE if match["colon"] else GREEN
        return f"{paint(match['text'], colour)}{match['colon'] or ''}"
    return paint(match[0], YELLOW if match["word"] else CYAN)
