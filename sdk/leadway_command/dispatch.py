"""The command `leadway`: runs a sub-command of an installed package.

A sub-command is an entry point of the group `leadway.commands`: a function that takes the
arguments after its name and returns an exit code. So this package imports neither SDK nor mock.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points, version
from typing import Final

from leadway_command.exit_codes import run_command
from leadway_command.output import print_error, print_line

GROUP: Final = "leadway.commands"
EXIT_USAGE: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sub-command that the arguments name; return its exit code, or 2 if none is named."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    commands = {command.name: command for command in entry_points(group=GROUP)}
    program = " ".join(["leadway", *(name for name in argv[:1] if name in commands)])
    return run_command(lambda: _dispatch(commands, argv), program)


def _dispatch(commands: Mapping[str, EntryPoint], argv: list[str]) -> int:
    match argv[:1]:
        case ["--version"]:
            print_line(f"leadway {version('leadway')}")
            return 0
        case ["--help"] | ["-h"]:
            print_line(_usage(commands))
            return 0
        case []:
            print_error(_usage(commands))
            return EXIT_USAGE
        case [name] if name in commands:
            return _run(commands[name], argv[1:])
    print_error(f"leadway: unknown command '{argv[0]}'.\n{_usage(commands)}")
    return EXIT_USAGE


def _run(command: EntryPoint, arguments: list[str]) -> int:
    try:
        function = command.load()
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in {"leadway", "leadway_client", "leadway_mock"}:
            raise
        print_error(
            f"leadway {command.name} needs {error.name}, which is not installed."
            f" Install it with: pip install 'leadway[{command.name}]'"
        )
        return EXIT_USAGE
    code: int = function(arguments)
    return code


def _usage(commands: Mapping[str, EntryPoint]) -> str:
    names = ", ".join(sorted(commands)) or "none is installed"
    return (
        f"usage: leadway COMMAND [ARGUMENT ...]\n\ncommands: {names}\n"
        "leadway COMMAND --help shows the arguments of a command; leadway --version the version."
    )
