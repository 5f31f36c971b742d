"""The options that the commands share, and the client they make."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Final, NoReturn

from leadway.agents import ConversationFields
from leadway.clients import Leadway, Options
from leadway.destinations import MADE_UP
from leadway.settings import Settings

MOCK_URL: Final = "http://127.0.0.1:4010"
_MOCK_LOCATION: Final = "C2QujeCh8ZnC7al2InWR"

_EPILOG = """\
The token comes from LEADWAY_TOKEN, since others can read a command line. LEADWAY_LOCATION_ID and
LEADWAY_BASE_URL are read too; options go over them. --mock needs none of them.
"""


class Parser(argparse.ArgumentParser):
    """A parser whose `--mock` takes what follows it if that is a URL, and else leaves it alone."""

    _left: str | None = None
    """What follows `--mock`, and is no URL."""

    def read(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """Parse the arguments, those of the command line by default."""
        given = list(sys.argv[1:] if arguments is None else arguments)
        return self.parse_args(list(self._with_urls(given)))

    def _with_urls(self, given: Sequence[str]) -> Iterator[str]:
        end = given.index("--") if "--" in given else len(given)
        for index, argument in enumerate(given):
            following = given[index + 1] if index + 1 < len(given) else "-"
            if argument != "--mock" or index > end or _is_url(following):
                yield argument
                continue
            yield f"--mock={MOCK_URL}"
            if not following.startswith("-"):
                self._left = following

    def error(self, message: str) -> NoReturn:
        """End with a message, and with the URL that may have been meant for one."""
        hint = "" if self._left is None else f". --mock did not take {_no_url(self._left)}"
        super().error(f"{message}{hint}")


def _is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def _no_url(text: str) -> str:
    return f"{text!r}: a URL begins with http:// or https://, such as {MOCK_URL}"


def _url(text: str) -> str:
    if not _is_url(text):
        raise argparse.ArgumentTypeError(_no_url(text))
    return text


def parser(command: str, about: str, more: str = "") -> Parser:
    """Return a parser that knows how to reach the service."""
    made = Parser(
        prog=f"leadway {command}",
        description=about,
        epilog=f"{_EPILOG}\n{more}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reach = made.add_argument_group("where and as whom")
    reach.add_argument(
        "--mock",
        nargs="?",
        const=MOCK_URL,
        type=_url,
        metavar="URL",
        help="talk to a mock, with a made-up token and location; what follows is its URL if it"
        f" begins with http:// or https:// (default {MOCK_URL})",
    )
    reach.add_argument("--base-url", metavar="URL", help="scheme and host of the service")
    reach.add_argument("--location-id", metavar="ID", help="the sub-account")
    reach.add_argument("--api-version", metavar="DATE", help="the Version header")
    reach.add_argument("--timeout", type=float, metavar="SECONDS", help="for one attempt")
    reach.add_argument(
        "--send-token-anywhere",
        action="store_true",
        default=None,
        help="even a real-looking token to another host than the vendor's",
    )
    return made


def add_message_options(made: argparse.ArgumentParser) -> None:
    """Add what may come with a message."""
    said = made.add_argument_group("what comes with the message")
    said.add_argument("--contact", metavar="ID", help="the contact who is speaking")
    said.add_argument("--session", metavar="ID", help="resume the session with this executionId")
    said.add_argument("--agent-version", metavar="ID", help="the published version to run")
    said.add_argument(
        "--var",
        action="append",
        default=[],
        type=variable,
        metavar="NAME=VALUE",
        help="an input variable; may be given again",
    )


def variable(text: str) -> tuple[str, str]:
    """Return name and value of `name=value`."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value


def settings_of(given: argparse.Namespace) -> Settings:
    """Return the settings that the options and the environment make.

    Raises `SettingsError`.
    """
    options: Options = {
        "base_url": given.base_url,
        "location_id": given.location_id,
        "api_version": given.api_version,
        "timeout": given.timeout,
        "send_token_anywhere": given.send_token_anywhere,
    }
    if given.mock:
        options["base_url"] = given.mock.rstrip("/")
        options["token"] = MADE_UP
        options["location_id"] = given.location_id or _MOCK_LOCATION
    return Settings.from_env(**options)


def client_of(given: argparse.Namespace) -> Leadway:
    """Return a client for the options; raises `SettingsError`."""
    return Leadway(settings_of(given))


def conversation_fields(given: argparse.Namespace) -> ConversationFields:
    """Return the fields of a conversation that the options make, but for the variables."""
    return {"contact_id": given.contact, "version_id": given.agent_version}
