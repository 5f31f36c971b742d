"""Exit codes for Ctrl-C, a closed pipe, and standard output that cannot be written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from typing import IO, Any, Final, cast

from leadway_command.output import print_error

EXIT_IO_ERROR: Final = 74
"""Standard output cannot be written: EX_IOERR of sysexits.h."""

EXIT_INTERRUPTED: Final = 130
EXIT_BROKEN_PIPE: Final = 141


class StdoutError(Exception):
    """Standard output cannot be written.

    Not an `OSError`, so that no command mistakes it for an error of its own files, and argparse
    does not ignore it.
    """


class CheckedStdout:
    """Standard output whose write errors are `StdoutError`."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text; raises `StdoutError`."""
        try:
            return self._stream.write(text)
        except OSError as error:
            raise StdoutError from error

    def flush(self) -> None:
        """Write the buffer; raises `StdoutError`."""
        try:
            self._stream.flush()
        except OSError as error:
            raise StdoutError from error

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of a stream
        return getattr(self._stream, name)


def run_command(command: Callable[[], int], program: str) -> int:
    """Run a command; return its exit code.

    Args:
        command: returns its exit code.
        program: name of the command in the error message.
    """
    try:
        return _run_with_checked_stdout(command)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return _flush_and_return(EXIT_BROKEN_PIPE)
    except StdoutError as error:
        cause = error.__cause__
        if isinstance(cause, BrokenPipeError):
            return _flush_and_return(EXIT_BROKEN_PIPE)
        reason = getattr(cause, "strerror", cause)
        with suppress(OSError):  # Standard error may be on the same full disk.
            print_error(
                f"{program}: standard output cannot be written ({reason}); free some space, or"
                " redirect it to another file."
            )
        return _flush_and_return(EXIT_IO_ERROR)


def _run_with_checked_stdout(command: Callable[[], int]) -> int:
    if not sys.stdout:  # It was closed before the start.
        return command()
    stdout = CheckedStdout(sys.stdout)
    with redirect_stdout(cast("IO[str]", stdout)):
        try:
            return command()
        finally:
            stdout.flush()


def _flush_and_return(code: int) -> int:
    """Return the code after which the interpreter's own flush at exit has nothing to write."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):  # Streams of tests have no file descriptor.
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)
    return code
