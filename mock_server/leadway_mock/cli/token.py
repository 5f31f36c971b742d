"""`leadway mock token --location ID`: print a made-up access token, which only mocks accept."""

from __future__ import annotations

import time
from collections.abc import Sequence

from leadway_command import CommandParser, print_line
from leadway_mock.agents.access_tokens import ACCESS_SECONDS, access_claims, issue_token
from leadway_mock.agents.registry import (
    COMPANY_CLASS,
    COMPANY_SCOPES,
    DEFAULT_SCOPES,
    LOCATION_CLASS,
)
from leadway_mock.cli.options import OK, USAGE_ERROR, print_error

COMMAND = "leadway mock token"
MAX_SECONDS = 10**9
MAX_TEXT_CHARS = 256


def main(arguments: Sequence[str]) -> int:
    """Print the token; return 2 for an invalid argument."""
    parser = CommandParser(
        prog=COMMAND,
        description="Print an OAuth access token with the claims of the platform's. It is made up:"
        " every mock accepts it until it expires, and no other service does.",
    )
    owner = parser.add_mutually_exclusive_group(required=True)
    owner.add_argument("--location", metavar="ID", help="the sub-account that it belongs to")
    company = "an agency in its place; agents reject such a token"
    owner.add_argument("--company", metavar="ID", help=company)
    parser.add_argument(
        "--scopes",
        metavar="NAMES",
        help=f"scopes, with commas or blanks between them (default: {','.join(DEFAULT_SCOPES)};"
        " for an agency also oauth.write)",
    )
    expires = "seconds from now until it expires; below 0 it has expired (default: %(default)s)"
    parser.add_argument("--expires", metavar="SECONDS", default=str(ACCESS_SECONDS), help=expires)
    options = parser.parse_args(arguments)
    owner_id = options.location or options.company or ""
    seconds = _seconds(options.expires)
    if seconds is None:
        text = repr(options.expires)[:MAX_TEXT_CHARS]
        print_error(COMMAND, f"--expires must be a whole number of seconds, not {text}.")
        return USAGE_ERROR
    if not 0 < len(owner_id) <= MAX_TEXT_CHARS:
        print_error(COMMAND, f"an id must have 1 to {MAX_TEXT_CHARS} characters.")
        return USAGE_ERROR
    auth_class = LOCATION_CLASS if options.location else COMPANY_CLASS
    scopes = DEFAULT_SCOPES if options.location else COMPANY_SCOPES
    if options.scopes is not None:
        scopes = tuple(options.scopes.replace(",", " ").split())
    claims = access_claims(auth_class, owner_id, scopes, now=time.time(), seconds=seconds)
    print_line(issue_token(claims))
    return OK


def _seconds(text: str) -> int | None:
    try:
        seconds = int(text)
    except ValueError:
        return None
    return seconds if abs(seconds) <= MAX_SECONDS else None
