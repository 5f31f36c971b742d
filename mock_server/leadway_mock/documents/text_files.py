"""Text files of users: UTF-8, limited in size."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from leadway_mock.documents.problems import Problem, TextPosition

MAX_FILE_BYTES: Final = 1_048_576


class UnreadableFileError(ValueError):
    """A file that cannot be read as text, with its `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_text(path: str | Path) -> str:
    """Return the text of the file at `path`. Raises `UnreadableError`."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid file name"
        problem = Problem(
            TextPosition(1), f"cannot be read: {reason}", "check its path and permissions"
        )
        raise UnreadableFileError(problem) from None
    if len(content) > MAX_FILE_BYTES:
        problem = Problem(
            TextPosition(1), f"larger than {MAX_FILE_BYTES} bytes", "split it into several files"
        )
        raise UnreadableFileError(problem)
    return _decode(content)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        position = TextPosition(line, error.start - content.rfind(b"\n", 0, error.start))
    raise UnreadableFileError(Problem(position, "this byte is not UTF-8", "save the file as UTF-8"))
