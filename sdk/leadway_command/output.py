"""Output and exit codes: control characters, Ctrl-C, a closed pipe, a full disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from typing import IO, Any, Final, TextIO, cast

EXIT_IO_ERROR: Final = 74
"""Standard output cannot be written: EX_IOERR of sysexits.h."""

EXIT_INTERRUPTED: Final = 130
EXIT_BROKEN_PIPE: Final = 141


def print_line(text: str = "") -> None:
    """Print a line on standard output."""
    _print(text, sys.stdout)


def print_error(text: str) -> None:
    """Print a line on standard error."""
    _print(text, sys.stderr)


def _print(text: str, stream: TextIO | None) -> None:
    if stream:  # A stream that was closed before the start is None.
        print(sanitize(text, stream), file=stream, flush=True)


def sanitize(text: str, stream: TextIO) -> str:
    """Return text without control characters, and without what the stream cannot encode.

    An agent repeats what its users said, so a reply may contain control sequences for a terminal.
    """
    printable = "".join(
        each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for each in text
    )
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return printable.encode(encoding, "replace").decode(encoding)


def install_hint(extras: str) -> str:
    """Return how to install extras, such as `mock` or `mock,redis`.

    No index has a package of this name, and anybody could register it, so the clone is named.
    """
    command = f"{sys.executable} -m pip install '.[{extras}]'"
    return f"In your clone of the repository, run: {command}"


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
