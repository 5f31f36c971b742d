"""Secrets are taken out when something is captured, so that nothing stored or shown holds one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from leadway_mock.util.memoize import memoize

SECRET_HEADER = re.compile(r"auth|cookie|token|secret|password|credential|api-?key")
"""What the lower-case name of a header has that carries credentials: its whole value goes."""

PERSON = b"leadway-mock"
"""What makes our fingerprints differ from those of others."""

HIDDEN = "[redacted]"

SECRET_NAME = re.compile(r"(?i)(token|secret|key|password)=([^&\s\"']+)")
"""`access_token=…` and its relatives, as people put them into a URL."""

PRIVATE_INTEGRATION_TOKEN = re.compile(r"(?i)pit-[0-9a-z-]{8,}")
JSON_WEB_TOKEN = re.compile(r"eyJ[\w.-]{8,}")
BEARER = re.compile(r"(?i)bearer(?:[\s+]|%20)++[^\s\"',;<&]{4,}")
# None of these asks for a word's beginning: in JSON as sent, a token may stand right behind `\n`.
# And none can fail after a long run of letters, so that no text makes them slow.

TOKEN_NAME = re.compile(r"(?i)((access|auth|id|bearer|refresh|private)[_-]?)?token|authorization")
"""What people call a token in a query, whatever it looks like."""

MOST_KNOWN = 1_024
LONGEST_KNOWN = 200
"""How many short texts are remembered with what was made of them: tokens and names come again."""


def is_suspicious(text: str) -> bool:
    """Tell whether `text` may hold a credential of any kind above; most texts hold none."""
    if "=" in text or ("J" in text and "eyJ" in text):  # One letter is found sooner than three.
        return True
    lowered = text.lower()
    return "pit-" in lowered or "bearer" in lowered


def redact_text(text: str) -> str:
    """Return `text` with everything that looks like a credential replaced by a mark."""
    if not is_suspicious(text):
        return text
    text = BEARER.sub("Bearer [redacted]", text)
    text = PRIVATE_INTEGRATION_TOKEN.sub("pit-[redacted]", text)
    text = JSON_WEB_TOKEN.sub("[redacted JWT]", text)
    return SECRET_NAME.sub(r"\1=[redacted]", text)


def redact_query(query: str) -> str:
    """Return a query string without credentials: as it came, or decoded if one hid in escapes."""
    plain = unquote_plus(query)
    return redact_text(query if redact_text(plain) == plain else plain)


def has_token(path: str, query: str) -> bool:
    """Tell whether a URL carries a token, by its look or by its parameter's name."""
    if not query and not is_suspicious(path):
        return False
    plain = f"{path}?{unquote_plus(query)}"
    return (
        PRIVATE_INTEGRATION_TOKEN.search(plain) is not None
        or any(found[0].count(".") > 1 for found in JSON_WEB_TOKEN.finditer(plain))
        or any(TOKEN_NAME.fullmatch(name) for name, _ in parse_qsl(query))
    )


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return `headers` (lower-case names) without credentials."""
    hidden = hide_secrets(headers)
    return {redact_text(name): redact_text(value) for name, value in hidden.items()}


def hide_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Return `headers` (lower-case names) without the values of those that carry credentials."""
    return {name: HIDDEN if _is_secret(name) else value for name, value in headers.items()}


@memoize(MOST_KNOWN, LONGEST_KNOWN)
def _is_secret(name: str) -> bool:
    return SECRET_HEADER.search(name) is not None


def redact_json(value: object) -> object:
    """Return a copy of a JSON value with every text in it, keys included, redacted."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {redact_text(key): redact_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_json(item) for item in value]
    return value


@memoize(MOST_KNOWN, LONGEST_KNOWN)
def fingerprint(secret: str) -> str:
    """Return 12 hexadecimal digits that tell two secrets apart and reveal neither."""
    return hashlib.blake2b(secret.encode(), digest_size=6, person=PERSON).hexdigest()


def hasher() -> hashlib.blake2b:
    """Return what makes fingerprints of bytes that come one after another."""
    return hashlib.blake2b(digest_size=6, person=PERSON)
