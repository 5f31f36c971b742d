"""`leadway mock` without a command: read the settings, start the server, print how to try it."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing

from leadway_command import CommandParser, print_line
from leadway_mock import __version__
from leadway_mock.cli.main import COMMANDS
from leadway_mock.cli.options import (
    OK,
    START_ERRORS,
    USAGE_ERROR,
    add_options,
    print_error,
    selected_settings,
)
from leadway_mock.config.settings import ENVIRONMENT_PREFIX, Settings
from leadway_mock.contract.observations import observed_settings
from leadway_mock.http_server import Server
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.util.printable_text import short_lines
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server, stop_process
from leadway_mock.workers import run_workers

TRY_IT = """
Try it:
  curl -s {url}/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute \\
    -H 'Authorization: Bearer pit-12345678-1234-4234-8234-123456789abc' \\
    -H 'Version: 2021-07-28' -H 'Content-Type: application/json' \\
    -d '{{"message": "How can you help me?", "locationId": "C2QujeCh8ZnC7al2InWR"}}'

The response has an executionId. Send it with the next message to continue the conversation.

  {url}/                  the console, for a browser: talk, look, break, save a test
  {url}/__mock/docs       the API, to read and to try in a browser
  {url}/__mock/sessions   the conversations so far
  {url}/__mock/journal    every request, its response, and the reason

Stop with Ctrl-C.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the mock until a signal stops it; return the exit code (2 where it cannot start)."""
    with ExitStack() as stack:
        try:
            settings = read_settings(arguments, os.environ)
            _log_to_stderr(settings)
            if settings.workers > 1:
                return run_workers(settings, _announce)
            emulator = stack.enter_context(closing(build_emulator(settings)))
            server = open_server(create_app(emulator=emulator), settings)
        except START_ERRORS as error:
            print_error("leadway mock", error)
            return USAGE_ERROR
        _stop_on_signals(server)
        gc.freeze()  # All of this stays until the end; garbage collections can skip it.
        _announce(server.url)
        server.run()
    return 0


def show_help(_: Sequence[str]) -> int:
    """Print the help; return the exit code."""
    _parser().print_help()
    return OK


class _PrintableFormatter(logging.Formatter):
    """Formats a record without control characters, and truncated: it may quote requests."""

    def format(self, record: logging.LogRecord) -> str:
        return short_lines(super().format(record))


def _log_to_stderr(settings: Settings) -> None:
    level = logging.WARNING if settings.quiet else logging.INFO
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_PrintableFormatter("%(message)s"))
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # The format has none of these, and collecting them takes longer than writing the line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - documented in Python's logging HOWTO


def _announce(url: str, *more: str) -> None:
    lines = "".join(f"{line}\n" for line in (f"listening on {url}", *more))
    print_line(f"{lines}{TRY_IT.format(url=url)}")


def _stop_on_signals(server: Server) -> None:
    """Stop the server on a first signal after the open requests, on a second one at once."""

    def stop(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop_process(server)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def read_settings(arguments: Sequence[str] | None, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a command line and an environment, over those of observations.

    Raises `SettingsError` and `ObservationsError`.
    """
    selected = selected_settings(_parser().parse_args(arguments), environment)
    return Settings(**observed_settings(selected))


def _parser() -> argparse.ArgumentParser:
    commands = "\n".join(f"  {name:8} {text}" for name, text in COMMANDS.items())
    parser = CommandParser(
        prog="leadway mock",
        usage="leadway mock [FLAG ...]\n"
        f"       leadway mock {{{','.join(COMMANDS)}}} [ARGUMENT ...]",
        description="Serve an emulator of Leadway's agent execution API.",
        epilog=f"commands, each with its own --help:\n{commands}\n\n"
        f"Each flag has a variable: --seed is {ENVIRONMENT_PREFIX}SEED. The flag wins.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        word_hint="there are only flags, such as --port 4010",
    )
    parser.add_argument("--version", action="version", version=f"leadway {__version__}")
    add_options(parser)
    return parser
