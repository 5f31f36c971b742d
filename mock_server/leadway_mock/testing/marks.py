"""The marker `leadway_mock`: from keywords on module, class and test to the options of a mock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

KEYWORDS = ("dialogue", "faults", "settings", "strict", "allow", "any_token")


def options_of(marks: Sequence[Mapping[str, Any]], allow: Iterable[str]) -> dict[str, Any]:
    """Return the options of a `Mock` for a test with these marks, the nearest first.

    Dialogues, faults and what is allowed add up; of settings and switches the nearest counts.
    Raises `TypeError` for a keyword that is not known.
    """
    found: dict[str, Any] = {"dialogue": [], "faults": [], "allow": set(allow)}
    for mark in reversed(marks):
        _check(mark)
        found["dialogue"] += _listed(mark.get("dialogue", ()))
        found["faults"] += _listed(mark.get("faults", ()))
        found["allow"] |= set(_listed(mark.get("allow", ())))
        found |= {name: mark[name] for name in ("strict", "any_token") if name in mark}
        found |= mark.get("settings", {})
    return found


def _check(mark: Mapping[str, Any]) -> None:
    unknown = sorted(set(mark) - set(KEYWORDS))
    if unknown:
        known = ", ".join(KEYWORDS)
        raise TypeError(f"@pytest.mark.leadway_mock has no {', '.join(unknown)}; it has {known}.")


def _listed(given: Any) -> list[Any]:  # noqa: ANN401 - one of something, or several
    return list(given) if isinstance(given, list | tuple | set | frozenset) else [given]
