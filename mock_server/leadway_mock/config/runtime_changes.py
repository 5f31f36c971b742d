"""Which settings can be changed while the mock runs, and what is wrong with a change."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
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


def problems(settings: Settings, changes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and the trouble of each change that cannot be made to `settings`.

    None as a value takes a change back, and is always possible.
    """
    for name, value in changes.items():
        found = _trouble(settings, name, value)
        if found:
            yield name, found


def _trouble(settings: Settings, name: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    if name not in {setting.name for setting in fields(Settings)}:
        return _unknown(name)
    if name in READ_ONLY:
        return f"{name} cannot change while the mock runs: {READ_ONLY[name]}."
    if value is None:
        return ""
    kind = next(str(each.type) for each in fields(Settings) if each.name == name)
    fits, wanted = TYPE_CHECKS[kind.removesuffix(" | None")]
    if not fits(value):
        return f"{name} cannot be {str(value)[:80]!r}: {wanted} is wanted."
    try:
        replace(settings, **{name: value})
    except SettingsError as error:
        return str(error)
    return ""


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, changeable(), n=1)
    meant = f"{close[0]} is meant, perhaps" if close else f"There are {', '.join(changeable())}"
    return f"{name[:80]} is no setting. {meant}."


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
