"""The command `leadway`: finds its sub-commands among the installed packages and runs one.

A sub-command is an entry point of the group `leadway.commands`: a function that takes the
arguments behind its name and returns an exit code. This way the client needs nothing of the mock.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points, version

from leadway_command.obeying import obeyed

GROUP = "leadway.commands"
USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sub-command that `arguments` name; return its exit code, or 2 when none is named."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    commands = {command.name: command for command in entry_points(group=GROUP)}
    program = " ".join(["leadway", *(name for name in given[:1] if name in commands)])
    return obeyed(lambda: _dispatch(commands, given), program)


def _dispatch(commands: dict[str, EntryPoint], given: list[str]) -> int:
    if given[:1] == ["--version"]:
        return _say(f"leadway {version('leadway')}")
    if given[:1] in (["--help"], ["-h"]):
        return _say(_usage(commands))
    if not given:
        return _complain(_usage(commands))
    if given[0] not in commands:
        return _complain(f"leadway: there is no command '{given[0]}'.\n{_usage(commands)}")
    return _run(commands[given[0]], given[1:])


def _run(command: EntryPoint, arguments: list[str]) -> int:
    try:
        function = command.load()
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in {"leadway", "leadway_client", "leadway_mock"}:
            raise
        return _complain(
            f"leadway {command.name} needs {error.name}, which is not installed."
            f" Install it with: pip install 'leadway[{command.name}]'"
        )
    code: int = function(arguments)
    return code


def _usage(commands: dict[str, EntryPoint]) -> str:
    names = ", ".join(sorted(commands)) or "none is installed"
    return (
        f"usage: leadway COMMAND [ARGUMENT ...]\n\ncommands: {names}\n"
        "leadway COMMAND --help says what a command takes; leadway --version which one this is."
    )


def _say(text: str) -> int:
    print(text)  # noqa: T201 - what a command says
    return 0


def _complain(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201 - what a command says
    return USAGE_ERROR
