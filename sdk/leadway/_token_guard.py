"""Checks which token may be sent to which host, so that tests do not reach production."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from leadway._secret import Secret
from leadway.errors import SettingsError, TokenHostMismatchError

MOCK_TOKEN: Final = "pit-12345678-1234-4234-8234-123456789abc"  # noqa: S105 - it is public
"""Made-up token for mocks and examples."""

_VENDOR_DOMAINS: Final = ("leadconnectorhq.com", "gohighlevel.com", "msgsndr.com")
_REAL_FORMAT: Final = re.compile(r"(?i)pit-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|eyJ[\w.-]+")
# One random UUID in four thousand million begins like this.
_MADE_UP_PREFIXES: Final = ("pit-00000000-", "pit-12345678-")


def check_base_url(base_url: str) -> None:
    """Check that a URL is scheme and host only.

    Raises `SettingsError`, which does not repeat a password.
    """
    parts = _split(base_url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
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
    if is_vendor(base_url):
        _check_for_vendor(token, parts)
    elif looks_real(token):
        raise TokenHostMismatchError(
            f"The token looks real, and {parts.hostname} is not a host of the vendor; use"
            f" {MOCK_TOKEN} for a mock."
        )


def _check_for_vendor(token: Secret, parts: SplitResult) -> None:
    if parts.scheme != "https":
        raise TokenHostMismatchError(f"Tokens are sent to {parts.hostname} over https only.")
    if not looks_real(token):
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
    return bool(_REAL_FORMAT.fullmatch(value)) and not value.lower().startswith(_MADE_UP_PREFIXES)


def _split(base_url: str) -> SplitResult | None:
    try:
        parts = urlsplit(base_url)
        is_usable = parts.port != 0  # Reading the port raises ValueError if it is not a number.
    except ValueError:
        return None
    return parts if is_usable else None
