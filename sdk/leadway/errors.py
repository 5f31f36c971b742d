"""Every error of this package, by what it means for the caller.

```text
LeadwayError                     everything that this package raises on purpose
├── SettingsError                a setting is missing or cannot be
│   └── MisdirectedTokenError    a mock's token for the real service, or a real one for a mock
├── ClosedError                  the client was closed before
├── ConversationBusyError        a second message while the first is not answered
├── NoAnswerError                nothing came back that is an answer
│   ├── ConnectionFailedError    the service was not reached
│   ├── ConnectionLostError      the connection broke after the message may have gone out
│   └── TimedOutError            nothing came in time
├── MalformedAnswerError         something came back that the contract does not allow
└── RefusedError                 the service, or a proxy before it, said no
    ├── InvalidRequestError      the request itself is wrong, field by field
    ├── AccessError              the token does not open this door
    │   ├── InvalidTokenError    it is unknown, expired or no token
    │   ├── VersionHeaderError   the `Version` header is missing or unknown
    │   ├── MissingScopeError    it lacks a scope
    │   ├── WrongLocationError   it belongs to another location
    │   └── BlockedError         a proxy or firewall refused before the service saw it
    ├── NotFoundError            there is no such thing
    │   ├── UnknownAgentError    no such agent is published in this location
    │   ├── UnknownVersionError  no such version of the agent is published
    │   ├── SessionExpiredError  the `executionId` has expired, is unknown, or another's
    │   └── UnknownRouteError    the address is not that of the API
    ├── InactiveAgentError       the agent is switched off
    ├── RateLimitedError         too many requests
    └── ServerError              the service or a proxy failed
        └── UpstreamTimeoutError the service did not hear from its own parts in time
```

None holds a header or a token, and each survives pickle.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from leadway.wording import BASE_URL, setting, typed, worded

_NAMED_FIELD = re.compile(r"(?:property )?([A-Za-z_][\w.\[\]-]*) (?:must|should|is|has|cannot)\b")


class LeadwayError(Exception):
    """What every error of this package has in common.

    Args:
        message: what went wrong, in the service's words where it said something.
        status: the HTTP status of the answer, `None` where there was none.
        messages: the service's own messages, one for each violation.
        trace_id: what to quote to the vendor's support.
        body: the answer's body as text, cut when it is long.
        retry_safe: whether the message was surely not heard, so that it may be sent again.
        retry_after: seconds that the service asked to wait.
    """

    cure: ClassVar[str] = ""
    """What usually helps; the end of `str(error)`."""

    def __init__(  # noqa: PLR0913 - all that is known of a failure, each by its name
        self,
        message: str,
        *,
        status: int | None = None,
        messages: tuple[str, ...] = (),
        trace_id: str | None = None,
        body: str = "",
        retry_safe: bool = False,
        retry_after: float | None = None,
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

    attempts: int
    """How often the message was sent, this time included; 0 when it never was."""

    def __str__(self) -> str:
        return self._said(str)

    def on_command_line(self) -> str:
        """Say what `str` says, to somebody who types commands: `--timeout`, and not `timeout`."""
        return self._said(typed)

    def _said(self, in_words: Callable[[str], str]) -> str:
        what = in_words(self.message)
        sentence = what if what.endswith((".", "!", "?")) else f"{what}."
        return " ".join(part for part in (sentence, self._where(), in_words(self.cure)) if part)

    def _where(self) -> str:
        status = f"HTTP {self.status}" if self.status else ""
        trace = f"trace id {self.trace_id}" if self.trace_id else ""
        wait = "" if self.retry_after is None else f"it asks to wait {self.retry_after:g} s"
        known = ", ".join(part for part in (status, trace, wait) if part)
        return f"({known})" if known else ""


class SettingsError(LeadwayError):
    """A setting is missing or cannot be. Nothing was sent."""


class MisdirectedTokenError(SettingsError):
    """A made-up token for the real service, or a real-looking one for something else."""

    cure: ClassVar[str] = worded(
        "To send it all the same, pass send_token_anywhere=True.",
        "To send it all the same, give --send-token-anywhere.",
    )


class ClosedError(LeadwayError):
    """The client was closed before. Nothing was sent."""

    cure = "Make a new one, or send inside its `with` block."


class ConversationBusyError(LeadwayError):
    """The answer to this conversation's last message is still awaited. Nothing was sent."""

    cure = (
        "A conversation takes turns: wait for the answer, or begin another conversation for each"
        " thread or task."
    )


class NoAnswerError(LeadwayError):
    """Nothing came back that is an answer."""


class ConnectionFailedError(NoAnswerError):
    """The service was not reached, so the message was not heard."""

    cure: ClassVar[str] = worded(
        "Check base_url, the network, and that the service runs; `leadway doctor` looks at each.",
        f"Check {BASE_URL}, the network, and that the service runs;"
        " `leadway doctor` looks at each.",
    )


class ConnectionLostError(NoAnswerError):
    """The connection broke after the message may have gone out: nobody knows if it was heard."""

    cure = "The agent may have heard the message: send it again only if it may be heard twice."


class TimedOutError(NoAnswerError):
    """Nothing came in time; `retry_safe` tells if the message may have been heard."""

    cure: ClassVar[str] = worded(
        "If agents need longer, raise `timeout`.",
        "If agents need longer, raise --timeout (or LEADWAY_TIMEOUT).",
    )


class MalformedAnswerError(LeadwayError):
    """Something came back that the contract does not allow; the message may have been heard."""

    cure: ClassVar[str] = worded(
        "`body` has what came. If it is a proxy's page, look at the address in base_url.",
        f"If a proxy's page came, look at the address in {BASE_URL}.",
    )


class RefusedError(LeadwayError):
    """The service, or a proxy before it, said no."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a request: the field, if the message names one."""

    field: str | None
    message: str


class InvalidRequestError(RefusedError):
    """The request itself is wrong; `violations` says what, field by field."""

    cure = "Sending the same again will not help."

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Each violation with the field that the service's message names."""
        return tuple(map(_violation, self.messages or (self.message,)))


def _violation(message: str) -> Violation:
    named = _NAMED_FIELD.match(message)
    return Violation(named[1] if named else None, message)


class AccessError(RefusedError):
    """The token does not open this door."""

    cure = "`leadway doctor` tells token, version, scope and location apart."


class InvalidTokenError(AccessError):
    """The token is unknown, expired or no token."""

    cure = (
        "Take a Private Integration Token (pit- and a UUID) from the sub-account's settings, or"
        " refresh the OAuth token; `leadway doctor` checks it."
    )


class VersionHeaderError(AccessError):
    """The `Version` header is missing or unknown to the service."""

    cure: ClassVar[str] = worded(
        "Leave api_version alone, or set it to one that the service knows: 2021-07-28.",
        "Leave --api-version and LEADWAY_API_VERSION out, or name one that the service knows:"
        " 2021-07-28.",
    )


class MissingScopeError(AccessError):
    """The token lacks a scope."""

    cure = "Give the integration the scope agent-studio.write, and use the token it then shows."


class WrongLocationError(AccessError):
    """The token belongs to another location than `location_id`."""

    cure = "Use the location that the token was made in, or a token of this location."


class BlockedError(AccessError):
    """A proxy or firewall refused with a page of its own, before the service saw the message."""

    cure: ClassVar[str] = worded(
        "It is not about the token: look at base_url, and at what lies between here and there.",
        f"It is not about the token: look at {BASE_URL}, and at what lies between here and there.",
    )


class NotFoundError(RefusedError):
    """There is no such thing; the subclass says what."""


class UnknownAgentError(NotFoundError):
    """No agent with this id is published in this location."""

    cure: ClassVar[str] = worded(
        "Check the agent's id and location_id, and that it is published in production.",
        "Check the agent's id, the location (--location-id or LEADWAY_LOCATION_ID), and that the"
        " agent is published in production.",
    )


class UnknownVersionError(NotFoundError):
    """The agent has no published version with this `versionId`."""

    cure: ClassVar[str] = worded(
        "Leave version_id out to run the latest published version.",
        "Leave --agent-version out to run the latest published version.",
    )


class SessionExpiredError(NotFoundError):
    """The `executionId` has expired, is unknown, or belongs to another agent or location."""

    cure: ClassVar[str] = worded(
        "A session ends after 30 minutes without a message: begin a new conversation, or ask for"
        " it with conversation(..., restart_expired=True).",
        "A session ends after 30 minutes without a message: leave --session out to begin a new one,"
        " or type /new in `leadway chat`.",
    )


class UnknownRouteError(NotFoundError):
    """The address is not that of the API."""

    cure: ClassVar[str] = setting(
        "base_url", "is scheme and host alone, such as https://services.leadconnectorhq.com."
    )


class InactiveAgentError(RefusedError):
    """The agent is switched off."""

    cure = "Activate it in Agent Studio; only active and published agents can be reached."


class RateLimitedError(RefusedError):
    """Too many requests; `retry_after` has the wait, where the service named one."""

    cure: ClassVar[str] = worded(
        "Documented are 100 requests in 10 s and 300 a minute; `pacer=Pacer()` keeps to them.",
        "Documented are 100 requests in 10 s and 300 a minute: wait, and send fewer.",
    )


class ServerError(RefusedError):
    """The service or a proxy before it failed; the message may have been heard."""

    cure: ClassVar[str] = worded(
        "Unless retry_safe is true, the agent may have heard the message.",
        "Unless it is a 503 that asks to wait, the agent may have heard the message.",
    )


class UpstreamTimeoutError(ServerError):
    """The service did not hear from its own parts in time: a 401 that is not about the token."""
