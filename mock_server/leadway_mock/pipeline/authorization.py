"""Authorization: checks of the token, the API version, the scopes and the location.

Each check returns or raises `APIError`. The pipeline decides their order.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from leadway_mock.agents.access_tokens import (
    REFRESH_CLAIM,
    is_issued_here,
    read_claims,
    token_of,
)
from leadway_mock.agents.registry import COMPANY_CLASS, AgentRegistry, Token
from leadway_mock.contract.model import Operation
from leadway_mock.http.messages import APIError, Request
from leadway_mock.validation.request_body import find_misnamed

PRIVATE_INTEGRATION_TOKEN = re.compile(
    r"pit-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE
)
WELL_FORMED = (
    "A token is well-formed as pit- and a UUID (8, 4, 4, 4 and 12 hexadecimal digits), or as a JWT."
)
"""Hint without an example, which redaction would mask in logs and reports."""

MAX_SEARCHED_CHARS = 500
MAX_CLASS_CHARS = 40


def check_token(request: Request, agents: AgentRegistry, now: float) -> Token:
    """Return the token that the request carries.

    An OAuth token that a mock has issued needs no entry in the agents file.

    Raises `APIError`: `token-invalid`, `token-unknown` or `token-expired`.
    """
    value = _bearer(request)
    if value not in agents.tokens and not value.startswith("pit-"):
        claims = read_claims(value)
        if claims is None or REFRESH_CLAIM in claims:
            raise APIError("token-invalid", hint=_token_hint(value))
        _check_expiry(claims, now)
        if agents.any_token or is_issued_here(value):
            return token_of(value, claims)
    elif value not in agents.tokens and not PRIVATE_INTEGRATION_TOKEN.fullmatch(value):
        raise APIError("token-unknown", hint=_token_hint(value))
    token = agents.token(value)
    if token is None:
        hint = "The token is well-formed, but it is not in the agents file."
        raise APIError("token-unknown", hint=hint)
    return token


def wrong_class(token: Token, operation: Operation) -> APIError:
    """Return the error for a token of another class than the operation needs.

    It is `token-class-unsupported`, or `token-class-location` if an agency's is needed.
    """
    if operation.auth_class == COMPANY_CLASS:
        return APIError("token-class-location", hint="Use the access token of an agency.")
    hint = f"The token's authClass is {token.auth_class[:MAX_CLASS_CHARS]}; use one of a location."
    return APIError("token-class-unsupported", hint=hint)


def _token_hint(value: str) -> str:
    """Return what is wrong with a token that is almost well-formed."""
    if PRIVATE_INTEGRATION_TOKEN.fullmatch(f"pit-{value}"):
        return f"The token lacks the prefix pit-. {WELL_FORMED}"
    found = PRIVATE_INTEGRATION_TOKEN.search(value[:MAX_SEARCHED_CHARS])
    if found:
        return f"Something surrounds the token, such as quotes or a second 'Bearer'. {WELL_FORMED}"
    return WELL_FORMED


def _bearer(request: Request) -> str:
    scheme, _, value = (request.headers.get("authorization") or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        hint = f"Send 'Authorization: Bearer <token>'. {WELL_FORMED}"
        raise APIError("token-invalid", hint=hint)
    return value.strip()


def _check_expiry(claims: Mapping[str, Any], now: float) -> None:
    expires = claims.get("exp")
    if isinstance(expires, int | float) and expires <= now:
        hint = f"The token's exp claim is {expires}; it is {int(now)} now. Refresh it."
        raise APIError("token-expired", hint=hint)


def check_version(request: Request, operation: Operation, known: Collection[str]) -> None:
    """Check that `Version` has a value that the platform is known to accept for the operation.

    `known` are those that it accepts for any operation. Raises `APIError`: `version-missing`,
    `version-unknown` or `route-not-in-version`.
    """
    parameter = operation.parameter("header", "Version")
    if parameter is None:
        return
    accepted = parameter["x-accepted-values"]
    value = request.headers.get("version", "").strip()
    if not value and not parameter["required"]:
        return
    if not value:
        hint = f"Send 'Version: {parameter['schema']['default']}'."
        raise APIError("version-missing", hint=hint)
    if value in accepted:
        return
    if value not in known:
        hint = f"Version is '{value}'; accepted are {', '.join(accepted)}."
        raise APIError("version-unknown", hint=hint)
    message = f"Cannot {request.method} {request.path}"
    hint = f"This path needs 'Version: {parameter['schema']['default']}'; {value} does not have it."
    raise APIError("route-not-in-version", message=message, hint=hint)


def check_scope(token: Token, operation: Operation, profile: str) -> None:
    """Check that the token has every scope of the operation.

    Raises `APIError`: `scope-missing-documented` or `scope-missing-observed`, by the profile.
    """
    missing = set(operation.scopes).difference(token.scopes)
    if missing:
        hint = f"The token lacks the scope {', '.join(sorted(missing))}."
        raise APIError(f"scope-missing-{profile}", hint=hint)


def check_location(
    body: object, token: Token, profile: str, known: Iterable[str] = ()
) -> str | None:
    """Return the location id of a body, or None where its type is wrong, which validation reports.

    `known` are the properties of the body's schema.

    Raises `APIError`: `location-missing`, and `location-forbidden` or `location-forbidden-401`, by
    the profile.
    """
    if not isinstance(body, dict):
        return None
    location = body.get("locationId")
    if location is None or location == "":
        hint = "Send the sub-account's id as 'locationId', in the body or, in a GET, the query."
        if meant := find_misnamed(body, "locationId", known):
            hint = f"/{meant}: unknown property '{meant}'; did you mean 'locationId'?"
        raise APIError("location-missing", hint=hint)
    if not isinstance(location, str):
        return None
    if not token.allows_location(location):
        hint = f"The token belongs to another location than '{location}'."
        if profile == "observed":
            raise APIError("location-forbidden-401", hint=hint)
        raise APIError("location-forbidden", hint=hint)
    return location
