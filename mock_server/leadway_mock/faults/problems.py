"""Error of a fault that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable

from leadway_mock.documents.problems import Problem

MAX_SHOWN = 80


def shown(value: object) -> str:
    """Return `value` as a problem may quote it: on one line, and not endless."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int) and abs(value) >= 10**MAX_SHOWN:  # Python prints no endless ones.
        return "this number"
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


class FaultError(ValueError):
    """A fault that cannot be used; `str()` lists its problems, one per line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"{'' if each.location else 'the fault'}{each}" for each in self.problems]
        super().__init__("\n".join(lines))
