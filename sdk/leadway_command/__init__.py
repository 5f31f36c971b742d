"""The command `leadway`. It does not import the SDK, so that the mock starts fast."""

from leadway_command.arguments import CommandParser, did_you_mean
from leadway_command.dispatch import SUMMARIES, main
from leadway_command.output import (
    EXIT_BROKEN_PIPE,
    EXIT_INTERRUPTED,
    EXIT_IO_ERROR,
    install_hint,
    print_error,
    print_line,
    run_command,
)

__all__ = [
    "EXIT_BROKEN_PIPE",
    "EXIT_INTERRUPTED",
    "EXIT_IO_ERROR",
    "SUMMARIES",
    "CommandParser",
    "did_you_mean",
    "install_hint",
    "main",
    "print_error",
    "print_line",
    "run_command",
]
