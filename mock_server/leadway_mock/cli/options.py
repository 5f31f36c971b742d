"""The settings as flags of a command line: one for each field, and a variable for each flag."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from leadway_mock.config.settings import Settings, SettingsError, flag, from_environment, parse

METAVARS = {"host": "ADDRESS", "agents_file": "FILE", "dialogues": "PATH", "store": "URL"}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give `parser` a flag for each setting; one that is not given is None."""
    for setting in fields(Settings):
        described = {"default": None, "help": _help(setting), **_shape(setting)}
        parser.add_argument(flag(setting.name), **described)


def selected_settings(given: argparse.Namespace, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that flags and variables choose, the flags first.

    Raises `SettingsError` for a value that cannot be read, or a variable that names no setting.
    """
    names = [setting.name for setting in fields(Settings)]
    flags = {name: getattr(given, name) for name in names}
    read = {name: _read(name, value) for name, value in flags.items() if value is not None}
    return from_environment(environment) | read


def error_text(error: Exception) -> str:
    """Return what an error says to somebody who types commands."""
    return error.on_command_line() if isinstance(error, SettingsError) else str(error)


def _read(name: str, value: bool | str | list[str]) -> Any:  # noqa: ANN401, FBT001 - as parsed
    if isinstance(value, list):
        return tuple(item for text in value for item in parse(name, text))
    return parse(name, value) if isinstance(value, str) else value


def _help(setting: Field[Any]) -> str:
    text: str = setting.metadata["help"]
    if setting.type == "bool":
        return f"{text} (default: {'on' if setting.default else 'off'})"
    return text if setting.default in {None, ()} else f"{text} (default: {setting.default})"


def _shape(setting: Field[Any]) -> dict[str, Any]:
    """Return how a flag takes its value: as a switch, several times, or once."""
    choices = setting.metadata["choices"]
    if setting.type == "bool":
        return {"action": argparse.BooleanOptionalAction}
    if setting.type == "tuple[str, ...]":
        return {"action": "append", "metavar": "NAME"}
    return {
        "metavar": "{" + ",".join(choices) + "}" if choices else METAVARS.get(setting.name, "N")
    }
