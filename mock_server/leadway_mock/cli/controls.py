"""Commands that change a running mock: `advance`, `fault`, `reset` and `seed`, and `wait` for it.

The mock checks the arguments by the schemas of the control API; its messages name them as typed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from leadway_command import CommandParser, did_you_mean
from leadway_mock.cli.control_client import (
    MAX_QUOTE_CHARS,
    CommandError,
    ControlClient,
    NoResponse,
    run,
    usage_error,
)
from leadway_mock.util.files import read_regular_file

UNIT_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
MAX_FILE_BYTES: Final = 16 * 1_048_576
POLL_SECONDS: Final = 0.1
ALL: Final = "all"

_DURATION: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d))+")
_PART: Final = re.compile(r"([0-9.]+)(ms|s|m|h|d)")
_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_FAULT_SCHEMA: Final = Path(__file__).parents[1] / "faults" / "faults.schema.json"


def advance(arguments: Sequence[str]) -> int:
    """Move the clock forward; see `leadway mock advance --help`."""
    parser = CommandParser(
        prog="leadway mock advance",
        description="Move the clock of a running mock forward, so that sessions expire.",
        epilog="A session expires after 30 minutes without a message: leadway mock advance 31m",
    )
    parser.add_argument("duration", metavar="DURATION", help="such as 31m, 1h30m, 90s; or seconds")

    def move(client: ControlClient, options: argparse.Namespace) -> Any:  # noqa: ANN401 - JSON
        seconds = parse_duration(options.duration, "DURATION")
        return client.post("/clock/advance", {"seconds": seconds})

    return run(arguments, parser, move)


def fault(arguments: Sequence[str]) -> int:
    """Inject a fault, or list or remove them; see `leadway mock fault --help`."""
    parser = CommandParser(
        prog="leadway mock fault",
        usage="leadway mock fault [NAME=VALUE ...] [--disarm [ID]] [--url URL] [--token TOKEN]",
        description="Inject a fault into a running mock; without arguments, list the faults.",
        epilog="Fields are those of the control API: status, body, headers, mergePatch, rule,"
        " proxyStatus, transport, latency, times, phase, retryAfter, agentId, and so on. Values are"
        " JSON or text: leadway mock fault status=500 times=2",
    )
    parser.add_argument("fields", nargs="*", metavar="NAME=VALUE", help="a field of the fault")
    parser.add_argument(
        "--disarm", nargs="?", const=ALL, metavar="ID", help="remove all faults, or one"
    )

    def inject(client: ControlClient, options: argparse.Namespace) -> Any:  # noqa: ANN401 - JSON
        if options.disarm and options.fields:
            raise usage_error("--disarm removes faults; leave the fields out.")
        if options.disarm:
            one = "" if options.disarm == ALL else f"/{options.disarm}"
            return client.call("DELETE", f"/faults{one}")
        if options.fields:
            schema = json.loads(_FAULT_SCHEMA.read_bytes())["properties"]
            pairs = parse_pairs(options.fields, schema, "a fault")
            fields = {name: parse_value(text, schema[name]) for name, text in pairs}
            return client.post("/faults", fields)
        return client.get("/faults")

    return run(arguments, parser, inject)


def reset(arguments: Sequence[str]) -> int:
    """Reset the mock or parts of it; see `leadway mock reset --help`."""
    parser = CommandParser(
        prog="leadway mock reset",
        description="Reset a running mock, or parts of it.",
        epilog="Parts: sessions, journal, quotas, faults, agents, dialogues, clock, settings.",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="what to reset; by default all")

    def empty(client: ControlClient, options: argparse.Namespace) -> Any:  # noqa: ANN401 - JSON
        return client.post("/reset", {"scope": options.parts} if options.parts else {})

    return run(arguments, parser, empty)


def seed(arguments: Sequence[str]) -> int:
    """Load the agents of a file; see `leadway mock seed --help`."""
    parser = CommandParser(
        prog="leadway mock seed",
        description="Add the agents of an agents file to a running mock. Clients can change them.",
    )
    parser.add_argument("file", metavar="FILE", help="an agents file; - is standard input")

    def load(client: ControlClient, options: argparse.Namespace) -> Any:  # noqa: ANN401 - JSON
        text = _read_text(options.file)
        try:
            return client.post("/agents/seed", {"text": text})
        except CommandError as error:
            if error.status:
                raise CommandError(f"{options.file}: {error}", exit_code=error.exit_code) from error
            raise

    return run(arguments, parser, load)


def wait(arguments: Sequence[str]) -> int:
    """Wait until a mock responds; see `leadway mock wait --help`."""
    parser = CommandParser(
        prog="leadway mock wait",
        description="Wait until a mock responds, in a script that has started one.",
        epilog="The exit code is 1 if none responds in time.",
    )
    parser.add_argument(
        "--timeout", metavar="DURATION", default="30s", help="such as 5s (default: %(default)s)"
    )

    def until_ready(client: ControlClient, options: argparse.Namespace) -> dict[str, Any]:
        seconds = parse_duration(options.timeout, "--timeout")
        ends = time.monotonic() + seconds
        while True:
            left = ends - time.monotonic()
            try:
                health = client.call("GET", "/health", timeout=max(left, POLL_SECONDS))
            except NoResponse as error:
                if left <= POLL_SECONDS:
                    raise NoResponse(f"after {seconds:g} s, {error}") from error
                time.sleep(POLL_SECONDS)
            else:
                return {"url": client.url, **health}

    return run(arguments, parser, until_ready)


def parse_duration(text: str, name: str) -> float:
    """Return the seconds of a text such as `1h30m` or `90`; raises `CommandError` about `name`."""
    word = text.strip().lower()
    if _PLAIN.fullmatch(word):
        return float(word)
    if len(word) <= MAX_QUOTE_CHARS and _DURATION.fullmatch(word):
        return sum(float(number) * UNIT_SECONDS[unit] for number, unit in _PART.findall(word))
    shown = repr(text[:MAX_QUOTE_CHARS])
    raise usage_error(f"{name} must be a duration such as 31m, 1h30m, 90s or 200ms, not {shown}.")


def parse_count(text: str, name: str, most: int) -> int:
    """Return a number from 1 to `most`; raises `CommandError`, which names the argument."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= most:
        raise usage_error(f"{name} must be a whole number from 1 to {most}, not {text[:20]!r}.")
    return int(text)


def parse_pairs(
    words: Iterable[str], known: Mapping[str, Any], what: str
) -> Iterable[tuple[str, str]]:
    """Yield name and text of each `NAME=VALUE`; raises `CommandError` for an unknown name."""
    seen: set[str] = set()
    for word in words:
        name, separator, text = word.partition("=")
        shown = repr(word[:MAX_QUOTE_CHARS])
        if not separator:
            raise usage_error(f"{shown} must be NAME=VALUE, such as status=500.")
        if name not in known:
            hint = did_you_mean(name, known) or f"; known are {', '.join(known)}."
            raise usage_error(f"{what} has no field {name[:MAX_QUOTE_CHARS]!r}{hint}")
        if name in seen:
            raise usage_error(f"{name} is given twice; give it once.")
        seen.add(name)
        yield name, text


def parse_value(text: str, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value that is typed as JSON or as text, whichever the schema has."""
    kinds = schema.get("type", [])
    if kinds == "string" or "enum" in schema:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read_text(name: str) -> str:
    try:
        content = (
            read_regular_file(name, MAX_FILE_BYTES + 1)
            if name != "-"
            else sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        )
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise usage_error(f"{name} is not encoded in UTF-8.") from error
    except OSError as error:
        raise usage_error(f"{name} cannot be read: {error.strerror or error}.") from error
    if len(content) > MAX_FILE_BYTES:
        raise usage_error(f"{name} has more than {MAX_FILE_BYTES} bytes.")
    return text
