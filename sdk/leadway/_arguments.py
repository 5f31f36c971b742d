"""Checks of arguments; the errors name the argument."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any

from leadway.errors import LeadwayError


def check_names(names: Iterable[str], known: Collection[str], error: type[LeadwayError]) -> None:
    """Raise `error` for the first name that is not known, with the closest known one."""
    for name in names:
        if name not in known:
            close = get_close_matches(name[:80].lower(), known, n=1)
            fix = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(known)}."
            raise error(f"Unknown argument `{name}`; {fix}")


def check_type(
    name: str,
    value: object,
    kind: Any,  # noqa: ANN401 - a type, or several as for `isinstance`
    expected: str,
    error: type[LeadwayError],
) -> Any:  # noqa: ANN401 - the type is checked here
    """Return `value`; raise `error` if it is not a `kind`."""
    if not isinstance(value, kind):
        raise error(f"`{name}` must be {expected}, not {value!r}.")
    return value
