"""Secrets are taken out when something is captured, so that nothing stored or shown holds one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"}
)
"""Headers that carry credentials, lower-case: their whole value goes."""

SECRET_NAME = re.compile(
    r"(?i)\b((?:access|refresh|id|private|api)?[-_]?(?:token|secret|key|password))=([^&\s]+)"
)
"""`token=…` and its relatives, as people put them into a URL."""

PRIVATE_INTEGRATION_TOKEN = re.compile(r"(?i)\bpit-[0-9a-z-]{8,}")
JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*")
BEARER = re.compile(r"(?i)\bbearer\s+[^\s\"',;]{4,}")


SUSPICIOUS = re.compile(r"(?i)pit-|eyJ|bearer|=")
"""What a text has that holds a credential of any kind above; most texts have none of it."""


def redact_text(text: str) -> str:
    """Return `text` with everything that looks like a credential replaced by a mark."""
    if not SUSPICIOUS.search(text):
        return text
    text = BEARER.sub("Bearer [redacted]", text)
    text = PRIVATE_INTEGRATION_TOKEN.sub("pit-[redacted]", text)
    text = JSON_WEB_TOKEN.sub("[redacted JWT]", text)
    return SECRET_NAME.sub(r"\1=[redacted]", text)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return `headers` (lower-case names) without credentials."""
    return {
        name: "[redacted]" if name in SECRET_HEADERS else redact_text(value)
        for name, value in headers.items()
    }


def redact_json(value: object) -> object:
    """Return a copy of a JSON value with every text in it, keys included, redacted."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {redact_text(key): redact_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_json(item) for item in value]
    return value


def fingerprint(secret: str) -> str:
    """Return 12 hexadecimal digits that tell two secrets apart and reveal neither."""
    return hashlib.blake2b(secret.encode(), digest_size=6, person=b"leadway-mock").hexdigest()
