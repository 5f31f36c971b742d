"""`eval "$(leadway mock env)"`: the environment that leads a shell's programs to a running mock."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException

from leadway_mock.cli.options import add_options, error_text, selected_settings
from leadway_mock.config.settings import Settings, SettingsError

NOT_THERE, USAGE_ERROR = 1, 2
PATIENCE = 5.0
"""Seconds that a mock gets to answer."""

TOKEN = "pit-12345678-1234-4234-8234-123456789abc"  # noqa: S105 - made up, and opens nothing
LOCATION = "C2QujeCh8ZnC7al2InWR"
VERSION = "2021-07-28"
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - they are read, not bound
"""Where a mock is found that listens everywhere."""


def main(arguments: Sequence[str]) -> int:
    """Print lines that a shell evaluates; return 1, and print none, if no mock answers there."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings(**selected_settings(options, os.environ))
    except SettingsError as error:
        return _complain(f"leadway mock env: {error_text(error)}", USAGE_ERROR)
    host = EVERY_ADDRESS.get(settings.host, settings.host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    if not _answers(host, settings.port):
        start = f"leadway mock --port {settings.port}"
        cure = f"Start one with `{start}`, or name another --port."
        return _complain(f"leadway mock env: no mock answers at {url}. {cure}", NOT_THERE)
    for name, value in _variables(url).items():
        print(f"export {name}={shlex.quote(value)}")  # noqa: T201 - what a command says
    return 0


def _variables(url: str) -> dict[str, str]:
    return {
        "LEADWAY_BASE_URL": url,
        "LEADWAY_TOKEN": TOKEN,
        "LEADWAY_LOCATION_ID": LOCATION,
        "LEADWAY_API_VERSION": VERSION,
    }


def _answers(host: str, port: int) -> bool:
    """Tell whether a mock, and not another program, answers there."""
    connection = HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/__mock/health")
        answer = connection.getresponse()
        found = json.loads(answer.read(1_000_000))
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return isinstance(found, dict) and found.get("status") == "ok" and "contract" in found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="leadway mock env",
        description="Print the environment of a mock that is running, for: "
        'eval "$(leadway mock env)"',
        epilog="--port and --host say where it is; the other flags are those of `leadway mock`,"
        " so that the same line can be given to both.",
    )
    add_options(parser)
    return parser


def _complain(text: str, code: int) -> int:
    print(text, file=sys.stderr)  # noqa: T201 - what a command says
    return code
