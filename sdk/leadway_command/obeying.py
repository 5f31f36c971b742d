"""How a command ends that is cut short: as a shell expects, without a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import IO, Any, Final, cast

UNWRITTEN: Final = 74
"""Nobody can write where the output goes: EX_IOERR of sysexits.h."""

INTERRUPTED: Final = 130
UNHEARD: Final = 141


class UnwrittenError(Exception):
    """Standard output cannot be written.

    It is no `OSError`, lest a command take it for one of its own, or argparse pass over it.
    """


class Output:
    """Standard output, which tells its failures from all others; else it is as it was."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or raise `UnwrittenError`."""
        with _as_its_own():
            return self._stream.write(text)

    def flush(self) -> None:
        """Write what is in the buffer, or raise `UnwrittenError`."""
        with _as_its_own():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a stream has
        return getattr(self._stream, name)


def obeyed(command: Callable[[], int], program: str) -> int:
    """Run a command that errors call `program`; return its exit code, however it ends."""
    try:
        with _written_to_the_end():
            return command()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _ended(UNHEARD)
    except UnwrittenError as error:
        cause = error.__cause__
        if isinstance(cause, BrokenPipeError):
            return _ended(UNHEARD)
        reason = cause.strerror if isinstance(cause, OSError) else cause
        told = f"standard output cannot be written ({reason})"
        _complain(f"{program}: {told}; make room for it, or write it elsewhere.")
        return _ended(UNWRITTEN)


@contextmanager
def _written_to_the_end() -> Generator[None]:
    """Write all that a command says while it can still be told that this failed."""
    if not sys.stdout:  # It was closed, so nobody wants to know.
        yield
        return
    output = Output(sys.stdout)
    with redirect_stdout(cast("IO[str]", output)):
        try:
            yield
        finally:
            output.flush()


@contextmanager
def _as_its_own() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise UnwrittenError from error


def _complain(text: str) -> None:
    with suppress(OSError):  # Both may go to the same full disk.
        print(text, file=sys.stderr)  # noqa: T201 - what a command says


def _ended(code: int) -> int:
    """Return an exit code, after which Python's own end has nothing left to stumble over."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            _forget(stream)
    return code


def _forget(stream: IO[str]) -> None:
    """Let what stands in the buffer of a stream that cannot be written go nowhere."""
    with suppress(OSError):  # One that is no file, as in a test, needs none of this.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
