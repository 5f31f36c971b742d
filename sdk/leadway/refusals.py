"""From an answer that is no reply to the error that says what it means.

The platform says the same status for different things, so its words are looked at first. Whatever
they do not tell, the status does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadway.errors import (
    AccessError,
    BlockedError,
    InactiveAgentError,
    InvalidRequestError,
    InvalidTokenError,
    LeadwayError,
    MissingScopeError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerError,
    SessionExpiredError,
    UnknownAgentError,
    UnknownRouteError,
    UnknownVersionError,
    UpstreamTimeoutError,
    VersionHeaderError,
    WrongLocationError,
)
from leadway.outcomes import Answer
from leadway.replies import malformed, read_json, shown
from leadway.retries import retry_after

_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503

_BY_WORDS: Final[Sequence[tuple[frozenset[int], str, type[RefusedError]]]] = [
    (frozenset({401}), r"command timed out", UpstreamTimeoutError),
    (frozenset({400, 401, 403}), r"version header", VersionHeaderError),
    (frozenset({401, 403}), r"\bscopes?\b", MissingScopeError),
    (frozenset({401, 403}), r"access to this location", WrongLocationError),
    (frozenset({400, 403, 404}), r"agent is (not |in)active", InactiveAgentError),
    (frozenset({400, 404}), r"agent not found", UnknownAgentError),
    (frozenset({400, 404}), r"\bexecution ?id\b|\bsession\b", SessionExpiredError),
    (frozenset({400, 404}), r"version not found|\bversionid\b", UnknownVersionError),
    (frozenset({404}), r"cannot (post|get)\b", UnknownRouteError),
]
"""Statuses, words that the message has, meaning. The first that fits counts."""

_BY_STATUS: Final[Mapping[int, type[RefusedError]]] = {
    400: InvalidRequestError,
    401: InvalidTokenError,
    403: AccessError,
    404: NotFoundError,
    405: UnknownRouteError,
    413: InvalidRequestError,
    415: InvalidRequestError,
    422: InvalidRequestError,
    429: RateLimitedError,
}


def refusal(answer: Answer) -> LeadwayError:
    """Return the error that an answer other than a success means."""
    said = read_json(answer.body)
    said = said if isinstance(said, dict) else {}
    messages = _messages(said)
    kind = _kind(answer.status, messages, from_service=bool(said))
    if kind is None:
        return malformed(_unexpected(answer.status), answer)
    wait = retry_after(answer.headers)
    return kind(
        "; ".join(messages) or f"The answer is status {answer.status} without a message",
        status=answer.status,
        messages=messages,
        trace_id=_text(said.get("traceId")) or answer.headers.get("x-trace-id"),
        body=shown(answer.body),
        retry_safe=_is_unheard(answer.status, wait),
        retry_after=wait,
    )


def _kind(status: int, messages: Sequence[str], *, from_service: bool) -> type[RefusedError] | None:
    words = " ".join(messages).lower()
    for statuses, pattern, kind in _BY_WORDS:
        if status in statuses and re.search(pattern, words):
            return kind
    if not from_service and status in {401, 403}:
        return BlockedError
    if not from_service and status == 404:  # noqa: PLR2004 - not found
        return UnknownRouteError
    if 500 <= status <= 599:  # noqa: PLR2004 - the class of server errors
        return ServerError
    return _BY_STATUS.get(status)


def _messages(said: Mapping[str, Any]) -> tuple[str, ...]:
    message = said.get("message")
    found = message if isinstance(message, list) else [message]
    texts = [each for each in found if isinstance(each, str) and each]
    return tuple(texts) or ((said["error"],) if _text(said.get("error")) else ())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_unheard(status: int, wait: float | None) -> bool:
    return status == _TOO_MANY or (status == _UNAVAILABLE and wait is not None)


def _unexpected(status: int) -> str:
    if 300 <= status <= 399:  # noqa: PLR2004 - the class of redirects
        return "The answer is a redirect, which is not followed, lest the token go astray"
    return f"The answer's status, {status}, is none that the contract knows"
