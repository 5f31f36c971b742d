"""`leadway load URL`: many talkers at the same time, each with its own conversation."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from leadway_command import CommandParser, print_error
from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.cli.control_client import (
    LOCATION,
    TOKEN,
    CommandError,
    add_target,
    find_target,
    usage_error,
)
from leadway_mock.cli.controls import parse_count, parse_duration
from leadway_mock.cli.terminal import FAILED, OK, print_json, print_text
from leadway_mock.dialogues import DialogueError
from leadway_mock.dialogues.loading.files import load_dialogue
from leadway_mock.load.connection import Address
from leadway_mock.load.report import LoadReport
from leadway_mock.load.script import ScriptError, dialogue_lines, numbered_lines
from leadway_mock.load.talkers import LoadPlan, run_load
from leadway_mock.util.authority import is_local, parse_host
from leadway_mock.util.certificates import client_context

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limits
    resource = None  # type: ignore[assignment]

COMMAND: Final = "leadway load"
MAX_TALKERS: Final = 10_000
MAX_TURNS: Final = 1_000
SPARE_FILES: Final = 64
CLEAR_LINE: Final = "\r\x1b[K"


def main(arguments: Sequence[str]) -> int:
    """Run the load; return 1 if a turn failed or an invariant is broken, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        plan = _plan(options)
        report = asyncio.run(run_load(plan, _show_progress))
        _show_progress(None)
        if options.plot:
            Path(options.plot).write_text(report.to_svg(), "utf-8")
    except CommandError as error:
        print_error(f"{COMMAND}: {error}")
        return error.exit_code
    except OSError as error:
        print_error(f"{COMMAND}: {options.plot} cannot be written: {error.strerror or error}.")
        return FAILED
    if options.json:
        print_json(report.to_json())
    else:
        for line in report.lines():
            print_text(line)
    return OK if report.passed else FAILED


def _plan(options: argparse.Namespace) -> LoadPlan:
    options.url = options.target or options.url
    target = find_target(options, os.environ)
    parts = urlsplit(target.url)
    host = parts.hostname or ""
    if not is_local(parse_host(host)) and host not in options.allow_host:
        message = f"{host} is another machine. If it is yours to load, add --allow-host {host}."
        raise usage_error(message)
    talkers = parse_count(options.talkers, "--talkers", MAX_TALKERS)
    turns = parse_count(options.turns, "--turns", MAX_TURNS)
    _check_files(talkers)
    try:
        dialogue = load_dialogue(options.dialogue) if options.dialogue else None
        lines = dialogue_lines(dialogue, turns) if dialogue else numbered_lines(turns)
    except (DialogueError, ScriptError) as error:
        raise usage_error(str(error)) from error
    tls = client_context() if parts.scheme == "https" else None
    address = Address(host, parts.port or (443 if tls else 80), parts.netloc, tls)
    return LoadPlan(
        address=address,
        talkers=talkers,
        lines=lines,
        think=parse_duration(options.think, "--think"),
        timeout=parse_duration(options.timeout, "--timeout"),
        agent_id=options.agent or (dialogue.agents[0] if dialogue and dialogue.agents else ECHO_ID),
        location_id=options.location,
        token=target.token or TOKEN,
    )


def _check_files(talkers: int) -> None:
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = talkers + SPARE_FILES
    if needed > soft and (needed <= hard or hard == resource.RLIM_INFINITY):
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    elif needed > soft:
        most = soft - SPARE_FILES
        message = f"this process may open {soft} files, so --talkers must be at most {most}."
        raise usage_error(f"{message} `ulimit -n` raises the limit.")


def _show_progress(report: LoadReport | None) -> None:
    """Show a line about the running load, or clear it, if there is a terminal."""
    if sys.stderr and sys.stderr.isatty():
        sys.stderr.write(f"{CLEAR_LINE}{report.progress() if report else ''}")
        sys.stderr.flush()


def _parser() -> CommandParser:
    parser = CommandParser(
        prog=COMMAND,
        description="Hold many conversations at the same time, and check that none gets text, turns"
        " or the id of another one.",
        epilog="Exit codes: 0 all is well, 1 a turn failed or conversations were mixed up, 2 wrong"
        " usage. A turn is never sent twice.",
    )
    parser.add_argument("target", nargs="?", metavar="URL", help="the same as --url")
    add_target(parser)
    add = parser.add_argument
    add("--talkers", metavar="N", default="200", help="at the same time (default: %(default)s)")
    add("--turns", metavar="N", default="10", help="of each talker (default: %(default)s)")
    think = "mean pause before a message, such as 0.5s (default: %(default)s)"
    add("--think", metavar="DURATION", default="0.5s", help=think)
    timeout = "after which a turn has failed (default: %(default)s)"
    add("--timeout", metavar="DURATION", default="30s", help=timeout)
    add("--dialogue", metavar="FILE", help="what they send and must receive; the mock needs it too")
    add("--agent", metavar="ID", help="which they call; by default the built-in one, or FILE's")
    add("--location", metavar="ID", default=LOCATION, help="(default: %(default)s)")
    allow_host = "a host beyond this machine that may be loaded; repeatable"
    add("--allow-host", metavar="HOST", action="append", default=[], help=allow_host)
    add("--json", action="store_true", help="print the report as JSON")
    add("--plot", metavar="FILE", help="write the percentiles by turn as an SVG file")
    return parser
