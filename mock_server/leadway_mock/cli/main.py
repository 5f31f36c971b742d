"""`leadway mock`: reads the settings, opens the server, says how to try it, and serves."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from importlib import import_module

from leadway_mock import __version__
from leadway_mock.cli.options import add_options, error_text, selected_settings
from leadway_mock.config.settings import ENVIRONMENT_PREFIX, Settings, SettingsError
from leadway_mock.contract.model import ContractError
from leadway_mock.documents.problems import ProblemsError
from leadway_mock.http_server import Server, ServerError
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.store import StoreError
from leadway_mock.web import create_app
from leadway_mock.web.serving import open_server
from leadway_mock.workers import run_workers

USAGE_ERROR = 2

COMMANDS = {name: f"leadway_mock.cli.{name}" for name in ("check", "env", "exec")}
"""The sub-commands, by name: modules with a `main` that returns the exit code."""

TRY_IT = """
Try it:
  curl -s {url}/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute \\
    -H 'Authorization: Bearer pit-12345678-1234-4234-8234-123456789abc' \\
    -H 'Version: 2021-07-28' -H 'Content-Type: application/json' \\
    -d '{{"message": "How can you help me?", "locationId": "C2QujeCh8ZnC7al2InWR"}}'

The answer brings an executionId: send it with the next message, and the agent remembers.

  {url}/__mock/docs       the API, to read and to try in a browser
  {url}/__mock/sessions   the conversations so far
  {url}/__mock/journal    every request, its answer, and why

Stop with Ctrl-C.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mock until a signal ends it; return the exit code (2 for what cannot be used).

    A first argument that names a sub-command runs that instead.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in COMMANDS:
        command = import_module(COMMANDS[arguments[0]])
        code: int = command.main(arguments[1:])
        return code
    with ExitStack() as stack:
        try:
            settings = read_settings(arguments, os.environ)
            _log_to_stderr(settings)
            if settings.workers > 1:
                return run_workers(settings, _announce)
            emulator = stack.enter_context(closing(build_emulator(settings)))
            server = open_server(create_app(emulator=emulator), settings)
        except (SettingsError, ProblemsError, ContractError, StoreError, ServerError) as error:
            print(f"leadway mock: {error_text(error)}", file=sys.stderr)  # noqa: T201 - what a command says
            return USAGE_ERROR
        _stop_on_signals(server)
        gc.freeze()  # What is there now stays until the end, and need not be looked through again.
        _announce(server.url)
        server.run()
    return 0


def _log_to_stderr(settings: Settings) -> None:
    level = logging.WARNING if settings.quiet else logging.INFO
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # The lines tell none of this, and finding it out takes longer than writing them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - as Python's own documentation advises


def _announce(url: str, *more: str) -> None:
    lines = "".join(f"{line}\n" for line in (f"listening on {url}", *more))
    print(f"{lines}{TRY_IT.format(url=url)}", flush=True)  # noqa: T201 - what a command says


def _stop_on_signals(server: Server) -> None:
    """Let the first signal stop the server when all is answered, and the second at once."""

    def stop(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def read_settings(arguments: Sequence[str] | None, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a command line over an environment; raises `SettingsError`."""
    return Settings(**selected_settings(_parser().parse_args(arguments), environment))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="leadway mock",
        description="Serve an emulator of Leadway's agent execution API.",
        epilog=f"Each flag has a variable: --seed is {ENVIRONMENT_PREFIX}SEED. The flag wins."
        f" Sub-commands, each with a --help of its own: {', '.join(COMMANDS)}.",
    )
    parser.add_argument("--version", action="version", version=f"leadway {__version__}")
    add_options(parser)
    return parser
