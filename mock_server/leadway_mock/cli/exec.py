"""`leadway mock exec -- COMMAND`: runs a command beside a mock that it finds by its environment."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from leadway_mock.cli.options import add_options, error_text, selected_settings
from leadway_mock.config.settings import SettingsError
from leadway_mock.contract.model import ContractError
from leadway_mock.documents.problems import ProblemsError
from leadway_mock.http_server import ServerError
from leadway_mock.store import StoreError
from leadway_mock.testing import KINDS, Mock

USAGE_ERROR, NOT_AS_SCRIPTED = 2, 1
CANNOT_RUN, NOT_FOUND, SIGNALLED = 126, 127, 128
"""What shells return for a command that cannot be run, is not there, or ended by a signal."""

LOOK_AGAIN = 0.1
"""Seconds between two looks at the signals that came."""

SEPARATOR = "--"
FORWARDED = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)
)
"""What is passed on, where the system has it."""


def main(arguments: Sequence[str]) -> int:
    """Run the command behind `--`; return its exit code, or 1 if `--strict` finds something."""
    options, command = _read(arguments)
    try:
        mock, environment = _begun(options)
    except (SettingsError, ProblemsError, ContractError, StoreError, ServerError) as error:
        return _say(f"leadway mock exec: {error_text(error)}", USAGE_ERROR)
    try:
        code = _run(command, os.environ | environment)
        complaints = mock.unexpected()
        report = mock.report(complaints, allow="If it is meant to be so: --allow {words}")
    finally:
        mock.close()
    return _say(report, code or NOT_AS_SCRIPTED) if complaints else code


def _begun(options: argparse.Namespace) -> tuple[Mock, Mapping[str, str]]:
    """Return a mock that serves already, and what leads to it; raises what is in its way."""
    settings = {"port": 0} | selected_settings(options, os.environ)
    mock = Mock(any_token=True, strict=options.strict, allow=options.allow or (), **settings)
    mock.open()
    try:
        mock.expect_files()
        environment = mock.environment  # Its URL is what makes it listen.
    except BaseException:
        mock.close()
        raise
    return mock, environment


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `command` to its end; return its exit code as a shell does."""
    with _signals() as came:
        try:
            process = subprocess.Popen(command, env=environment)  # noqa: S603 - what is asked for
        except FileNotFoundError:
            return _say(f"leadway mock exec: there is no command {command[0]!r}.", NOT_FOUND)
        except OSError as error:
            return _say(f"leadway mock exec: {command[0]}: {error.strerror}.", CANNOT_RUN)
        with process:
            code = _ended(process, came)
    return code if code >= 0 else SIGNALLED - code


def _ended(process: subprocess.Popen[bytes], came: list[int]) -> int:
    """Pass the signals that come on to `process`, until it has ended; return its exit code."""
    while True:
        while came:
            process.send_signal(came.pop(0))
        try:
            # Not for ever: a signal may wake another thread than this one.
            return process.wait(timeout=LOOK_AGAIN)
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Collect signals in the list it gives, and live on until the block has ended."""
    came: list[int] = []

    def note(number: int, _: object) -> None:
        # Ctrl-C reaches everything on the terminal; the command has heard it already.
        if not (number == signal.SIGINT and _on_terminal()):
            came.append(number)

    # What is ignored already, as by nohup, the command ignores as well.
    heard = [each for each in FORWARDED if signal.getsignal(each) is not signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in heard}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _on_terminal() -> bool:
    """Tell whether this process is one of those that the terminal speaks to."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (AttributeError, OSError, ValueError):  # Not every system has terminals of this kind.
        return False


def _read(arguments: Sequence[str]) -> tuple[Any, list[str]]:
    parser = _parser()
    given = list(arguments)
    end = given.index(SEPARATOR) if SEPARATOR in given else len(given)
    options, stray = parser.parse_known_args(given[:end])
    if stray:
        parser.error(f"{shlex.join(stray)}: no such flag; a command is written behind --")
    command = given[end + 1 :]
    if not command:
        parser.error("say what to run behind --, such as: leadway mock exec -- npm test")
    return options, command


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="leadway mock exec",
        usage="leadway mock exec [FLAG ...] -- COMMAND [ARGUMENT ...]",
        description="Run a command beside a mock on a free port. The command finds the mock by"
        " LEADWAY_BASE_URL, LEADWAY_TOKEN, LEADWAY_LOCATION_ID and LEADWAY_API_VERSION.",
        epilog="The exit code is the command's; 1 if that is 0 and --strict finds something.",
    )
    strict = "fail if a message, a request or a turn was not as scripted, and say which"
    parser.add_argument("--strict", action="store_true", help=strict)
    allow = "what --strict lets pass; may be given again"
    parser.add_argument("--allow", action="append", choices=list(KINDS), help=allow)
    add_options(parser)
    return parser


def _say(text: str, code: int) -> int:
    print(text, file=sys.stderr)  # noqa: T201 - what a command says
    return code
