"""Which token may go where: a guard against the accident that tests end in production."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from leadway.errors import MisdirectedTokenError, SettingsError
from leadway.secret import Secret
from leadway.wording import setting, worded

MADE_UP: Final = "pit-12345678-1234-4234-8234-123456789abc"
"""A token that is nobody's, for mocks and examples."""

_VENDOR_DOMAINS: Final = ("leadconnectorhq.com", "gohighlevel.com", "msgsndr.com")
_REAL_FORM: Final = re.compile(r"(?i)pit-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|eyJ[\w.-]+")
# No random UUID begins with these, but once in four thousand million times.
_MADE_UP_STARTS: Final = ("pit-00000000-", "pit-12345678-")


def check_base_url(base_url: str) -> None:
    """Let pass an address that is scheme and host alone.

    Raises `SettingsError`, which does not repeat a password.
    """
    parts = _split(base_url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise no_address()
    if parts.username or parts.password:
        raise _flawed("has a user name or password in it; the token is all it takes.")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise _flawed(f"is scheme and host alone, and not {base_url!r}.")


def no_address() -> SettingsError:
    """Return the error that a `base_url` is which no request can go to."""
    return _flawed("is an address such as https://services.leadconnectorhq.com.")


def _flawed(what: str) -> SettingsError:
    return SettingsError(setting("base_url", what))


def check_destination(token: Secret, base_url: str) -> None:
    """Let pass a token that looks as if it belongs to that address.

    Raises `MisdirectedTokenError`, which names the host and not the token.
    """
    parts = urlsplit(base_url)
    if is_vendor(base_url):
        _check_for_vendor(token, parts)
    elif looks_real(token):
        raise MisdirectedTokenError(
            f"The token looks real, and {parts.hostname} is not the vendor's host; a mock takes"
            f" {MADE_UP}."
        )


def _check_for_vendor(token: Secret, parts: SplitResult) -> None:
    if parts.scheme != "https":
        raise MisdirectedTokenError(f"{parts.hostname} takes tokens over https alone.")
    if not looks_real(token):
        told = f"The token is made up, and {parts.hostname} is the real service. To use a mock,"
        raise MisdirectedTokenError(
            worded(
                f"{told} set base_url (LEADWAY_BASE_URL), such as http://127.0.0.1:4010.",
                f"{told} give --mock, or its address in LEADWAY_BASE_URL.",
            )
        )


def is_vendor(base_url: str) -> bool:
    """Whether the address is one of the vendor's own."""
    host = (urlsplit(base_url).hostname or "").rstrip(".").lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in _VENDOR_DOMAINS)


def is_loopback(base_url: str) -> bool:
    """Whether the address is this machine's."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def looks_real(token: Secret) -> bool:
    """Whether the token has the form of a real one, and is not one that is known to be made up."""
    value = token.reveal()
    return bool(_REAL_FORM.fullmatch(value)) and not value.lower().startswith(_MADE_UP_STARTS)


def _split(base_url: str) -> SplitResult | None:
    try:
        parts = urlsplit(base_url)
        is_usable = parts.port != 0  # Asking for the port raises where it is no number.
    except ValueError:
        return None
    return parts if is_usable else None
