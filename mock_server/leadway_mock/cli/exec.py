"""`leadway mock exec -- COMMAND`: run a command with a mock in its environment."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from leadway_command import CommandParser
from leadway_mock.cli.env import interception_variables, trust_variables
from leadway_mock.cli.options import (
    FAILED,
    OK,
    START_ERRORS,
    USAGE_ERROR,
    add_options,
    print_error,
    selected_settings,
)
from leadway_mock.testing import KINDS, Mock

COMMAND = "leadway mock exec"
CANNOT_RUN, NOT_FOUND, SIGNALLED = 126, 127, 128
"""Exit codes of shells for a command that cannot run, does not exist, or ended by a signal."""

POLL_SECONDS = 0.1
"""How often received signals are forwarded."""

SEPARATOR = "--"
FORWARDED_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)
)


def main(arguments: Sequence[str]) -> int:
    """Run the command after `--`; return its exit code, or 1 if `--strict` finds a problem."""
    options, command = _parse(arguments)
    try:
        mock, environment = _start_mock(options)
    except START_ERRORS as error:
        print_error(COMMAND, error)
        return USAGE_ERROR
    with closing(mock):
        code = run_program(COMMAND, command, os.environ | environment)
        unexpected = mock.unexpected()
        if unexpected:
            print_error("", mock.report(unexpected, hint="To allow this: {flags}"))
    return code or (FAILED if unexpected else OK)


def _start_mock(options: argparse.Namespace) -> tuple[Mock, Mapping[str, str]]:
    """Return a mock that serves, and the environment for clients; raises `START_ERRORS`."""
    settings = {"port": 0} | selected_settings(options, os.environ)
    if options.intercept:
        settings["tls"] = True
    mock = Mock(any_token=True, strict=options.strict, allow=options.allow or (), **settings)
    mock.open()
    try:
        mock.expect_files()
        environment = mock.environment  # Reading its URL starts the server.
        if options.intercept:
            url = environment["LEADWAY_BASE_URL"].replace("https:", "http:", 1)
            environment |= {"LEADWAY_BASE_URL": url} | interception_variables(url, os.environ)
        elif settings.get("tls"):
            environment |= trust_variables()
    except BaseException:
        mock.close()
        raise
    return mock, environment


def run_program(name: str, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `command` to its end; return its exit code as a shell does.

    `name` begins the message about a command that cannot run.
    """
    with _collect_signals() as received:
        try:
            process = subprocess.Popen(command, env=environment)  # noqa: S603 - the purpose of the command
        except FileNotFoundError:
            print_error(name, f"there is no command {command[0]!r}.")
            return NOT_FOUND
        except OSError as error:
            print_error(name, f"{command[0]}: {error.strerror}.")
            return CANNOT_RUN
        with process:
            code = _wait(process, received)
    return code if code >= 0 else SIGNALLED - code


def _wait(process: subprocess.Popen[bytes], signals: list[int]) -> int:
    """Forward `signals` to `process` until it has ended; return its exit code."""
    while True:
        while signals:
            process.send_signal(signals.pop(0))
        try:
            # With a timeout: a signal may be delivered to another thread.
            return process.wait(timeout=POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def _collect_signals() -> Iterator[list[int]]:
    """Append signals to the yielded list instead of ending this process."""
    received: list[int] = []

    def note(number: int, _: object) -> None:
        # Ctrl-C reaches every process of the terminal, so the command has received it.
        if not (number == signal.SIGINT and _on_terminal()):
            received.append(number)

    # The command inherits ignored signals, as under nohup.
    handled = [each for each in FORWARDED_SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in handled}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _on_terminal() -> bool:
    """Return whether this process is in the foreground of a terminal."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (AttributeError, OSError, ValueError):  # No terminal, or a system without tcgetpgrp.
        return False


def _parse(arguments: Sequence[str]) -> tuple[Any, list[str]]:
    parser = CommandParser(
        prog=COMMAND,
        word_hint="the command comes after `--`",
        usage="leadway mock exec [FLAG ...] -- COMMAND [ARGUMENT ...]",
        description="Run a command with a mock on a free port. The command finds it by"
        " LEADWAY_BASE_URL, LEADWAY_TOKEN, LEADWAY_LOCATION_ID and LEADWAY_API_VERSION."
        " NO_PROXY gets the mock's host, so that a proxy is not used for it.",
        epilog="The exit code is the command's; 1 if that is 0 and --strict finds a problem.",
    )
    intercept = "make it reach the mock at https://services.leadconnectorhq.com, too"
    parser.add_argument("--intercept", action="store_true", help=intercept)
    strict = "fail if a message, a request or a turn was not as scripted, and print it"
    parser.add_argument("--strict", action="store_true", help=strict)
    allow = "what --strict accepts; repeatable"
    parser.add_argument("--allow", action="append", choices=list(KINDS), help=allow)
    add_options(parser)
    words = list(arguments)
    end = words.index(SEPARATOR) if SEPARATOR in words else len(words)
    options = parser.parse_args(words[:end])
    if options.allow and not options.strict:
        parser.error("--allow needs --strict, without which nothing fails")
    command = words[end + 1 :]
    if not command:
        parser.error("write the command after --, as in: leadway mock exec -- npm test")
    return options, command
