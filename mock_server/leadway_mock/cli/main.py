"""`leadway mock`: run a sub-command, or serve.

Modules are imported on demand, so that a command that needs no server starts fast.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from leadway_command import SUMMARIES, did_you_mean, print_error
from leadway_mock.cli.terminal import USAGE_ERROR

MAX_SHOWN_CHARS = 80

COMMANDS = {
    name.removeprefix("mock "): text for name, text in SUMMARIES.items() if name.startswith("mock ")
}
"""The sub-commands, and what they do."""

FUNCTIONS = {
    **{name: f"controls:{name}" for name in ("advance", "fault", "reset", "seed", "wait")},
    **{name: f"views:{name}" for name in ("export", "journal", "sessions", "show")},
}
"""Module and function of a command; by default the `main` of the module of its name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sub-command that the first argument names, or the mock; return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    word = arguments[0] if arguments else ""
    if word in COMMANDS:
        return _call(FUNCTIONS.get(word, f"{word}:main"), arguments[1:])
    if word == "help":
        return _call("serve:show_help", ())
    if not word or word.startswith("-"):
        return _call("serve:main", arguments)
    hint = did_you_mean(word, [*COMMANDS, "help"], "leadway mock ")
    serve = "" if hint else "; `leadway mock` without a command serves the mock"
    print_error(f"leadway mock: unknown command {word[:MAX_SHOWN_CHARS]!r}{hint}{serve}")
    return USAGE_ERROR


def _call(function: str, arguments: Sequence[str]) -> int:
    module, _, name = function.partition(":")
    code: int = getattr(import_module(f"leadway_mock.cli.{module}"), name)(arguments)
    return code
