"""Problems of files, faults and settings: location, message and hint."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from leadway_mock.util.json_pointer import to_pointer
from leadway_mock.util.printable_text import escape_controls, short_text

MAX_PROBLEMS_IN_TEXT: Final = 50
"""Maximum number of problems in the text of one error; a file of the wrong kind has thousands."""

MAX_QUOTE_CHARS: Final = 60
"""Maximum characters of a user's text that an error quotes."""

_SECRET = re.compile(r"(?:pit-|eyJ)\S+")


class TextPosition(NamedTuple):
    """Line and column in a text, both counted from 1."""

    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Problem(NamedTuple):
    """One problem of a user's input: where it is, what is wrong, and how to fix it."""

    location: TextPosition | str
    """Position in the text of a file, or JSON pointer into a value; "" is the whole value."""

    message: str
    hint: str

    def under(self, *path: str | int) -> Problem:
        """Return the problem of a value as a problem of the document that has it at `path`."""
        return self._replace(location=f"{to_pointer(path)}{self.location}")

    def to_json(self) -> dict[str, Any]:
        """Return the problem as JSON: `line` and `column`, or `pointer`; `message` and `hint`."""
        if isinstance(self.location, TextPosition):
            place = self.location._asdict()
        else:
            place = {"pointer": self.location}
        return {**place, "message": self.message, "hint": self.hint}

    def __str__(self) -> str:
        return f"{self.location}: {self.message} — {self.hint}"


class DocumentError(ValueError):
    """A file that cannot be read, or a text that is no document, with its `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class ProblemsError(ValueError):
    """A file that cannot be used; `str()` lists its problems, one per line."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = escape_controls(file)
        self.problems = tuple(problems)
        lines = [f"{self.file}:{each}" for each in self.problems[:MAX_PROBLEMS_IN_TEXT]]
        more = len(self.problems) - MAX_PROBLEMS_IN_TEXT
        super().__init__("\n".join([*lines, *([f"{self.file}: and {more} more"] * (more > 0))]))


def quote(text: str) -> str:
    """Quote a piece of a user's text for an error: short, printable, and with tokens masked."""
    masked = _SECRET.sub("…", text)
    return f"`{short_text(masked, MAX_QUOTE_CHARS)}`"
