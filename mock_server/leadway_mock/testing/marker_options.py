"""The marker `leadway_mock`: from keywords on module, class and test to the options of a mock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

KEYWORDS = ("dialogue", "faults", "settings", "strict", "allow", "any_token")


class MarkError(ValueError):
    """A marker that says something it cannot say."""


def parse_marks(marks: Sequence[pytest.Mark], allow: Iterable[str]) -> dict[str, Any]:
    """Return the options of a `Mock` for a test with these marks, the nearest first.

    Dialogues, faults and what is allowed add up; of settings and switches the nearest counts.
    Raises `MarkError` for a keyword that is not known, and for what has none.
    """
    found: dict[str, Any] = {"dialogue": [], "faults": [], "allow": set(allow)}
    for mark in reversed(marks):
        _check(mark)
        given = mark.kwargs
        found["dialogue"] += _listed(given.get("dialogue", ()))
        found["faults"] += _listed(given.get("faults", ()))
        found["allow"] |= set(_listed(given.get("allow", ())))
        found |= {name: given[name] for name in ("strict", "any_token") if name in given}
        found |= given.get("settings", {})
    return found


def _check(mark: pytest.Mark) -> None:
    known = ", ".join(KEYWORDS)
    if mark.args:
        raise MarkError(f"@pytest.mark.leadway_mock takes everything by name; it has {known}.")
    unknown = sorted(set(mark.kwargs) - set(KEYWORDS))
    if unknown:
        raise MarkError(f"@pytest.mark.leadway_mock has no {', '.join(unknown)}; it has {known}.")


def _listed(given: Any) -> list[Any]:  # noqa: ANN401 - one of something, or several
    return list(given) if isinstance(given, list | tuple | set | frozenset) else [given]
