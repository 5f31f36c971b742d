"""Commands that show what a running mock holds: `journal`, `sessions`, `show` and `export`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import chain
from typing import Any, Final
from urllib.parse import quote

from leadway_command import CommandParser
from leadway_mock.cli.control_client import PAGE, CommandError, ControlClient, run, usage_error
from leadway_mock.cli.controls import parse_count, parse_pairs, parse_value
from leadway_mock.cli.terminal import (
    BOLD,
    CYAN,
    DIM,
    GREEN,
    RED,
    YELLOW,
    is_terminal,
    paint,
    print_json,
    print_text,
)
from leadway_mock.util.printable_text import count_text, short_lines, short_text

MATCH_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "status": {},
    "rule": {"type": "string"},
    "evidence": {"type": "string"},
    "method": {"type": "string"},
    "path": {"type": "string"},
    "tokenFingerprint": {"type": "string"},
    "operationId": {"type": "string"},
    "agentId": {"type": "string"},
    "locationId": {"type": "string"},
    "executionId": {"type": "string"},
    "session": {"type": "string"},
    "turn": {},
    "body": {"type": "string"},
    "fault": {},
    "hasUnusedInput": {},
    "truncated": {},
}
"""Properties that select entries of the journal; `control.yaml` has their schemas."""

FOLLOW_SECONDS: Final = 5.0
"""How long one call waits for a new entry."""

RETRY_SECONDS: Final = 1.0
MAX_LINE_CHARS: Final = 400
INDENT: Final = " " * 22


def journal(arguments: Sequence[str]) -> int:
    """Print the newest requests, or each as it comes; see `leadway mock journal --help`."""
    parser = CommandParser(
        prog="leadway mock journal",
        usage="leadway mock journal [NAME=VALUE ...] [--follow] [--lines] [--limit N] [--url URL]"
        " [--token TOKEN]",
        description="Print requests, responses and rules of a running mock, without secrets.",
        epilog=f"NAME=VALUE selects entries, such as status=4xx: {', '.join(MATCH_FIELDS)}.",
    )
    parser.add_argument("match", nargs="*", metavar="NAME=VALUE", help="what an entry must have")
    parser.add_argument("--follow", action="store_true", help="also print each new entry")
    parser.add_argument("--lines", action="store_true", help="print a line for each, not JSON")
    parser.add_argument(
        "--limit", metavar="N", default="100", help="newest entries (default: %(default)s)"
    )

    def show_entries(client: ControlClient, options: argparse.Namespace) -> Any:  # noqa: ANN401 - JSON
        pairs = parse_pairs(options.match, MATCH_FIELDS, "an entry")
        match = {name: parse_value(text, MATCH_FIELDS[name]) for name, text in pairs}
        limit = parse_count(options.limit, "--limit", PAGE)
        query = {"match": match, "order": "newest", "limit": limit}
        page = client.post("/journal/find", query)
        page["entries"].reverse()
        if not options.follow and not options.lines:
            return page
        new = _new_entries(client, match, page["written"]) if options.follow else ()
        for entry in chain(page["entries"], new):
            if options.lines:
                print_text(entry_line(entry))
            else:
                print_json(entry)
        return None

    return run(arguments, parser, show_entries)


def sessions(arguments: Sequence[str]) -> int:
    """Print the sessions; see `leadway mock sessions --help`."""
    parser = CommandParser(
        prog="leadway mock sessions",
        description="Print the sessions of a running mock, oldest first.",
    )
    parser.add_argument("--agent", metavar="ID", help="only sessions with this agent")
    parser.add_argument("--location", metavar="ID", help="only sessions in this location")
    parser.add_argument("--contact", metavar="ID", help="only sessions with this contact")
    state = parser.add_mutually_exclusive_group()
    state.add_argument("--live", action="store_true", help="only sessions that have not expired")
    state.add_argument("--expired", action="store_true", help="only sessions that have expired")

    def list_sessions(client: ControlClient, options: argparse.Namespace) -> dict[str, Any]:
        query = {
            "agentId": options.agent,
            "locationId": options.location,
            "contactId": options.contact,
            "expired": "true" if options.expired else "false" if options.live else None,
        }
        pages = list(client.pages("/sessions", **query))
        found = [each for page in pages for each in page["sessions"]]
        return {"sessions": found, "count": pages[-1]["count"]}

    return run(arguments, parser, list_sessions)


def show(arguments: Sequence[str]) -> int:
    """Print one conversation; see `leadway mock show --help`."""
    parser = CommandParser(
        prog="leadway mock show",
        description="Print a conversation: as text in a terminal, and as JSON elsewhere.",
    )
    parser.add_argument("session", metavar="SESSION", help="its executionId, or the beginning")
    parser.add_argument("--json", action="store_true", help="print JSON in a terminal, too")
    parser.add_argument("--text", action="store_true", help="print text elsewhere, too")

    def show_session(client: ControlClient, options: argparse.Namespace) -> dict[str, Any] | None:
        if options.json and options.text:
            raise usage_error("--json and --text exclude each other.")
        session = _read_session(client, options.session)
        if options.json or not (options.text or is_terminal()):
            return session
        print_text("\n".join(conversation_lines(session)))
        return None

    return run(arguments, parser, show_session)


def export(arguments: Sequence[str]) -> int:
    """Print the created agents as an agents file; see `leadway mock export --help`."""
    parser = CommandParser(
        prog="leadway mock export",
        description="Print the agents that clients created, or that were seeded, as an agents file:"
        " leadway mock export > agents.yaml",
    )

    def print_file(client: ControlClient, _: argparse.Namespace) -> None:
        print_text(client.get("/agents/export")["text"].rstrip("\n"))

    return run(arguments, parser, print_file)


def conversation_lines(session: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a conversation for people."""
    state = paint("expired", RED) if session["expired"] else paint("live", GREEN)
    goal = ", goal reached" if session["goalCompletion"] else ""
    contact = f", contact {short_text(session['contactId'])}" if session["contactId"] else ""
    yield paint(f"Session {short_text(session['executionId'])}", BOLD)
    yield (
        f"agent {short_text(session['agentId'])}, location {short_text(session['locationId'])}"
        f"{contact}: {count_text(session['turns'], 'turn')}, {state}{goal}"
    )
    for turn in session["transcript"]:
        time_of_day = turn["at"][11:19]
        yield ""
        yield _format_message(f"{turn['turn']:>3}", time_of_day, "User", turn["message"], CYAN)
        yield _format_message("   ", "        ", "Agent", turn["response"], YELLOW)


def entry_line(entry: Mapping[str, Any]) -> str:
    """Return one entry of the journal on a line for people."""
    request, response = entry["request"], entry["response"]
    status = response["status"]
    is_error = status >= HTTPStatus.BAD_REQUEST
    turn = f", turn {entry['turn']} of {entry['executionId']}" if entry.get("turn") else ""
    fault = f", fault {entry['fault'].get('id')}" if entry.get("fault") else ""
    hint = f" - {response['hint']}" if response["hint"] and is_error else ""
    text = short_text(f"{response['rule']}{turn}{fault}{hint}", MAX_LINE_CHARS)
    colour = RED if is_error else GREEN
    prefix = paint(f"{entry['number']:>4}  {entry['at'][11:19]}", DIM)
    where = short_text(f"{request['method']} {request['path']}", MAX_LINE_CHARS)
    return f"{prefix}  {where} -> {paint(str(status), colour)} {text}"


def _format_message(number: str, time_of_day: str, who: str, text: str, colour: str) -> str:
    lines = f"\n{INDENT}".join(short_lines(text).split("\n"))
    return f"{paint(f'{number}  {time_of_day}', DIM)}  {paint(f'{who:<5}', colour)}  {lines}"


def _new_entries(
    client: ControlClient, match: Mapping[str, Any], after: int
) -> Iterator[Mapping[str, Any]]:
    """Yield each entry with a larger number than `after` as it comes, until the mock ends."""
    while True:
        body = {"match": match, "after": after, "timeout": FOLLOW_SECONDS}
        try:
            found = client.post("/journal/wait", body)["entries"]
        except CommandError as error:
            # With 503, others wait, too; the response has the time.
            if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
            time.sleep(error.retry_after or RETRY_SECONDS)
            continue
        for entry in found:
            yield entry
            after = max(after, entry["number"])
        if not found:  # A reset begins with number 1 again.
            after = min(after, client.post("/journal/count")["written"])


def _read_session(client: ControlClient, name: str) -> dict[str, Any]:
    """Return a session with all its turns; `name` is its id or a unique beginning of it."""
    try:
        return _whole_session(client, name)
    except CommandError as error:
        pages = client.pages("/sessions") if error.status == HTTPStatus.NOT_FOUND else ()
        ids = (each["executionId"] for page in pages for each in page["sessions"])
        matches = [each for each in ids if each.startswith(name)]
        if not matches:
            raise
        if len(matches) > 1:
            shown = ", ".join(matches[:3])
            raise usage_error(f"{len(matches)} sessions begin like that: {shown}.") from error
        return _whole_session(client, matches[0])


def _whole_session(client: ControlClient, execution_id: str) -> dict[str, Any]:
    first, *others = client.pages(f"/sessions/{quote(execution_id, safe='')}")
    del first["next"]
    transcript = [turn for page in (first, *others) for turn in page["transcript"]]
    return {**first, "transcript": transcript}
