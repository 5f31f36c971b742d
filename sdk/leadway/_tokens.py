"""Tokens: masking, and the check which token may be sent to which host."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import urlsplit

from leadway._arguments import checks_arguments
from leadway.errors import SettingsError, TokenHostMismatchError

MOCK_TOKEN: Final = "pit-12345678-1234-4234-8234-123456789abc"  # noqa: S105 - it is public
"""Made-up token for mocks and examples."""

_MASK: Final = "********"
_VENDOR_DOMAINS: Final = ("leadconnectorhq.com", "gohighlevel.com", "msgsndr.com")
_REAL_FORMAT: Final = re.compile(r"(?i)pit-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|eyJ[\w.-]+")
# One random UUID in four thousand million begins like this.
_MADE_UP_PREFIXES: Final = ("pit-00000000-", "pit-12345678-")
_MADE_UP_JWT_HEADER: Final = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImxlYWR3YXktbW9jayIsInR5cCI6IkpXVCJ9."
"""Encoded header of the tokens that `leadway mock token` prints; it names the mock as its key."""

_ESCAPED: Final = re.compile(
    rb"(?<!\\)\\++(?:(?:u00|x)([0-9a-f]{2})|(/))"
    rb"|%(?:25)*([0-9a-f]{2})|&#x0*([0-9a-f]{2});|&#0*([0-9]{2,3});",
    re.IGNORECASE,
)
"""A character as escaped in JSON, programs, URLs and HTML; escapes may be escaped again.

It takes linear time: a match begins only with the first backslash of several.
"""

_DECIMAL: Final = 5
"""The group of a decimal number; the others are hexadecimal, or a slash."""

_MAX_NESTED_ESCAPES: Final = 5


@checks_arguments
class Secret:
    """Token that is masked in `repr`, `str`, format strings, logs and pickles.

    A pickled secret comes back without its value. It equals a secret with the same value.

    Args:
        value: the token; surrounding whitespace is removed.

    Raises:
        SettingsError: it is not a string.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | None) -> None:
        if not isinstance(value, str | None):
            value = None  # It may be a token as bytes, so no traceback shows it.
            raise SettingsError("`value` must be a string.")
        self._value = value and value.strip()

    def reveal(self) -> str:
        """Return the value.

        Raises:
            ValueError: the secret was pickled, which removes the value.
        """
        if self._value is None:
            raise ValueError("The token was removed when this was pickled.")
        return self._value

    def mask(self, text: bytes) -> bytes:
        """Return `text` with each occurrence of the value replaced by asterisks.

        It is found in UTF-8, UTF-16 and UTF-32, in another case, and with any of its characters
        escaped. If it is found, the same characters are unescaped in the rest of the text, too.
        """
        if not self._value:
            return text
        value = self._value.lower().encode()
        plain = text.replace(b"\0", b"")  # UTF-16 and UTF-32 pad ASCII characters with it.
        if b"\\" in plain or b"%" in plain or b"&#" in plain:
            plain = _unescape(plain, {*value, *value.upper()})
        if value not in plain.lower():
            return text
        return re.sub(re.escape(value), _MASK.encode(), plain, flags=re.IGNORECASE)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"Secret({_MASK!r})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, specification: str) -> str:
        return format(_MASK, specification)

    def __reduce__(self) -> tuple[Callable[..., Secret], tuple[None]]:
        return Secret, (None,)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


def _unescape(text: bytes, codes: Collection[int]) -> bytes:
    """Return `text` with these characters unescaped, except quotes and backslashes of JSON."""

    def character(match: re.Match[bytes]) -> bytes:
        digits, base = match[match.lastindex or 0], 10 if match.lastindex == _DECIMAL else 16
        code = ord("/") if digits == b"/" else int(digits, base)
        return bytes([code]) if code in codes and code not in b'"\\' else match[0]

    for _ in range(_MAX_NESTED_ESCAPES):
        escaped, text = text, _ESCAPED.sub(character, text)
        if text == escaped:
            break
    return text


def token_problem(token: object, name: str = "token") -> str:
    """Return why a value cannot be a token, empty if it can; for the argument `name`."""
    # A function of its own, so that no frame of the error's traceback holds the value.
    if not isinstance(token, Secret):
        return f"`{name}` must be a string or a Secret."
    if not token:
        return f"`{name}` is empty; pickling settings removes it."
    if token.reveal().lower().startswith("bearer "):
        return f"`{name}` must not begin with 'Bearer'; use only what follows it."
    if not is_header_value(token.reveal()):
        return f"`{name}` must be printable ASCII without spaces."
    return ""


def is_header_value(value: str) -> bool:
    """Return whether a text can be sent in a header, as one word."""
    return bool(value) and value.isascii() and value.isprintable() and " " not in value


def check_base_url(base_url: str) -> None:
    """Check that a URL is scheme and host only.

    Raises `SettingsError`, which does not repeat a password.
    """
    try:
        parts = urlsplit(base_url)
        is_usable = parts.port != 0  # Reading the port raises ValueError if it is not a number.
    except ValueError:
        raise invalid_base_url() from None
    if not is_usable or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise invalid_base_url()
    if parts.username or parts.password:
        raise SettingsError("`base_url` must not contain a user name or password.")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingsError(f"`base_url` must be scheme and host only, not {base_url!r}.")


def invalid_base_url() -> SettingsError:
    """Return the error for a `base_url` to which no request can be sent."""
    return SettingsError("`base_url` must be a URL such as https://services.leadconnectorhq.com.")


def check_token_host(token: Secret, base_url: str) -> None:
    """Check that a token looks as if it belongs to the host of `base_url`.

    Raises `TokenHostMismatchError`, which names the host and not the token.
    """
    parts = urlsplit(base_url)
    is_for_vendor, is_real = is_vendor(base_url), looks_real(token)
    if is_for_vendor and parts.scheme != "https":
        raise TokenHostMismatchError(f"Tokens are sent to {parts.hostname} over https only.")
    if is_real and not is_for_vendor:
        raise TokenHostMismatchError(
            f"The token looks real, and {parts.hostname} is not a host of the vendor; use"
            f" {MOCK_TOKEN} for a mock."
        )
    if is_for_vendor and not is_real:
        raise TokenHostMismatchError(
            f"The token is made up, and {parts.hostname} is the real service; for a mock, set"
            " `base_url`, such as http://127.0.0.1:4010."
        )


def is_vendor(base_url: str) -> bool:
    """Return whether the host of a URL belongs to the vendor."""
    host = (urlsplit(base_url).hostname or "").rstrip(".").lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in _VENDOR_DOMAINS)


def is_loopback(base_url: str) -> bool:
    """Return whether the host of a URL is this machine."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def looks_real(token: Secret) -> bool:
    """Return whether a token has the format of a real one and no prefix of made-up ones."""
    value = token.reveal()
    is_made_up = value.startswith(_MADE_UP_JWT_HEADER) or value.lower().startswith(
        _MADE_UP_PREFIXES
    )
    return bool(_REAL_FORMAT.fullmatch(value)) and not is_made_up
