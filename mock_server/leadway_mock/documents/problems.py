"""What can be wrong with a file, said with its place and a way to mend it."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from leadway_mock.documents.yaml_document import Document, Pointer, YamlError
from leadway_mock.documents.yaml_errors import escape_controls

MAX_SHOWN: Final = 50
"""Most problems that one error lists; a file of the wrong kind may have thousands."""


class Problem(NamedTuple):
    """One thing that is wrong, where it stands, and how to mend it."""

    line: int
    column: int
    message: str
    hint: str


class ProblemsError(ValueError):
    """A file that cannot be used; `str()` of it lists every problem, one a line."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = escape_controls(file)
        self.problems = tuple(problems)
        super().__init__("\n".join(_lines(self.file, self.problems)))


def _lines(file: str, problems: tuple[Problem, ...]) -> list[str]:
    lines = [
        f"{file}:{line}:{column}: {what} — {mend}"
        for line, column, what, mend in problems[:MAX_SHOWN]
    ]
    more = len(problems) - MAX_SHOWN
    return [*lines, f"{file}: and {more} more"] if more > 0 else lines


def problem_at_value(document: Document, pointer: Pointer, what: str, mend: str) -> Problem:
    """Place a problem at the value that `pointer` leads to."""
    return Problem(*document.position(pointer), what, mend)


def problem_at_key(document: Document, pointer: Pointer, what: str, mend: str) -> Problem:
    """Place a problem at the name that `pointer` ends with."""
    return Problem(*document.key_position(pointer), what, mend)


def problem_from_yaml(error: YamlError) -> Problem:
    """Turn the error of a text that is not YAML into a problem."""
    return Problem(*error.position, error.message, error.hint)
