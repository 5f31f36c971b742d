"""Redaction: removes credentials from texts, headers, queries and JSON; fingerprints them."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from urllib.parse import unquote

from leadway_mock.util.cache import memoize

SECRET_HEADER = re.compile(r"auth|cookie|token|secret|password|credential|api-?key")
"""Matches the lower-case names of headers whose values are credentials."""

PERSON = b"leadway-mock"
"""Personalization of the hash, so that fingerprints differ from those of other programs."""

REDACTED = "[redacted]"

SECRET_NAMES = ("token=", "secret=", "key=", "password=")
SECRET_VALUE = re.compile(
    r"=(?:(?<=token=)|(?<=secret=)|(?<=key=)|(?<=password=))[^&\s\"']+", re.IGNORECASE
)
"""The value in `access_token=…` and similar parameters of a URL, with the sign before it.

A search for `=` is eight times as fast as one for the names.
"""

FORM = re.compile(r"[\w.*+%-]++=[^&\s{}\"<>]*+(?:&[\w.*+%-]++=[^&\s{}\"<>]*+)*+")
"""A form, percent-encoded as by a browser."""

FORM_SECRETS = ("secret", "token", "password", "key", "code")
"""Ends of the names of secrets in a request for tokens, such as `clientSecret`."""

_ESCAPE = r"%[0-9A-Fa-f]{2}|\\++u[0-9A-Fa-f]{4}"
# A token ends after its last escape, so that nothing of it is left beside "[redacted]".

PRIVATE_INTEGRATION_TOKEN = re.compile(rf"(?i)pit-(?:[0-9a-z-]|{_ESCAPE}){{8,}}")
BEARER = re.compile(r"(?i)bearer(?:[\s+]|%20)++[^\s\"',;<&]{4,}")
JSON_WEB_TOKEN = re.compile(rf"eyJ(?:[\w.-]|{_ESCAPE}){{8,}}")
MIN_WEB_TOKEN_PART = 8
THREE_PARTS = re.compile(r"(?<![\w-])[\w-]{8,}+\.[\w-]{8,}+\.[\w-]*+")
"""The form of a JSON Web Token, whatever its header begins with."""

WEB_TOKEN_DOTS = 2
# None of these backtracks over a long run of letters, so that no text makes them slow.

_ENCODED = re.compile(r"[\\%\x00]")
PERCENT_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""A string of JSON; the last may have no end. So each character is looked at once."""

JSON_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|(["\\/bfnrt]))')
ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

MAX_ENCODINGS = 8
"""Encodings of a text, one inside the other, that are undone; with more it is not kept."""

TOKEN_PARAMETER = re.compile(
    r"[?&](?:(?:(?:access|auth|id|bearer|refresh|private)[_-]?)?token|authorization)=[^&]",
    re.IGNORECASE,
)
"""A parameter of a URL whose name says that it holds a token."""

MAX_CACHED = 1_024
MAX_CACHED_CHARS = 200
"""Tokens and names of headers recur, so results for short ones are cached."""


def redact_text(text: str) -> str:
    """Return `text` with everything that looks like a credential replaced.

    A credential that is escaped, as in a URL or in JSON, is found too; then the rest of the text is
    returned without these escapes.
    """
    lowered = text.lower()
    if not (
        "=" in text
        or ("%" in text and PERCENT_ESCAPE.search(text))
        or ("\\" in text and JSON_ESCAPE.search(text))
        or "\x00" in text
        or "bearer" in lowered
        or "pit-" in lowered
        or "eyj" in lowered
        or text.count(".") >= WEB_TOKEN_DOTS
    ):
        return text  # The usual case, in one call.
    kept = text = _redact_plain(text)
    for _ in range(MAX_ENCODINGS):
        decoded = decode(text)
        if decoded == text:
            return kept
        text = _redact_plain(decoded)
        if text != decoded:
            kept = text
    return REDACTED


def redact_json_text(text: str) -> str:
    """Return a text, which should be JSON, without credentials.

    Each string is redacted as the text that it means, and the rest stays as it is.
    """
    if not _ENCODED.search(text):
        return redact_text(text)
    redacted = JSON_STRING.sub(_redact_json_string, _redact_plain(text))
    outside = JSON_STRING.sub("", redacted)
    return redacted if redact_text(outside) == outside else redact_text(redacted)


def redact_form(text: str) -> str:
    """Return the form of a request for tokens without its secrets, whatever their form.

    A text that is no form, such as JSON by mistake, is redacted as a whole.
    """
    if not text:
        return text
    if not FORM.fullmatch(text):
        return REDACTED
    fields = [each.partition("=") for each in text.split("&")]
    return "&".join(
        f"{name}={REDACTED if unquote(name).lower().endswith(FORM_SECRETS) else value}"
        for name, _, value in fields
    )


def _redact_json_string(match: re.Match[str]) -> str:
    literal = match[0]
    if not _ENCODED.search(literal):
        return literal
    try:
        decoded = _without_lone_surrogates(json.loads(literal))
    except ValueError:  # It is no JSON, has a raw control character, or no end.
        decoded = _unescape(literal.strip('"'))
    redacted = redact_text(decoded)
    return literal if redacted == decoded else json.dumps(redacted, ensure_ascii=False)


def _redact_plain(text: str) -> str:
    """Redact a text without escapes. Most texts have no credential, so the checks are quick."""
    lowered = text.lower()
    if "bearer" in lowered:
        text = BEARER.sub("Bearer [redacted]", text)
    if "pit-" in lowered:
        text = PRIVATE_INTEGRATION_TOKEN.sub("pit-[redacted]", text)
    if text.count(".") >= WEB_TOKEN_DOTS and _may_have_web_token(text):
        text = THREE_PARTS.sub(_redact_web_token, text)
    if "eyJ" in text:
        text = JSON_WEB_TOKEN.sub("[redacted JWT]", text)
    if "=" in text:
        for name in SECRET_NAMES:
            if name in lowered:  # A search for a text is much faster than the pattern.
                return SECRET_VALUE.sub(f"={REDACTED}", text)
    return text


def _may_have_web_token(text: str) -> bool:
    """Return whether the text between two dots may be a part of a token; no sentence is one."""
    for part in text.split(".")[1:-1]:
        if len(part) >= MIN_WEB_TOKEN_PART and " " not in part:
            return True
    return False


def _redact_web_token(match: re.Match[str]) -> str:
    header = match[0].partition(".")[0]
    try:
        decoded = urlsafe_b64decode(header + "=" * (-len(header) % 4))
    except ValueError:
        return match[0]
    is_web_token = decoded.lstrip().startswith(b"{") and b'"alg"' in decoded
    return "[redacted JWT]" if is_web_token else match[0]


def decode(text: str) -> str:
    """Undo one layer of percent-encoding, of JSON escapes and of UTF-16."""
    if PERCENT_ESCAPE.search(text):
        text = unquote(text)
    if JSON_ESCAPE.search(text):
        text = _unescape(text)
    return text.replace("\x00", "")


def _unescape(text: str) -> str:
    """Undo the escapes of JSON in a text; a lone surrogate becomes U+FFFD."""
    return _without_lone_surrogates(JSON_ESCAPE.sub(_unescape_one, text))


def _without_lone_surrogates(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unescape_one(match: re.Match[str]) -> str:
    code, letter = match.groups()
    return chr(int(code, 16)) if code else ESCAPED.get(letter, letter)


def has_token(path: str, query: str) -> bool:
    """Return whether a URL contains a token, by its form or by the name of its parameter."""
    if (
        not query
        and "%" not in path
        and "pit-" not in path.lower()
        and path.count(".") < WEB_TOKEN_DOTS
    ):
        return False
    plain = f"{path}?{query}"
    for _ in range(MAX_ENCODINGS):
        plain = unquote(plain)
    return (
        PRIVATE_INTEGRATION_TOKEN.search(plain) is not None
        or any(match[0].count(".") >= WEB_TOKEN_DOTS for match in JSON_WEB_TOKEN.finditer(plain))
        or any(_redact_web_token(match) != match[0] for match in THREE_PARTS.finditer(plain))
        or TOKEN_PARAMETER.search(plain) is not None
    )


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


def fingerprint(secret: str | bytes) -> str:
    """Return 12 hexadecimal digits that identify a secret without revealing it."""
    data = secret.encode() if isinstance(secret, str) else secret
    return hashlib.blake2b(data, digest_size=6, person=PERSON).hexdigest()
