"""OAuth tokens as the platform issues them: JSON Web Tokens, with their claims.

The mock signs its own tokens with a published key, and marks them as made up: no other service
accepts them. It stores none of them, since a token contains all that the mock needs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadway_mock.agents.registry import (
    COMPANY_CLASS,
    COMPANY_SCOPES,
    DEFAULT_SCOPES,
    LOCATION_CLASS,
    Token,
)
from leadway_mock.util.json_text import to_json_bytes

ACCESS_SECONDS: Final = 86_399
"""Lifetime of an access token (documented: `expires_in`)."""

REFRESH_SECONDS: Final = 365 * 86_400
"""Lifetime of an unused refresh token (documented: a year)."""

REFRESH_CLAIM: Final = "refreshFor"
"""Claim of a refresh token of the mock: the app that it was issued to."""

_KEY: Final = b"leadway-mock: everybody knows this key"
_PARTS: Final = 3
"""Header, claims and signature."""


def issue_token(claims: Mapping[str, Any]) -> str:
    """Return a signed token with these claims."""
    signed = f"{_HEADER}.{_base64(to_json_bytes(claims))}"
    return f"{signed}.{_signature(signed)}"


def access_claims(
    auth_class: str, auth_class_id: str, scopes: Sequence[str], *, now: float, seconds: float
) -> dict[str, Any]:
    """Return the claims of an access token that is issued at `now`."""
    return {
        "authClass": auth_class,
        "authClassId": auth_class_id,
        "scopes": list(scopes),
        "iat": int(now),
        "exp": int(now + seconds),
    }


def read_claims(token: str) -> Mapping[str, Any] | None:
    """Return the claims of a JSON Web Token, with any signature; None for another text."""
    parts = token.split(".")
    if len(parts) != _PARTS:
        return None
    try:
        header, claims = (_decode(part) for part in parts[:2])
    except ValueError:
        return None
    return claims if isinstance(header, dict) and isinstance(claims, dict) else None


def is_issued_here(token: str) -> bool:
    """Return whether a mock has signed the token."""
    signed, _, signature = token.rpartition(".")
    is_marked = signed.startswith(f"{_HEADER}.")
    return is_marked and hmac.compare_digest(signature.encode(), _signature(signed).encode())


def token_of(value: str, claims: Mapping[str, Any]) -> Token:
    """Return the token with these claims; it has every scope and location that they do not limit.

    The name of the platform's claim is unknown: it is `scopes` or `scope`, a list or a text.
    """
    auth_class, auth_class_id = claims.get("authClass"), claims.get("authClassId")
    scopes = claims.get("scopes", claims.get("scope"))
    default = COMPANY_SCOPES if auth_class == COMPANY_CLASS else DEFAULT_SCOPES
    if isinstance(scopes, str):
        scopes = scopes.split()
    locations = None
    if auth_class == LOCATION_CLASS and isinstance(auth_class_id, str):
        locations = (auth_class_id,)
    return Token(
        value,
        locations=locations,
        scopes=tuple(map(str, scopes)) if isinstance(scopes, list) else default,
        auth_class=auth_class if isinstance(auth_class, str) else LOCATION_CLASS,
    )


def _signature(signed: str) -> str:
    return _base64(hmac.digest(_KEY, signed.encode("utf-8", "surrogatepass"), hashlib.sha256))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(part: str) -> Any:  # noqa: ANN401 - any JSON value
    padded = part + "=" * (-len(part) % 4)
    try:
        return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, RecursionError) as error:
        raise ValueError(part) from error


_HEADER: Final = _base64(b'{"alg":"HS256","kid":"leadway-mock","typ":"JWT"}')
