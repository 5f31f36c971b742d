"""Standard input, error texts and exit codes of the commands."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from leadway.errors import (
    APIStatusError,
    AuthorizationError,
    InvalidRequestError,
    InvalidResponseError,
    LeadwayError,
    NoResponseError,
    RateLimitedError,
    ServerError,
    SessionNotFoundError,
    SettingsError,
)

SUCCESS: Final = 0
CHECK_FAILED: Final = 1
USAGE: Final = 2

EXIT_CODES: Final[Sequence[tuple[type[LeadwayError], int]]] = [
    (SettingsError, USAGE),
    (AuthorizationError, 3),
    (RateLimitedError, 5),
    (ServerError, 6),
    (InvalidResponseError, 6),
    (NoResponseError, 7),
    (APIStatusError, 4),
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
    RateLimitedError: "The documented limits are 100 requests in 10 s and 300 in a minute: wait.",
    SessionNotFoundError: "A session expires after 30 minutes without a message: start a new one"
    " without --session, or with /new in `leadway chat`.",
}
"""Hints that differ from those for Python."""


def exit_code(error: LeadwayError) -> int:
    """Return the exit code for an error."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), CHECK_FAILED)


def error_text(error: LeadwayError) -> str:
    """Return `str(error)` with flags and variables instead of Python names."""
    hint = _HINTS.get(type(error), error.hint)
    return f"{error_message(error, str(error).removesuffix(error.hint))}{_with_flags(hint)}"


def error_message(error: LeadwayError, text: str = "") -> str:
    """Return the message without hint; only texts of the SDK itself name settings."""
    text = text or error.message
    return _with_flags(text) if isinstance(error, SettingsError) else text


def _with_flags(text: str) -> str:
    return re.sub(r"`(\w+)`", lambda name: _FLAGS.get(name[1], name[0]), text)


def is_interactive() -> bool:
    """Return whether standard input is a terminal."""
    return bool(sys.stdin) and sys.stdin.isatty()


def stdin_lines() -> Iterator[str]:
    """Yield the lines of standard input; raises `InvalidRequestError` for undecodable bytes."""
    try:
        yield from sys.stdin or ()
    except UnicodeDecodeError as error:
        raise InvalidRequestError(f"Standard input must be {error.encoding} text") from None
