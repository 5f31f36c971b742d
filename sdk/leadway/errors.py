"""Errors of the SDK.

```text
LeadwayError                       base class of all errors that this package raises
├── SettingsError                  a setting is missing or invalid
│   └── TokenHostMismatchError     a mock's token for the real service, or a real one for a mock
├── ClientClosedError              the client is closed
├── ConversationBusyError          a second message before the first has its response
├── NoResponseError                no complete response was received
│   ├── ConnectionFailedError      no connection to the service
│   ├── ConnectionLostError        the connection broke; the message may have been processed
│   └── RequestTimeoutError        no complete response within the timeout
├── InvalidResponseError           the response does not match the contract
└── APIStatusError                 the service, or a proxy, responded with an error status
    ├── InvalidRequestError        the request is invalid; lists the fields
    ├── AuthorizationError         the token does not allow this request
    │   ├── InvalidTokenError      the token is unknown, expired or malformed
    │   ├── VersionHeaderError     the `Version` header is missing, unknown or too new
    │   ├── WrongTokenTypeError    the token is an agency's or a user's
    │   ├── MissingScopeError      the token lacks a scope
    │   ├── WrongLocationError     the token belongs to another location
    │   └── BlockedByProxyError    a proxy or firewall rejected the request
    ├── NotFoundError              something in the request does not exist
    │   ├── AgentNotFoundError     no such agent is published in this location
    │   ├── VersionNotFoundError   no such version of the agent is published
    │   ├── SessionNotFoundError   the `executionId` is expired, unknown or another agent's
    │   └── RouteNotFoundError     the path or method is not part of the API
    ├── InactiveAgentError         the agent is switched off
    ├── IdempotencyKeyInUseError   the first request with this key is still being processed
    ├── IdempotencyKeyReusedError  the key was used for another request
    ├── RateLimitedError           too many requests
    └── ServerError                the service or a proxy failed
        └── UpstreamTimeoutError   a backend of the service timed out
```

No error holds a header or a token. Every error can be pickled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

RUN_DOCTOR: Final = " Run `leadway doctor` for a diagnosis."
"""End of the hints of errors that the command can narrow down."""

MAY_HAVE_RECEIVED: Final = "The agent may have received the message;"
"""Start of the hints of errors after which a retry may repeat the message."""

_NAMED_FIELD: Final = re.compile(
    r"(?:property )?([A-Za-z_][\w.\[\]-]*) (?:must|should|is|has|cannot)\b"
)
_MAX_SHOWN_CHARS: Final = 2_000


def printable(text: str) -> str:
    """Return foreign text for a log or a terminal: one line, no control characters, shortened."""
    shown = text if len(text) <= _MAX_SHOWN_CHARS else f"{text[:_MAX_SHOWN_CHARS]}…"
    if shown.isprintable():
        return shown
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in shown)


class LeadwayError(Exception):
    """Base class of all errors of this package.

    `str(error)` ends with the hint, and has no control characters, whatever the service sent.

    Args:
        message: what went wrong, in the service's words if it sent any.
        status: HTTP status of the response, `None` if there was no response.
        messages: messages of the service, one for each invalid field.
        trace_id: id to quote to the vendor's support.
        body: first 64 KiB of the response body, as text.
        retry_safe: whether the message was certainly not processed, so that a retry is safe.
        retry_after: seconds to wait, from the `Retry-After` header.
        hint: how to fix it, if the response says so; otherwise the class does.
    """

    hint: str = ""
    """How to fix it. Names of settings and arguments are in backticks."""

    attempts: int
    """Number of times the message was sent; 0 if it was not sent."""

    idempotency_key: str | None
    """Key of the turn, to send the same message again; `None` where it has none."""

    def __init__(  # noqa: PLR0913 - one keyword for each fact about a failure
        self,
        message: str,
        *,
        status: int | None = None,
        messages: tuple[str, ...] = (),
        trace_id: str | None = None,
        body: str = "",
        retry_safe: bool = False,
        retry_after: float | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message: str = message
        self.status: int | None = status
        self.messages: tuple[str, ...] = messages
        self.trace_id: str | None = trace_id
        self.body: str = body
        self.retry_safe: bool = retry_safe
        self.retry_after: float | None = retry_after
        self.attempts = 0
        self.idempotency_key = None
        if hint:
            self.hint = printable(hint)

    def __str__(self) -> str:
        status = f"HTTP {self.status}" if self.status else ""
        trace = f"trace id {printable(self.trace_id)}" if self.trace_id else ""
        wait = "" if self.retry_after is None else f"retry after {self.retry_after:g} s"
        details = ", ".join(filter(None, (status, trace, wait)))
        message = printable(self.message)
        end = "" if message.endswith((".", "!", "?")) else "."
        return " ".join(filter(None, (f"{message}{end}", details and f"({details})", self.hint)))


class SettingsError(LeadwayError):
    """A setting is missing or invalid. Nothing was sent."""


class TokenHostMismatchError(SettingsError):
    """A made-up token for the real service, or a real-looking token for another host."""

    hint = "To send it anyway, set `send_token_anywhere`."


class ClientClosedError(LeadwayError):
    """The client is closed. Nothing was sent."""

    hint = "Create a new client, or send inside its `with` block."


class ConversationBusyError(LeadwayError):
    """The previous message of this conversation has no response yet. Nothing was sent."""

    hint = "Wait for the response, or create one conversation for each thread or task."


class NoResponseError(LeadwayError):
    """No complete response was received."""


class ConnectionFailedError(NoResponseError):
    """No connection to the service; the message was not processed."""

    hint = f"Check `base_url`, the network, and whether the service is running.{RUN_DOCTOR}"


class ConnectionLostError(NoResponseError):
    """The connection broke after the message was sent; it may have been processed."""

    hint = f"{MAY_HAVE_RECEIVED} repeat it only if that is harmless."


class RequestTimeoutError(NoResponseError):
    """No complete response within the timeout; see `retry_safe`."""

    hint = "If agents need more time, raise `timeout`."


class InvalidResponseError(LeadwayError):
    """The response does not match the contract; the message may have been processed."""

    hint = "If it is the page of a proxy, check `base_url`."


class APIStatusError(LeadwayError):
    """The service, or a proxy before it, responded with an error status."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One error in a request."""

    field: str | None
    """Name of the field, `None` if the message names none."""

    message: str
    """Message of the service."""


class InvalidRequestError(APIStatusError):
    """The request is invalid. `status` is `None` if the SDK found the error before sending."""

    hint = "The same call will fail again."

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Each message with the field that it names."""
        messages = self.messages or (self.message,)
        found = ((_NAMED_FIELD.match(message), message) for message in messages)
        return tuple(Violation(field and field[1], message) for field, message in found)


class AuthorizationError(APIStatusError):
    """The token does not allow this request."""

    hint = f"Check token, version, scope and location.{RUN_DOCTOR}"


class InvalidTokenError(AuthorizationError):
    """The token is unknown, expired or malformed."""

    hint: str = (
        "Use a Private Integration Token (pit- and a UUID) from the sub-account's settings, or"
        f" refresh the OAuth token.{RUN_DOCTOR}"
    )


class VersionHeaderError(AuthorizationError):
    """The `Version` header is missing, unknown, or of a version without this endpoint."""

    hint = "Leave `api_version` out, or set it to a version of the service: 2021-07-28."


class WrongTokenTypeError(AuthorizationError):
    """The token is valid, but of the wrong kind: an agency's or a user's."""

    hint = "Use a token of the sub-account: a Private Integration Token, or an OAuth token for it."


class MissingScopeError(AuthorizationError):
    """The token lacks a scope."""

    hint = "Add the scope agent-studio.write to the integration, and use its new token."


class WrongLocationError(AuthorizationError):
    """The token belongs to another location than `location_id`."""

    hint = "Use the location in which the token was created, or a token of this location."


class BlockedByProxyError(AuthorizationError):
    """A proxy or firewall rejected the request before it reached the service."""

    hint = "The token is not the cause: check `base_url`, and the proxies on the way to it."


class NotFoundError(APIStatusError):
    """Something in the request does not exist; the subclass says what."""


class AgentNotFoundError(NotFoundError):
    """No agent with this id is published in this location."""

    hint = "Check the agent's id, `location_id`, and whether the agent is published in production."


class VersionNotFoundError(NotFoundError):
    """The agent has no published version with this `versionId`."""

    hint = "Leave `version_id` out to run the latest published version."


class SessionNotFoundError(NotFoundError):
    """The `executionId` is expired, unknown, or belongs to another agent or location."""

    hint: str = (
        "A session expires after 30 minutes without a message: start a new conversation, or use"
        " conversation(..., restart_expired=True)."
    )


class RouteNotFoundError(NotFoundError):
    """The path or method is not part of the API, or not open."""

    hint = "`base_url` must be scheme and host only, such as https://services.leadconnectorhq.com."


class InactiveAgentError(APIStatusError):
    """The agent is switched off."""

    hint = "Activate it in Agent Studio; only active and published agents can be executed."


class IdempotencyKeyInUseError(APIStatusError):
    """The first request with this key is still being processed; a retry gets its response."""

    hint = "Wait, and send the same request with the same key."


class IdempotencyKeyReusedError(APIStatusError):
    """The key was used for another request. Nothing was processed."""

    hint = "Let the SDK create the keys, or use a new one for each message."


class RateLimitedError(APIStatusError):
    """Too many requests; `retry_after` has the seconds to wait, if the service sent them."""

    hint: str = (
        "The documented limits are 100 requests in 10 s and 300 in a minute;"
        " rate_limiter=RateLimiter() stays below them."
    )


class ServerError(APIStatusError):
    """The service or a proxy failed; the message may have been processed."""

    hint = f"{MAY_HAVE_RECEIVED} only a 503 with Retry-After is safe to retry."


class UpstreamTimeoutError(ServerError):
    """A backend of the service timed out: a 401 that is not about the token."""
