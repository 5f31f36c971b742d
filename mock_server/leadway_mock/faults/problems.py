"""What can be wrong with a fault, said with its place and a way to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

MAX_SHOWN = 80


def shown(value: object) -> str:
    """Return `value` as a problem may quote it: on one line, and not endless."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int) and abs(value) >= 10**MAX_SHOWN:  # Python prints no endless ones.
        return "this number"
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


class Problem(NamedTuple):
    """One thing that is wrong: where in the JSON form, what, and how to mend it."""

    pointer: tuple[str | int, ...]
    message: str
    hint: str

    def under(self, *names: str | int) -> Problem:
        """Return the problem as it is for whoever holds the value under `names`."""
        return self._replace(pointer=(*names, *self.pointer))

    def __str__(self) -> str:
        place = "/".join(("", *map(str, self.pointer)))
        return f"{place or 'the fault'}: {self.message} — {self.hint}"


class FaultError(ValueError):
    """A fault that cannot be used; `problems` has them all, and `str()` lists them, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
