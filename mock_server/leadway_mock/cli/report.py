"""`leadway report`: write sessions and journal of a mock as one HTML file, for CI artefacts."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from leadway_command import CommandParser
from leadway_mock.cli.options import FAILED, OK, print_error, print_line
from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.report_file import collect, report_html

COMMAND: Final = "leadway report"
DEFAULT_URL: Final = "http://127.0.0.1:4010"
TIMEOUT_SECONDS: Final = 30.0
OK_STATUS: Final = 200


class ReportError(Exception):
    """A report cannot be made; the text contains the reason and the fix."""


def main(arguments: Sequence[str]) -> int:
    """Write the report; return 1 and write none if the mock or the snapshot cannot be read."""
    options = _parser().parse_args(arguments)
    source = options.source or os.environ.get("LEADWAY_BASE_URL") or DEFAULT_URL
    try:
        data = _from_mock(source, options.token) if "://" in source else _from_snapshot(source)
        options.output.write_text(report_html(data), "utf-8")
    except (ReportError, OSError) as error:
        print_error(COMMAND, str(error))
        return FAILED
    sessions, entries = len(data["sessions"]), len(data["entries"])
    print_line(f"{options.output}: {sessions} sessions, {entries} requests")
    return OK


def _from_mock(url: str, token: str) -> dict[str, Any]:
    """Return the data of a running mock; raises `ReportError`."""
    address = urlsplit(url)
    if address.scheme != "http" or not address.hostname:
        raise ReportError(f"{url!r} must be the URL of a mock, such as {DEFAULT_URL}.")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection = HTTPConnection(address.hostname, address.port or 80, timeout=TIMEOUT_SECONDS)

    def get(path: str) -> Any:  # noqa: ANN401 - any JSON value
        connection.request("GET", f"/__mock{path}", headers=headers)
        response = connection.getresponse()
        content = json.loads(response.read())
        if response.status != OK_STATUS:
            raise ReportError(f"{url} responds with {response.status}: {content['message']}")
        return content

    with closing(connection):
        try:
            return collect(get)
        except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
            hint = "Start one with `leadway mock`, or name its URL or a snapshot."
            raise ReportError(f"no mock responds at {url}. {hint}") from error


def _from_snapshot(file: str) -> dict[str, Any]:
    """Return the data of a snapshot; raises `ReportError`."""
    try:
        document = json.loads(Path(file).read_bytes())
    except ValueError as error:
        raise ReportError(f"{file} must be a snapshot of GET /__mock/snapshot, as JSON.") from error
    with closing(build_emulator(Settings())) as emulator:
        client = create_app(emulator=emulator).test_client()
        restored = client.put("/__mock/snapshot", json=document)
        if restored.status_code != OK_STATUS:
            raise ReportError(f"{file}: {restored.get_json()['message']}")
        return collect(lambda path: client.get(f"/__mock{path}").get_json())


def _parser() -> CommandParser:
    parser = CommandParser(
        prog=COMMAND,
        description="Write the conversations and requests of a mock as one HTML file.",
        epilog="The file shows what the console shows, and makes no network requests.",
    )
    parser.add_argument(
        "source",
        nargs="?",
        metavar="URL|SNAPSHOT",
        help=f"a running mock, or a file of GET /__mock/snapshot (default: {DEFAULT_URL})",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("leadway-report.html"),
        metavar="FILE",
        help="the file to write (default: leadway-report.html)",
    )
    parser.add_argument(
        "--token", default="", metavar="TOKEN", help="the token whose namespace to report"
    )
    return parser
