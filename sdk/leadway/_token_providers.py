"""Tokens that are refreshed. Does no I/O: `_sender` gets the next token as a provider says."""

from __future__ import annotations

import json
import math
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from types import NoneType
from typing import Any, Final, TypeAlias

from leadway._arguments import check_type, checks_arguments
from leadway._calls import Call, HTTPResponse
from leadway._responses import parse_object
from leadway._tokens import Secret, token_problem
from leadway.errors import (
    AuthorizationError,
    InvalidResponseError,
    InvalidTokenError,
    MissingScopeError,
    SettingsError,
    WrongTokenTypeError,
)

TokenFunction: TypeAlias = Callable[[], str | Secret | Awaitable[str | Secret]]
OnRefresh: TypeAlias = Callable[[Secret, Secret], object]

_MAX_SECRETS: Final = 8
"""Newest tokens that are masked; requests with an old one may still be on their way."""

_CONNECT_AGAIN: Final = (
    "It was used before, has expired, or is another app's: store the new one in `on_refresh` after"
    " each refresh, or let the location authorize the app again."
)
_CHECK_APP: Final = "Check `client_id` and `client_secret`."
_CHECK_AGENCY: Final = (
    "This was the agency's token: it must be valid, that of an agency and not of a location, and"
    " have the scope oauth.write."
)
_BAD_REQUEST: Final = 400
_MAX_SECONDS: Final = 1e9
_NEEDS_STRING: Final = "A token function must return a string; async ones need AsyncLeadway."


@checks_arguments
class TokenProvider(Secret, ABC):
    """Token that changes. It is masked like a `Secret`, with the tokens before it."""

    def __init__(self) -> None:
        super().__init__(None)
        self.lock: Final = threading.Lock()
        """Held by the thread or task that gets the next token."""

        self.is_unreported: bool = False
        """Whether `report` must be called for the current token."""

        self.current: Secret | None = None
        self.issuer: TokenProvider | None = None
        """Provider of the token with which the call of `refresh_step` is sent, if it needs one."""

        self._secrets: tuple[Secret, ...] = ()
        self._expires_at = math.inf

    @abstractmethod
    def refresh_step(self) -> Call | Callable[[], object]:
        """Return what gets the next token: a call, or a function whose result is for `accept`."""

    def is_usable(self, rejected: Secret | None) -> bool:
        """Return whether the current token can be sent, after the service rejected this one."""
        is_new = self.current is not None and self.current is not rejected
        return is_new and time.monotonic() < self._expires_at

    def accept(self, token: object) -> None:
        """Use a new token. Raises `SettingsError` if it cannot be one."""
        if not isinstance(token, Secret):
            raise SettingsError(_NEEDS_STRING)
        problem = token_problem(token)
        if problem:
            raise SettingsError(f"{problem} A token function returned it.")
        self._keep(token)
        self.current = token

    def reject(self, error: AuthorizationError) -> None:
        """Take note of the error of a refresh; give it a hint."""

    def report(self) -> object:
        """Report the current token to the program; the result may be awaitable."""
        return None

    def secrets(self) -> tuple[Secret, ...]:
        """Return the tokens that the program has given."""
        return ()

    def _take(self, body: bytes) -> Mapping[str, Secret]:
        """Use the access token of a response; return all tokens that it has, by their names."""
        try:
            fields = parse_object(HTTPResponse(200, body), {})
        except InvalidResponseError:
            return {}
        tokens = {
            name: Secret(fields[name])
            for name in ("access_token", "refresh_token")
            if isinstance(fields.get(name), str)
        }
        tokens = {name: token for name, token in tokens.items() if not token_problem(token)}
        self._keep(*tokens.values())
        if "access_token" in tokens:
            lifetime = fields.get("expires_in")
            seconds = lifetime if isinstance(lifetime, int | float) else _MAX_SECONDS
            self._expires_at = time.monotonic() + min(seconds, _MAX_SECONDS)
            self.current = tokens["access_token"]
        return tokens

    def _keep(self, *secrets: Secret) -> None:
        self._secrets = (*self._secrets, *secrets)[-_MAX_SECRETS:]

    def reveal(self) -> str:
        """Return the current token.

        Raises:
            ValueError: there is none before the first request.
        """
        if self.current is None:
            raise ValueError("There is no token before the first request.")
        return self.current.reveal()

    def mask(self, text: bytes) -> bytes:
        """Return `text` with each occurrence of its secrets replaced by asterisks."""
        for secret in self._secrets:
            text = secret.mask(text)
        return text

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class FunctionToken(TokenProvider):
    """Token that a function of the program returns; it is called again after a 401."""

    def __init__(self, function: TokenFunction) -> None:
        super().__init__()
        self._function = function

    def refresh_step(self) -> Callable[[], object]:
        """Return the function, which returns a `Secret` or an awaitable of one."""

        # The value is in no frame by the time that `accept` raises an error.
        def get_token() -> object:
            value = self._function()
            return _await_token(value) if isawaitable(value) else _as_secret(value)

        return get_token


async def _await_token(value: Awaitable[str | Secret]) -> Secret:
    return _as_secret(await value)


@checks_arguments
class OAuthToken(TokenProvider):
    """OAuth token of an app, which the client refreshes by `POST /oauth/token`.

    It is refreshed after a 401 and when it has expired. Threads, tasks and clients can share it:
    one refreshes it, the others wait. Of several processes, only one may refresh.

    Args:
        client_id: id of the app.
        client_secret: secret of the app.
        refresh_token: the newest one; each works once.
        access_token: the newest one; without it, the first request is preceded by a refresh.
        on_refresh: called with the new access token and the new refresh token, before anything else
            is sent. Store what their `reveal()` returns. It may be async for `AsyncLeadway`. Its
            exceptions are raised, and the next request calls it again.

    Raises:
        SettingsError: an argument cannot be what it should be.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str | Secret,
        refresh_token: str | Secret,
        access_token: str | Secret | None = None,
        *,
        on_refresh: OnRefresh | None = None,
    ) -> None:
        super().__init__()
        self._client_id = client_id
        self._client_secret: Secret = _as_secret(client_secret)
        self._refresh_token: Secret = _as_secret(refresh_token)
        self.current: Secret | None = None if access_token is None else _as_secret(access_token)
        del client_secret, refresh_token, access_token  # No traceback of an error shows them.
        self._on_refresh = on_refresh
        self._rejection: InvalidTokenError | None = None
        check_type("client_id", client_id, str, "a string", SettingsError)
        check_type("on_refresh", on_refresh, (Callable, NoneType), "a function", SettingsError)
        given = {"client_secret": self._client_secret, "refresh_token": self._refresh_token}
        given |= {} if self.current is None else {"access_token": self.current}
        for name, secret in given.items():
            problem = token_problem(secret, name)
            if problem:
                raise SettingsError(problem)
        self._keep(*self.secrets())

    def refresh_step(self) -> Call:
        """Return the call of the token operation.

        Raises `InvalidTokenError` if the service has rejected the refresh token.
        """
        if self._rejection:
            message, hint = self._rejection.message, self._rejection.hint
            raise InvalidTokenError(message, status=self._rejection.status, hint=hint)
        return Call(
            "tokens.get_access_token",
            {"body": _RefreshBody(self._client_id, self._client_secret, self._refresh_token)},
            _check_tokens,
            token=self._refresh_token,
            take_secrets=self._take_tokens,
        )

    def reject(self, error: AuthorizationError) -> None:
        """Send this refresh token no more, if it is invalid."""
        if not isinstance(error, InvalidTokenError):
            return
        error.hint = _CONNECT_AGAIN if error.status == _BAD_REQUEST else _CHECK_APP
        self._rejection = InvalidTokenError(error.message, status=error.status, hint=error.hint)

    def report(self) -> object:
        """Call `on_refresh`."""
        if self._on_refresh is None or self.current is None:
            return None
        return self._on_refresh(self.current, self._refresh_token)

    def secrets(self) -> tuple[Secret, ...]:
        """Return the refresh token, and the access token if there is one."""
        return (self._refresh_token, *([self.current] if self.current else []))

    def mask(self, text: bytes) -> bytes:
        """Return `text` with each occurrence of its secrets replaced by asterisks."""
        # The newest tokens are not enough: a service may keep the first refresh token.
        return super().mask(self._refresh_token.mask(self._client_secret.mask(text)))

    def _take_tokens(self, body: bytes) -> bytes:
        """Use the tokens of a response; return a body that says which ones it had."""
        tokens = self._take(body)
        self._refresh_token = tokens.get("refresh_token", self._refresh_token)
        if "access_token" in tokens:
            self.is_unreported = True
        return _masked_body(tokens)


@checks_arguments
class LocationToken(TokenProvider):
    """Token of a location, got with that of its agency by `POST /oauth/locationToken`.

    It is got before the first request, after a 401 and when it has expired. Threads, tasks and
    clients can share it. The locations of an agency can share the agency's token.

    Args:
        agency_token: token of the agency: a string, an `OAuthToken`, which is refreshed when it is
            rejected, or a function as for `Settings.token`.
        company_id: id of the agency.
        location_id: id of the location.

    Raises:
        SettingsError: an argument cannot be what it should be.
    """

    def __init__(
        self, agency_token: str | Secret | TokenFunction, company_id: str, location_id: str
    ) -> None:
        super().__init__()
        token: Any = as_token(agency_token)
        del agency_token  # No traceback of an error shows it.
        self.issuer: TokenProvider | None = token if isinstance(token, TokenProvider) else None
        problem = "" if self.issuer else token_problem(token, "agency_token")
        if problem:
            raise SettingsError(problem)
        self._agency_token: Secret = token
        self._ids: Mapping[str, str] = {"company_id": company_id, "location_id": location_id}
        for name, value in self._ids.items():
            check_type(name, value, str, "a string", SettingsError)

    def refresh_step(self) -> Call:
        """Return the call of the token operation."""
        from leadway_client.models import GetLocationAccessTokenRequest  # noqa: PLC0415 - as in `_calls`

        return Call(
            "tokens.get_location_access_token",
            {"body": GetLocationAccessTokenRequest(**self._ids)},
            _check_tokens,
            token=None if self.issuer else self._agency_token,
            take_secrets=lambda body: _masked_body(self._take(body)),
        )

    def reject(self, error: AuthorizationError) -> None:
        """Say that the error is about the agency's token."""
        kinds = (InvalidTokenError, MissingScopeError, WrongTokenTypeError)
        if isinstance(error, kinds) and error.hint == type(error).hint:
            error.hint = _CHECK_AGENCY

    def secrets(self) -> tuple[Secret, ...]:
        """Return the tokens of the agency that the program has given."""
        return self.issuer.secrets() if self.issuer else (self._agency_token,)

    def mask(self, text: bytes) -> bytes:
        """Return `text` with each occurrence of its secrets and the agency's replaced."""
        return super().mask(self._agency_token.mask(text))


def _masked_body(tokens: Mapping[str, Secret]) -> bytes:
    return json.dumps({name: str(token) for name, token in tokens.items()}).encode()


class _RefreshBody:
    """Body of the token operation, whose `repr` has no secrets, unlike the generated model's."""

    def __init__(self, client_id: str, client_secret: Secret, refresh_token: Secret) -> None:
        self._client_id = client_id
        self._secrets = client_secret, refresh_token

    def to_dict(self) -> dict[str, Any]:
        """Return the fields of the form."""
        from leadway_client.models import GetAccessTokenRequest, GetAccessTokenRequestGrantType  # noqa: PLC0415 - as in `_calls`

        client_secret, refresh_token = (each.reveal() for each in self._secrets)
        return GetAccessTokenRequest(
            client_id=self._client_id,
            client_secret=client_secret,
            grant_type=GetAccessTokenRequestGrantType.REFRESH_TOKEN,
            refresh_token=refresh_token,
        ).to_dict()


def _check_tokens(response: HTTPResponse) -> None:
    parse_object(response, {"access_token": str})


def as_token(value: Any) -> Any:  # noqa: ANN401 - the settings check it
    """Return a string as a `Secret`, a function as a provider, and anything else unchanged."""
    function: Any = value
    return FunctionToken(function) if callable(value) else _as_secret(value)


def _as_secret(value: str | Secret) -> Secret:
    return Secret(value) if isinstance(value, str) else value
