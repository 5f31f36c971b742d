"""Which settings can be changed while the mock runs, and what is wrong with a change."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from math import isfinite
from typing import Any

from leadway_mock.config.settings import Settings, SettingsError

READ_ONLY: Mapping[str, str] = {
    "host": "the address is bound when the mock starts",
    "port": "the address is bound when the mock starts",
    "allow_host": "what keeps strangers out is not for a request to change",
    "agents_file": "the file is named when the mock starts",
    "dialogues": "the path is named when the mock starts",
    "store": "everything that could be changed is kept in it",
    "max_body_bytes": "the server that reads the bodies is started with it",
    "quiet": "the log is opened when the mock starts",
    "threads": "they begin when the mock starts",
    "workers": "they begin when the mock starts",
}
"""The settings that only a new start can change, and why."""

MAX_JSON_INTEGER = 2**53
"""Beyond this not every whole number is one in JSON, and a database holds none much longer."""


def changeable() -> list[str]:
    """Return the names of the settings that can be changed while the mock runs."""
    return [setting.name for setting in fields(Settings) if setting.name not in READ_ONLY]


def problems(
    settings: Settings, changes: Mapping[str, Any], *, spell: Callable[[str], str] = str
) -> Iterator[tuple[str, str]]:
    """Yield name and error text of each change that cannot be made to `settings`.

    None as a value undoes a change, and is always valid. `spell` returns the name of a setting in
    `changes` and in the texts; by default its Python name.
    """
    names = {spell(setting.name): setting.name for setting in fields(Settings)}
    for name, value in changes.items():
        if name in names:
            text = _error_text(settings, name, names[name], value)
        else:
            text = _unknown(name, [spell(each) for each in changeable()])
        if text:
            yield name, text


def _error_text(settings: Settings, spelled: str, name: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    if name in READ_ONLY:
        return f"{spelled} cannot change while the mock runs: {READ_ONLY[name]}."
    if value is None:
        return ""
    kind = next(str(each.type) for each in fields(Settings) if each.name == name)
    is_valid, expected = TYPE_CHECKS[kind.removesuffix(" | None")]
    if not is_valid(value):
        return f"{spelled} must be {expected}, not {str(value)[:80]!r}."
    try:
        replace(settings, **{name: value})
    except SettingsError as error:
        return f"{spelled} {error.message}" if error.name == name else str(error)
    return ""


def _unknown(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"must be one of {', '.join(names)}."
    return f"unknown setting '{name[:80]}'; {hint}"


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_JSON_INTEGER


def _is_number(value: object) -> bool:
    return (isinstance(value, float) and isfinite(value)) or _is_whole(value)


TYPE_CHECKS: Mapping[str, Any] = {
    "str": (lambda value: isinstance(value, str), "a text"),
    "int": (_is_whole, "a whole number"),
    "float": (_is_number, "a number"),
    "bool": (lambda value: isinstance(value, bool), "true or false"),
}
"""What a value of each type has to be, and how to say so."""
