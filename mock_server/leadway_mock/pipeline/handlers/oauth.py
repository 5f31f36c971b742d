"""Handlers of the token endpoints: exchange a code, refresh, and get the token of a sub-account.

The tokens are self-contained, so the store has none of them, only fingerprints of used ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadway_mock.agents.access_tokens import (
    ACCESS_SECONDS,
    REFRESH_CLAIM,
    REFRESH_SECONDS,
    access_claims,
    is_issued_here,
    issue_token,
    read_claims,
)
from leadway_mock.agents.registry import (
    COMPANY_CLASS,
    COMPANY_SCOPES,
    DEFAULT_SCOPES,
    LOCATION_CLASS,
)
from leadway_mock.contract.model import Contract
from leadway_mock.http.messages import APIError, Response
from leadway_mock.pipeline.context import OperationCall, Prepared

COMPANY_ID = "madeUpCompany0000000"
USER_ID = "madeUpUser0000000000"
"""Who the tokens belong to, beside the location."""

REFRESH = "refresh_token"
CODE = "authorization_code"
CLIENT_CREDENTIALS = "client_credentials"
CREDENTIALS_HINT = (
    "The vendor's specification has client_credentials, and nothing says what it brings. The mock"
    " issues tokens for authorization_code and refresh_token."
)
V3_NAMES = {
    "access_token": "accessToken",
    "expires_in": "expiresIn",
    "refresh_token": "refreshToken",
    "token_type": "tokenType",
}
"""The names of a response in v3 (documented)."""

Grant = tuple[str, str, Sequence[str]]
"""Class, owner and scopes of a token."""


class OAuthHandler:
    """Issues tokens."""

    def __init__(self, contract: Contract) -> None:
        self._evidence = contract.evidence

    def exchange(self, call: OperationCall) -> Prepared:
        """Return tokens for a code or a refresh token.

        Raises `APIError`: `client-credentials-unauthorized`, `authorization-code-invalid` or
        `refresh-token-invalid`.
        """
        body, context = call.body, call.context
        if body["grant_type"] == CLIENT_CREDENTIALS:
            raise APIError("client-credentials-unauthorized", hint=CREDENTIALS_HINT)
        kind = CODE if body["grant_type"] == CODE else REFRESH
        old = body.get("code" if kind == CODE else REFRESH, "")
        used = context.namespace.used_tokens
        if not old or used.is_used(old, context.reads):
            hint = "It was used before; each works once." if old else "It is missing."
            raise _invalid(kind, hint)
        if kind == CODE:
            is_company = body.get("user_type") == COMPANY_CLASS
            owner = COMPANY_ID if is_company else old.partition(".")[0]
            auth_class = COMPANY_CLASS if is_company else LOCATION_CLASS
            scopes = COMPANY_SCOPES if is_company else DEFAULT_SCOPES
        else:
            claims = _refresh_claims(old, body["client_id"], context.started_at)
            auth_class, owner, scopes = claims["authClass"], claims["authClassId"], claims["scopes"]
        grant, app = (auth_class, owner, scopes), {REFRESH_CLAIM: body["client_id"]}
        content = _tokens(call, grant)
        content["refresh_token"] = _issue(call, "refresh token", grant, REFRESH_SECONDS, **app)
        content |= {"userType": auth_class, "companyId": COMPANY_ID, "userId": USER_ID}
        return Prepared(self._response(call, "access-token", content), used.writes(old))

    def issue_for_location(self, call: OperationCall) -> Prepared:
        """Return a token of the location in the body."""
        content = _tokens(call, (LOCATION_CLASS, call.body["locationId"], DEFAULT_SCOPES))
        content["userId"] = USER_ID
        return Prepared(self._response(call, "location-access-token", content))

    def _response(self, call: OperationCall, rule: str, content: Mapping[str, Any]) -> Response:
        if call.context.request.headers.get("version", "").strip() == "v3":
            content = {V3_NAMES.get(name, name): value for name, value in content.items()}
        headers = {"Cache-Control": "no-store"}
        return Response(200, dict(content), rule, self._evidence[rule], headers)


def _invalid(kind: str, hint: str) -> APIError:
    name = "authorization-code" if kind == CODE else "refresh-token"
    return APIError(f"{name}-invalid", hint=hint)


def _refresh_claims(token: str, client_id: str, now: float) -> Mapping[str, Any]:
    claims = read_claims(token) if is_issued_here(token) else None
    if claims is None or REFRESH_CLAIM not in claims:
        raise _invalid(REFRESH, "It is no refresh token that a mock has issued.")
    if claims["exp"] <= now:
        raise _invalid(REFRESH, "It is older than a year.")
    if claims[REFRESH_CLAIM] != client_id:
        raise _invalid(REFRESH, "It was issued to another client_id.")
    return claims


def _tokens(call: OperationCall, grant: Grant) -> dict[str, Any]:
    auth_class, owner, scopes = grant
    content = {
        "access_token": _issue(call, "access token", grant, ACCESS_SECONDS),
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "scope": " ".join(scopes),
    }
    return content | ({"locationId": owner} if auth_class == LOCATION_CLASS else {})


def _issue(call: OperationCall, kind: str, grant: Grant, seconds: float, **others: str) -> str:
    context = call.context
    claims = access_claims(*grant, now=context.started_at, seconds=seconds)
    number = context.namespace.ids.mint(kind, context.number)
    return issue_token(claims | {"jti": number} | others)
