"""What can be wrong with a fault, said with its place and a way to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong: where in the JSON form, what, and how to mend it."""

    pointer: tuple[str | int, ...]
    what: str
    mend: str

    def under(self, *names: str | int) -> Problem:
        """Return the problem as it is for whoever holds the value under `names`."""
        return self._replace(pointer=(*names, *self.pointer))

    def __str__(self) -> str:
        place = "/".join(("", *map(str, self.pointer)))
        return f"{place or 'the fault'}: {self.what} — {self.mend}"


class FaultError(ValueError):
    """A fault that cannot be used; `problems` has them all, and `str()` lists them, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
