"""Redaction: removes credentials from texts, headers, queries and JSON; fingerprints them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from leadway_mock.util.cache import memoize

SECRET_HEADER = re.compile(r"auth|cookie|token|secret|password|credential|api-?key")
"""Matches the lower-case names of headers whose values are credentials."""

PERSON = b"leadway-mock"
"""Personalization of the hash, so that fingerprints differ from those of other programs."""

REDACTED = "[redacted]"

SECRET_NAME = re.compile(r"(?i)(token|secret|key|password)=([^&\s\"']+)")
"""`access_token=…` and similar parameters of a URL."""

PRIVATE_INTEGRATION_TOKEN = re.compile(r"(?i)pit-[0-9a-z-]{8,}")
JSON_WEB_TOKEN = re.compile(r"eyJ[\w.-]{8,}")
BEARER = re.compile(r"(?i)bearer(?:[\s+]|%20)++[^\s\"',;<&]{4,}")
# None of these starts with a word boundary: in JSON text, a token may follow an escaped `\n`.
# None backtracks over a long run of letters, so that no text makes them slow.

TOKEN_NAME = re.compile(r"(?i)((access|auth|id|bearer|refresh|private)[_-]?)?token|authorization")
"""Names of parameters that hold a token."""

MAX_CACHED = 1_024
MAX_CACHED_CHARS = 200
"""Tokens and names of headers recur, so results for short ones are cached."""


def is_suspicious(text: str) -> bool:
    """Return whether `text` may contain a credential; fast, since most texts contain none."""
    if "=" in text or ("J" in text and "eyJ" in text):  # Searching one letter is faster than three.
        return True
    lowered = text.lower()
    return "pit-" in lowered or "bearer" in lowered


def redact_text(text: str) -> str:
    """Return `text` with everything that looks like a credential replaced."""
    if not is_suspicious(text):
        return text
    text = BEARER.sub("Bearer [redacted]", text)
    text = PRIVATE_INTEGRATION_TOKEN.sub("pit-[redacted]", text)
    text = JSON_WEB_TOKEN.sub("[redacted JWT]", text)
    return SECRET_NAME.sub(r"\1=[redacted]", text)


def redact_query(query: str) -> str:
    """Return a query string without credentials; decoded if an escaped one was found."""
    plain = unquote_plus(query)
    return redact_text(query if redact_text(plain) == plain else plain)


def has_token(path: str, query: str) -> bool:
    """Return whether a URL contains a token, by its form or by the name of its parameter."""
    if not query and not is_suspicious(path):
        return False
    plain = f"{path}?{unquote_plus(query)}"
    return (
        PRIVATE_INTEGRATION_TOKEN.search(plain) is not None
        or any(match[0].count(".") > 1 for match in JSON_WEB_TOKEN.finditer(plain))
        or any(TOKEN_NAME.fullmatch(name) for name, _ in parse_qsl(query))
    )


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return `headers` (lower-case names) without credentials."""
    without_secrets = hide_secrets(headers)
    return {redact_text(name): redact_text(value) for name, value in without_secrets.items()}


def hide_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Return `headers` (lower-case names) with the values of credentials replaced."""
    return {name: REDACTED if _is_secret(name) else value for name, value in headers.items()}


@memoize(MAX_CACHED, MAX_CACHED_CHARS)
def _is_secret(name: str) -> bool:
    return SECRET_HEADER.search(name) is not None


def redact_json(value: object) -> object:
    """Return a copy of a JSON value with every text redacted, keys included."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {redact_text(key): redact_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_json(item) for item in value]
    return value


def fingerprint(secret: str) -> str:
    """Return 12 hexadecimal digits that identify a secret without revealing it."""
    return hashlib.blake2b(secret.encode(), digest_size=6, person=PERSON).hexdigest()


def hasher() -> hashlib.blake2b:
    """Return a hash object for fingerprints of bytes that arrive in parts."""
    return hashlib.blake2b(digest_size=6, person=PERSON)
