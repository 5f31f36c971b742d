"""Options, standard input, error texts and exit codes of the commands."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from leadway import MOCK_TOKEN, Options, Settings, errors
from leadway.errors import LeadwayError
from leadway_command import CommandParser

MOCK_URL: Final = "http://127.0.0.1:4010"
_MOCK_LOCATION: Final = "C2QujeCh8ZnC7al2InWR"

SUCCESS: Final = 0
CHECK_FAILED: Final = 1
USAGE: Final = 2

EXIT_CODES: Final[Sequence[tuple[type[LeadwayError], int]]] = [
    (errors.SettingsError, USAGE),
    (errors.AuthorizationError, 3),
    (errors.RateLimitedError, 5),
    (errors.ServerError, 6),
    (errors.InvalidResponseError, 6),
    (errors.NoResponseError, 7),
    (errors.APIStatusError, 4),
]
"""The first matching class counts."""

_FLAGS: Final[Mapping[str, str]] = {
    "api_version": "--api-version (or LEADWAY_API_VERSION)",
    "base_url": "--base-url (or --mock-url, or LEADWAY_BASE_URL)",
    "connect_timeout": "LEADWAY_CONNECT_TIMEOUT",
    "location_id": "--location-id",
    "max_response_bytes": "LEADWAY_MAX_RESPONSE_BYTES",
    "send_token_anywhere": "--send-token-anywhere",
    "timeout": "--timeout (or LEADWAY_TIMEOUT)",
    "token": "--mock",
    "version_id": "--agent-version",
}
"""Flag or variable for a name that the SDK's texts have in backticks."""

_HINTS: Final[Mapping[type[LeadwayError], str]] = {
    errors.RateLimitedError: "The documented limits are 100 requests in 10 s and 300 in a minute:"
    " wait.",
    errors.SessionNotFoundError: "A session expires after 30 minutes without a message: start a new"
    " one without --session, or with /new in `leadway chat`.",
}
"""Hints that differ from those for Python."""

_EPILOG: Final = """\
The token is read from LEADWAY_TOKEN, since other users can see a command line. LEADWAY_LOCATION_ID
and LEADWAY_BASE_URL are read, too; options override them. --mock requires none of them.
"""


def create_parser(command: str, description: str, epilog: str = "") -> argparse.ArgumentParser:
    """Return a parser with the options for the connection to the service."""
    parser = CommandParser(
        word_hint="put a message of several words in quotes, and a mock's URL after --mock-url",
        prog=f"leadway {command}",
        description=description,
        epilog=f"{_EPILOG}\n{epilog}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    group = parser.add_argument_group("connection")
    group.add_argument(
        "--mock",
        action="store_true",
        help=f"use the mock at {MOCK_URL}, with a made-up token and location",
    )
    group.add_argument(
        "--mock-url", type=_url, metavar="URL", help="use the mock at this URL; implies --mock"
    )
    group.add_argument("--base-url", metavar="URL", help="scheme and host of the service")
    group.add_argument("--location-id", metavar="ID", help="the sub-account")
    group.add_argument("--api-version", metavar="DATE", help="the Version header")
    group.add_argument("--timeout", type=float, metavar="SECONDS", help="for one attempt")
    group.add_argument(
        "--send-token-anywhere",
        action="store_true",
        default=None,
        help="send a real-looking token to hosts other than the vendor's, too",
    )
    return parser


def _url(text: str) -> str:
    if not text.lower().startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"must be a URL such as {MOCK_URL}, not {text!r}")
    return text


def _agent_id(text: str) -> str:
    """Return the id of an agent; an address, which belongs to --mock-url, is none."""
    _, _, port = text.rstrip("/").rpartition(":")
    if "://" in text or port.isdecimal():
        url = text if "://" in text else f"http://{text}"
        hint = f"for a mock at that address write --mock-url {url}"
        raise argparse.ArgumentTypeError(f"must be the id of an agent, not {text!r}; {hint}")
    return text


def add_message_options(parser: argparse.ArgumentParser) -> None:
    """Add the argument AGENT, and the options for a message."""
    parser.add_argument("agent", metavar="AGENT", type=_agent_id, help="the agent's id")
    group = parser.add_argument_group("message")
    group.add_argument("--managed", action="store_true", help="AGENT is a managed agent")
    group.add_argument("--contact", metavar="ID", help="the contact who sends the message")
    group.add_argument("--session", metavar="ID", help="resume the session with this id")
    group.add_argument("--agent-version", metavar="ID", help="the published version to run")
    group.add_argument(
        "--var",
        action="append",
        default=[],
        type=parse_variable,
        metavar="NAME=VALUE",
        help="an input variable; can be repeated",
    )


def parse_variable(text: str) -> tuple[str, str]:
    """Return name and value of `NAME=VALUE`."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, not {text!r}")
    return name.strip(), value


def settings_from(arguments: argparse.Namespace) -> Settings:
    """Return the settings from options and environment; raises `SettingsError`."""
    options: Options = {
        "base_url": arguments.base_url,
        "location_id": arguments.location_id,
        "api_version": arguments.api_version,
        "timeout": arguments.timeout,
        "send_token_anywhere": arguments.send_token_anywhere,
    }
    if arguments.mock or arguments.mock_url:
        options["base_url"] = (arguments.mock_url or MOCK_URL).rstrip("/")
        options["token"] = MOCK_TOKEN
        options["location_id"] = arguments.location_id or _MOCK_LOCATION
    return Settings.from_env(**options)


def check_managed(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """End the program with a usage error for options that managed agents do not have."""
    if arguments.managed and arguments.agent_version:
        parser.error("managed agents have no --agent-version; they run the published one")
    if getattr(arguments, "idempotency_key", None) and not arguments.managed:
        parser.error("--idempotency-key needs --managed; other agents process each message")


def exit_code(error: LeadwayError) -> int:
    """Return the exit code for an error."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), CHECK_FAILED)


def error_text(error: LeadwayError) -> str:
    """Return `str(error)` with flags and variables instead of Python names."""
    text = error_message(error, str(error).removesuffix(error.hint))
    return f"{text}{error_hint(error)}"


def error_hint(error: LeadwayError) -> str:
    """Return the hint of the response, or that of the class with flags and variables."""
    if error.hint != type(error).hint:
        return error.hint
    return _with_flags(_HINTS.get(type(error), error.hint))


def error_message(error: LeadwayError, text: str = "") -> str:
    """Return the message without hint; only texts of the SDK itself name settings."""
    text = text or error.message
    return _with_flags(text) if isinstance(error, errors.SettingsError) else text


def _with_flags(text: str) -> str:
    return re.sub(r"`(\w+)`", lambda name: _FLAGS.get(name[1], name[0]), text)


def stdin_lines() -> Iterator[str]:
    """Yield the lines of standard input; raises `InvalidRequestError` for undecodable bytes."""
    try:
        yield from sys.stdin or ()
    except UnicodeDecodeError as error:
        reason = f"Standard input must be {error.encoding} text"
        raise errors.InvalidRequestError(reason) from None
