"""The command `leadway`: runs a sub-command of an installed package.

A sub-command is an entry point of the group `leadway.commands`: a function that takes the
arguments after its name and returns an exit code. So this package imports neither SDK nor mock.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points, version
from typing import Final

from leadway_command.arguments import did_you_mean
from leadway_command.output import install_hint, print_error, print_line, run_command

GROUP: Final = "leadway.commands"
EXIT_USAGE: Final = 2

SUMMARIES: Final[Mapping[str, str]] = {
    "chat": "have a conversation with an agent in the terminal",
    "doctor": "check settings, network, clock and token",
    "drift": "compare the contract with OpenAPI files of the vendor",
    "execute": "send one message, for scripts",
    "load": "hold many conversations at the same time, and check each",
    "mcp": "let a coding agent use a running mock",
    "mock": "serve the mock",
    "mock advance": "move the clock of a running mock forward",
    "mock ca": "print the certificate of the local authority of --tls",
    "mock check": "check dialogues and agents files",
    "mock env": "print the environment that points programs to a running mock",
    "mock exec": "run a command, such as a test, with a mock of its own",
    "mock export": "print the agents of a running mock as an agents file",
    "mock fault": "inject a fault into a running mock, list or remove them",
    "mock journal": "print the requests that a running mock received",
    "mock reset": "reset a running mock",
    "mock seed": "load an agents file into a running mock",
    "mock sessions": "print the sessions of a running mock",
    "mock show": "print one conversation of a running mock",
    "mock token": "print a made-up OAuth token",
    "mock wait": "wait until a mock responds",
    "record": "record conversations with the service as a dialogue",
    "report": "write the conversations of a mock as one HTML file",
    "verify": "compare the real service, or another target, with the mock",
}
"""What the commands of this project do; those of `leadway mock` have two words."""


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
        case ["--help" | "-h" | "help"]:
            print_line(_usage(commands))
            return 0
        case []:
            print_error(_usage(commands))
            return EXIT_USAGE
        case [name] if name in commands:
            return _run(commands[name], argv[1:])
    hint = did_you_mean(argv[0].lower(), [*commands, "--help", "--version", "help"], "leadway ")
    kind = "option" if argv[0].startswith("-") else "command"
    print_error(f"leadway: unknown {kind} {argv[0]!r}{hint}")
    if not hint:
        print_error(_usage(commands))
    return EXIT_USAGE


def _run(command: EntryPoint, arguments: list[str]) -> int:
    try:
        code: int = command.load()(arguments)  # A command may import its modules on demand.
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in {"leadway", "leadway_client", "leadway_mock"}:
            raise
        extra = "mock" if command.module.startswith("leadway_mock.") else command.name
        print_error(
            f"leadway {command.name} needs {error.name}, which is not installed."
            f" {install_hint(extra)}"
        )
        return EXIT_USAGE
    return code


def _usage(commands: Mapping[str, EntryPoint]) -> str:
    summaries = dict.fromkeys(commands, "") | {
        name: text for name, text in SUMMARIES.items() if name.split(" ")[0] in commands
    }
    lines = [f"  {name:14} {text}".rstrip() for name, text in sorted(summaries.items())]
    names = ",".join(sorted(commands)) or "COMMAND"
    return "\n".join(
        [
            f"usage: leadway {{{names}}} [ARGUMENT ...]",
            "",
            "commands:",
            *(lines or ["  none is installed"]),
            "",
            "leadway COMMAND --help shows the arguments; leadway --version prints the version.",
        ]
    )
