"""`leadway report`: write sessions and journal of a mock as one HTML file, for CI artefacts."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from leadway_command import CommandParser, print_line
from leadway_mock.cli.control_client import CommandError, add_target, find_target
from leadway_mock.cli.options import FAILED, OK, print_error
from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.console_pages import collect, report_html

COMMAND: Final = "leadway report"


def main(arguments: Sequence[str]) -> int:
    """Write the report; return 1 and write none if the mock or the snapshot cannot be read."""
    parser = CommandParser(
        prog=COMMAND,
        description="Write the conversations and requests of a mock as one HTML file.",
        epilog="The file shows what the console shows, and makes no network requests.",
    )
    text = "a file of GET /__mock/snapshot, in place of a running mock"
    parser.add_argument("snapshot", nargs="?", metavar="SNAPSHOT", help=text)
    file, text = Path("leadway-report.html"), "the file to write (default: leadway-report.html)"
    parser.add_argument("-o", "--output", type=Path, default=file, metavar="FILE", help=text)
    add_target(parser)
    options = parser.parse_args(arguments)
    try:
        if options.snapshot:
            data = _from_snapshot(options.snapshot)
        else:
            data = collect(find_target(options, os.environ).get)
        options.output.write_text(report_html(data), "utf-8")
    except (CommandError, OSError) as error:
        print_error(COMMAND, str(error))
        return FAILED
    sessions, entries = len(data["sessions"]), len(data["entries"])
    print_line(f"{options.output}: {sessions} sessions, {entries} requests")
    return OK


def _from_snapshot(file: str) -> dict[str, Any]:
    """Return the data of a snapshot; raises `CommandError`."""
    if "://" in file:
        raise CommandError(f"{file} is no file; for a running mock, write --url {file}.")
    try:
        document = json.loads(Path(file).read_bytes())
    except ValueError as error:
        message = f"{file} must be a snapshot of GET /__mock/snapshot, as JSON."
        raise CommandError(message) from error
    with closing(build_emulator(Settings())) as emulator:
        client = create_app(emulator=emulator).test_client()
        restored = client.put("/__mock/snapshot", json=document)
        if restored.status_code != HTTPStatus.OK:
            raise CommandError(f"{file}: {restored.get_json()['message']}")
        return collect(lambda path: client.get(f"/__mock{path}").get_json())
