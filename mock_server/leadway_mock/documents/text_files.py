"""Files that people write for the mock: read whole, in UTF-8, and not without end."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from leadway_mock.documents.problems import Problem, TextPosition

MAX_BYTES: Final = 1_048_576


class UnreadableError(ValueError):
    """A file that is no text to read, with the `problem` that it has."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_text(path: str | Path) -> str:
    """Return the text of the file at `path`. Raises `UnreadableError`."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can be called so"
        problem = Problem(
            TextPosition(1), f"cannot be read: {reason}", "check its path and permissions"
        )
        raise UnreadableError(problem) from None
    if len(content) > MAX_BYTES:
        problem = Problem(
            TextPosition(1), f"larger than {MAX_BYTES} bytes", "make several files of it"
        )
        raise UnreadableError(problem)
    return _decoded(content)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        position = TextPosition(line, error.start - content.rfind(b"\n", 0, error.start))
    raise UnreadableError(Problem(position, "this byte is not UTF-8", "save the file as UTF-8"))
