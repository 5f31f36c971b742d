"""Options that the commands share."""

from __future__ import annotations

import argparse
from typing import Final

from leadway._agents import ConversationFields
from leadway._clients import Leadway, Options
from leadway._settings import Settings
from leadway._token_guard import MOCK_TOKEN

MOCK_URL: Final = "http://127.0.0.1:4010"
_MOCK_LOCATION: Final = "C2QujeCh8ZnC7al2InWR"

_EPILOG: Final = """\
The token is read from LEADWAY_TOKEN, since other users can see a command line. LEADWAY_LOCATION_ID
and LEADWAY_BASE_URL are read, too; options override them. --mock requires none of them.
"""


def create_parser(command: str, description: str, epilog: str = "") -> argparse.ArgumentParser:
    """Return a parser with the options for the connection to the service."""
    parser = argparse.ArgumentParser(
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


def add_message_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for a message."""
    group = parser.add_argument_group("message")
    group.add_argument("--contact", metavar="ID", help="the contact who sends the message")
    group.add_argument("--session", metavar="ID", help="resume the session with this executionId")
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


def client_from(arguments: argparse.Namespace) -> Leadway:
    """Return a client for the options; raises `SettingsError`."""
    return Leadway(settings_from(arguments))


def conversation_fields(arguments: argparse.Namespace) -> ConversationFields:
    """Return the fields of a conversation from the options, without the variables."""
    return {"contact_id": arguments.contact, "version_id": arguments.agent_version}
