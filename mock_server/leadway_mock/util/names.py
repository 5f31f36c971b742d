"""Names: in Python and in JSON, and the "did you mean" of every message about an unknown one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MAX_COMPARED_CHARS = 80
"""Longer names are cut before they are compared: the comparison takes quadratic time."""


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like `name`, without regard to case, or None."""
    by_lower = {each.lower(): each for each in known}
    close = get_close_matches(name[:MAX_COMPARED_CHARS].lower(), by_lower, n=1)
    return by_lower[close[0]] if close else None


def suggest(name: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" where a known name is close, else a list of the known names."""
    names = list(known)
    close = closest(name, names)
    return f"did you mean '{close}'?" if close else f"known are {', '.join(names)}"


def json_name(name: str) -> str:
    """Return a Python name as the name of a JSON property, in camelCase."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
