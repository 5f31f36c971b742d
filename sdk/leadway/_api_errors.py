"""Maps error responses to exceptions.

The platform uses one status for different errors, so the message is matched first. If no pattern
matches, the status decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadway import errors
from leadway._calls import HTTPResponse
from leadway._replies import body_text, invalid_response, parse_json
from leadway._retries import parse_retry_after

_TOO_MANY_REQUESTS: Final = 429
_SERVICE_UNAVAILABLE: Final = 503

_BY_MESSAGE: Final[Sequence[tuple[frozenset[int], str, type[errors.APIStatusError]]]] = [
    (frozenset({401}), r"command timed out", errors.UpstreamTimeoutError),
    (frozenset({401, 403}), r"authclass", errors.WrongTokenTypeError),
    (frozenset({401, 403}), r"route is not yet supported", errors.RouteNotFoundError),
    (
        frozenset({400, 401, 403}),
        r"version header|not available in api version",
        errors.VersionHeaderError,
    ),
    (frozenset({401, 403}), r"\bscopes?\b", errors.MissingScopeError),
    (
        frozenset({401, 403}),
        r"access to this location|location is not accessible",
        errors.WrongLocationError,
    ),
    (frozenset({400, 403, 404}), r"agent is (not |in)active", errors.InactiveAgentError),
    (frozenset({400, 404}), r"agent not found", errors.AgentNotFoundError),
    (frozenset({400, 404}), r"\bexecution ?id\b|\bsession\b", errors.SessionNotFoundError),
    (frozenset({400, 404}), r"version not found|\bversionid\b", errors.VersionNotFoundError),
    (frozenset({404}), r"cannot (post|get)\b", errors.RouteNotFoundError),
]
"""Statuses, pattern of the message in lower case, class. The first match counts."""

_BY_STATUS: Final[Mapping[int, type[errors.APIStatusError]]] = {
    400: errors.InvalidRequestError,
    401: errors.InvalidTokenError,
    403: errors.AuthorizationError,
    404: errors.NotFoundError,
    405: errors.RouteNotFoundError,
    413: errors.InvalidRequestError,
    415: errors.InvalidRequestError,
    422: errors.InvalidRequestError,
    429: errors.RateLimitedError,
}

_BY_STATUS_OF_PROXY: Final[Mapping[int, type[errors.APIStatusError]]] = {
    401: errors.BlockedByProxyError,
    403: errors.BlockedByProxyError,
    404: errors.RouteNotFoundError,
}
"""Classes for responses that are not JSON objects, so do not come from the service."""


def error_from_response(response: HTTPResponse) -> errors.LeadwayError:
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
        hint=response.headers.get("x-mock-hint", ""),
    )


def _error_class(
    status: int, messages: Sequence[str], *, is_json: bool
) -> type[errors.APIStatusError] | None:
    text = " ".join(messages).lower()
    for statuses, pattern, kind in _BY_MESSAGE:
        if status in statuses and re.search(pattern, text):
            return kind
    if not is_json and status in _BY_STATUS_OF_PROXY:
        return _BY_STATUS_OF_PROXY[status]
    if 500 <= status <= 599:  # noqa: PLR2004 - the class of server errors
        return errors.ServerError
    return _BY_STATUS.get(status)


def _messages(fields: Mapping[str, Any]) -> tuple[str, ...]:
    message = fields.get("message")
    candidates = message if isinstance(message, list) else [message]
    texts = tuple(filter(None, map(_text, candidates)))
    return texts or tuple(filter(None, [_text(fields.get("msg")) or _text(fields.get("error"))]))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _unexpected_status(status: int) -> str:
    if 300 <= status <= 399:  # noqa: PLR2004 - the class of redirects
        return f"The response is a redirect ({status}); redirects are not followed"
    return f"The status {status} is not in the contract"
