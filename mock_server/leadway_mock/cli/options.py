"""Command-line options, one per setting, and the errors of the commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from leadway_mock.config.settings import Settings, SettingsError, flag, from_environment, parse
from leadway_mock.contract.model import ContractError
from leadway_mock.documents.problems import ProblemsError
from leadway_mock.http_server import ServerError
from leadway_mock.store import StoreError
from leadway_mock.util.certificates import CertificateError
from leadway_mock.util.printable_text import short_lines

OK, FAILED, USAGE_ERROR = 0, 1, 2
"""Exit codes."""

START_ERRORS = (
    SettingsError,
    ProblemsError,
    ContractError,
    StoreError,
    ServerError,
    CertificateError,
)
"""What keeps a mock from starting. Each has a text for users."""

METAVARS = {
    "host": "ADDRESS",
    "agents_file": "FILE",
    "dialogues": "PATH",
    "store": "URL",
    "observations": "FILE",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting to `parser`; its value is None where it is left out."""
    for setting in fields(Settings):
        options = {"default": None, "help": _help(setting), **_value_options(setting)}
        parser.add_argument(flag(setting.name), **options)


def selected_settings(
    options: argparse.Namespace, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Return the settings of flags and variables; a flag wins over a variable.

    Raises `SettingsError` for an invalid value or an unknown variable.
    """
    flags = {setting.name: getattr(options, setting.name) for setting in fields(Settings)}
    values = {name: _parse(name, value) for name, value in flags.items() if value is not None}
    return from_environment(environment) | values


def print_error(command: str, error: Exception | str) -> None:
    """Print an error of `command` to standard error, with flags and variables as names."""
    text = error.on_command_line() if isinstance(error, SettingsError) else str(error)
    shown = short_lines(f"{command}: {text}" if command else text)
    print(shown, file=sys.stderr)  # noqa: T201 - the output of a command


def _parse(name: str, value: bool | str | list[str]) -> Any:  # noqa: ANN401, FBT001 - as parsed
    if isinstance(value, list):
        return tuple(item for text in value for item in parse(name, text))
    return parse(name, value) if isinstance(value, str) else value


def _help(setting: Field[Any]) -> str:
    text: str = setting.metadata["help"]
    if setting.type == "bool":
        return f"{text} (default: {'on' if setting.default else 'off'})"
    return text if setting.default in {None, ()} else f"{text} (default: {setting.default})"


def _value_options(setting: Field[Any]) -> dict[str, Any]:
    """Return the options of argparse for a switch, a list or a single value."""
    choices = setting.metadata["choices"]
    if setting.type == "bool":
        return {"action": argparse.BooleanOptionalAction}
    if setting.type == "tuple[str, ...]":
        return {"action": "append", "metavar": "NAME"}
    listed = "{" + ",".join(choices) + "}"
    return {"metavar": listed if choices else METAVARS.get(setting.name, "N")}
