"""Maps error responses to exceptions.

The platform uses one status for different errors, so the message is matched first. If no pattern
matches, the status decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadway._calls import HTTPResponse
from leadway._replies import body_text, invalid_response, parse_json
from leadway._retries import parse_retry_after
from leadway.errors import (
    AgentNotFoundError,
    APIStatusError,
    AuthorizationError,
    BlockedByProxyError,
    InactiveAgentError,
    InvalidRequestError,
    InvalidTokenError,
    LeadwayError,
    MissingScopeError,
    NotFoundError,
    RateLimitedError,
    RouteNotFoundError,
    ServerError,
    SessionNotFoundError,
    UpstreamTimeoutError,
    VersionHeaderError,
    VersionNotFoundError,
    WrongLocationError,
)

_TOO_MANY_REQUESTS: Final = 429
_SERVICE_UNAVAILABLE: Final = 503

_BY_MESSAGE: Final[Sequence[tuple[frozenset[int], str, type[APIStatusError]]]] = [
    (frozenset({401}), r"command timed out", UpstreamTimeoutError),
    (frozenset({400, 401, 403}), r"version header", VersionHeaderError),
    (frozenset({401, 403}), r"\bscopes?\b", MissingScopeError),
    (frozenset({401, 403}), r"access to this location", WrongLocationError),
    (frozenset({400, 403, 404}), r"agent is (not |in)active", InactiveAgentError),
    (frozenset({400, 404}), r"agent not found", AgentNotFoundError),
    (frozenset({400, 404}), r"\bexecution ?id\b|\bsession\b", SessionNotFoundError),
    (frozenset({400, 404}), r"version not found|\bversionid\b", VersionNotFoundError),
    (frozenset({404}), r"cannot (post|get)\b", RouteNotFoundError),
]
"""Statuses, pattern of the message in lower case, class. The first match counts."""

_BY_STATUS: Final[Mapping[int, type[APIStatusError]]] = {
    400: InvalidRequestError,
    401: InvalidTokenError,
    403: AuthorizationError,
    404: NotFoundError,
    405: RouteNotFoundError,
    413: InvalidRequestError,
    415: InvalidRequestError,
    422: InvalidRequestError,
    429: RateLimitedError,
}

_BY_STATUS_OF_PROXY: Final[Mapping[int, type[APIStatusError]]] = {
    401: BlockedByProxyError,
    403: BlockedByProxyError,
    404: RouteNotFoundError,
}
"""Classes for responses that are not JSON objects, so do not come from the service."""


def error_from_response(response: HTTPResponse) -> LeadwayError:
    """Return the exception for a response with another status than 2xx."""
    document = parse_json(response.body)
    fields: Mapping[str, Any] = document if isinstance(document, dict) else {}
    messages = _messages(fields)
    kind = _error_class(response.status, messages, is_json=bool(fields))
    if kind is None:
        return invalid_response(_unexpected_status(response.status), response)
    retry_after = parse_retry_after(response.headers)
    return kind(
        "; ".join(messages) or f"The response has status {response.status} and no message",
        status=response.status,
        messages=messages,
        trace_id=_text(fields.get("traceId")) or response.headers.get("x-trace-id"),
        body=body_text(response.body),
        retry_safe=response.status == _TOO_MANY_REQUESTS
        or (response.status == _SERVICE_UNAVAILABLE and retry_after is not None),
        retry_after=retry_after,
    )


def _error_class(
    status: int, messages: Sequence[str], *, is_json: bool
) -> type[APIStatusError] | None:
    text = " ".join(messages).lower()
    for statuses, pattern, kind in _BY_MESSAGE:
        if status in statuses and re.search(pattern, text):
            return kind
    if not is_json and status in _BY_STATUS_OF_PROXY:
        return _BY_STATUS_OF_PROXY[status]
    if 500 <= status <= 599:  # noqa: PLR2004 - the class of server errors
        return ServerError
    return _BY_STATUS.get(status)


def _messages(fields: Mapping[str, Any]) -> tuple[str, ...]:
    message = fields.get("message")
    candidates = message if isinstance(message, list) else [message]
    texts = tuple(each for each in candidates if isinstance(each, str) and each)
    return texts or ((fields["error"],) if _text(fields.get("error")) else ())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _unexpected_status(status: int) -> str:
    if 300 <= status <= 399:  # noqa: PLR2004 - the class of redirects
        return f"The response is a redirect ({status}); redirects are not followed"
    return f"The status {status} is not in the contract"
