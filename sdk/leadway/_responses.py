"""Parses responses: a success becomes a reply, anything else an exception.

The platform uses one status for different errors, so the message is matched first. If no pattern
matches, the status decides.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leadway import errors
from leadway._arguments import checks_arguments
from leadway._calls import Call, Failure, HTTPResponse, Outcome
from leadway._retries import parse_retry_after

if TYPE_CHECKING:
    from leadway_client.models import (
        ExecuteAgentRequest,
        ExecuteAgentResponse,
        GenerativeOutput,
        ResponseAttachment,
    )

Built = TypeVar("Built")

_DEFAULTS: Final[Mapping[str, Any]] = {
    "success": True,
    "interactionId": "",
    "type": "text",
    "nextExpectedInput": "text",
    "goalCompletion": False,
    "executionStatus": "completed",
    "flowSwitch": False,
    "attachments": [],
    "generativeOutputs": [],
}
"""Values for missing fields. `response` and `executionId` are required."""

_TYPE_NAMES: Final[Mapping[type, str]] = {
    str: "a string",
    list: "a list",
    dict: "an object",
}

_MAX_ERROR_BODY_BYTES: Final = 65_536
_TOO_MANY_REQUESTS: Final = 429
_SERVICE_UNAVAILABLE: Final = 503

_BY_MESSAGE: Final[Sequence[tuple[AbstractSet[int], str, type[errors.APIStatusError]]]] = [
    ({401}, r"command timed out", errors.UpstreamTimeoutError),
    ({400}, r"(refresh token|authorization code) is invalid", errors.InvalidTokenError),
    ({400, 422}, r"\bproperty \S+ should not exist", errors.InvalidRequestError),
    ({401, 403}, r"authclass|user type is not", errors.WrongTokenTypeError),
    ({401, 403}, r"route is not yet supported", errors.RouteNotFoundError),
    ({400, 401, 403}, r"version header|not available in api version", errors.VersionHeaderError),
    ({401, 403}, r"\bscopes?\b", errors.MissingScopeError),
    ({401, 403}, r"access to this location|location is not accessible", errors.WrongLocationError),
    ({400, 403, 404}, r"agent is (not |in)active", errors.InactiveAgentError),
    ({400, 404}, r"agent not found", errors.AgentNotFoundError),
    ({400, 404}, r"\b(execution|session) ?id\b|\bsession\b", errors.SessionNotFoundError),
    ({400, 404}, r"version not found|\bversionid\b", errors.VersionNotFoundError),
    ({404}, r"cannot (post|get|patch|delete)\b", errors.RouteNotFoundError),
    ({409, 422}, r"idempotency-key was used", errors.IdempotencyKeyReusedError),
]
"""Statuses, pattern of the message in lower case, class. The first match counts."""

_BY_STATUS: Final[Mapping[int, type[errors.APIStatusError]]] = {
    **dict.fromkeys((400, 413, 415, 422), errors.InvalidRequestError),
    401: errors.InvalidTokenError,
    403: errors.AuthorizationError,
    404: errors.NotFoundError,
    405: errors.RouteNotFoundError,
    409: errors.IdempotencyKeyInUseError,
    429: errors.RateLimitedError,
}

_BY_STATUS_OF_PROXY: Final[Mapping[int, type[errors.APIStatusError]]] = {
    401: errors.BlockedByProxyError,
    403: errors.BlockedByProxyError,
    404: errors.RouteNotFoundError,
}
"""Classes for responses that are not JSON objects, so do not come from the service."""


@checks_arguments
@dataclass(frozen=True, slots=True)
class Reply:
    """Reply of an agent to one message.

    It has every field of the contract under a Python name. Undocumented values of strings are
    passed on unchanged.
    """

    model: ExecuteAgentResponse = field(repr=False)
    """The generated model, with defaults for missing fields."""

    raw: Mapping[str, Any] = field(repr=False)
    """The JSON object as received."""

    http_response: HTTPResponse = field(repr=False)
    """Status, headers, body and duration."""

    text: str = ""
    """Text of the agent: `response` in the contract."""

    execution_id: str = ""
    """Id of the session."""

    interaction_id: str = ""
    """Id of this request and reply; empty if the service sent none."""

    @property
    def success(self) -> bool:
        """Whether the run succeeded."""
        return self.model.success

    @property
    def type(self) -> str:
        """Kind of reply; `text` is the only known value."""
        return self.model.type_

    @property
    def next_expected_input(self) -> str:
        """Kind of input that the agent expects next; `text` is the only known value."""
        return self.model.next_expected_input

    @property
    def goal_completion(self) -> bool:
        """Whether the agent has reached the end node of its flow."""
        return self.model.goal_completion

    @property
    def execution_status(self) -> str:
        """How the run ended; `completed` is the only known value."""
        return self.model.execution_status

    @property
    def flow_switch(self) -> bool:
        """Whether the agent moved to another flow; false if the service did not say."""
        return self.model.flow_switch

    @property
    def attachments(self) -> list[ResponseAttachment]:
        """Attachments of the reply that are objects; only an empty list is documented."""
        return self.model.attachments

    @property
    def generative_outputs(self) -> list[GenerativeOutput]:
        """Generated objects besides the text; only an empty list is documented."""
        return self.model.generative_outputs

    @property
    def extra(self) -> Mapping[str, Any]:
        """Fields that are not in the contract."""
        return self.model.additional_properties


def execute_call(
    agent_id: str, body: ExecuteAgentRequest, *, deprecated_path: bool = False
) -> Call:
    """Return the call that sends a message to an agent."""
    operation = "agents.execute_agent_deprecated" if deprecated_path else "agents.execute_agent"
    return Call(operation, {"agent_id": agent_id, "body": body}, parse_reply)


def classify(
    outcome: Outcome,
    parse: Callable[[HTTPResponse], Any] | None = None,
    *,
    has_key: bool = False,
) -> Any:  # noqa: ANN401 - what `parse` returns, or a LeadwayError
    """Return what `parse` makes of a success, by default the reply, or else the exception.

    `has_key` is whether the call has an idempotency key.
    """
    if isinstance(outcome, Failure):
        return outcome.error(outcome.reason, retry_safe=outcome.retry_safe, hint=outcome.hint)
    if not 200 <= outcome.status <= 299:  # noqa: PLR2004 - the class of successes
        return _error_from_response(outcome, has_key=has_key)
    try:
        return (parse or parse_reply)(outcome)
    except errors.LeadwayError as error:
        return error.with_traceback(None)


def parse_reply(response: HTTPResponse) -> Reply:
    """Return the reply in a successful response.

    Raises:
        InvalidResponseError: the body is not a JSON object, or a field is missing or has another
            type.
    """
    from leadway_client.models import ExecuteAgentResponse  # noqa: PLC0415 - as in `_calls`

    raw = parse_object(response, {"response": str, "executionId": str})
    if not raw["executionId"]:
        raise invalid_response("The response's 'executionId' is empty", response)
    fields = with_defaults(raw, _DEFAULTS, response)
    # What the lists contain is not documented, so no reply is lost for it.
    for name in ("attachments", "generativeOutputs"):
        fields[name] = [item for item in fields[name] if isinstance(item, dict)]
    model = ExecuteAgentResponse.from_dict(fields)
    return Reply(model, raw, response, model.response, model.execution_id, model.interaction_id)


def parse_object(response: HTTPResponse, required: Mapping[str, type]) -> dict[str, Any]:
    """Return the JSON object in a response.

    Raises `InvalidResponseError` if it is none, or a `required` property has another type.
    """
    raw = _parse_json(response.body)
    if not isinstance(raw, dict):
        raise invalid_response("The response is not a JSON object", response)
    for name, kind in required.items():
        if type(raw.get(name)) is not kind:
            reason = f"The response's '{name}' must be {_TYPE_NAMES[kind]}"
            raise invalid_response(reason, response)
    return raw


def with_defaults(
    raw: Mapping[str, Any], defaults: Mapping[str, Any], response: HTTPResponse
) -> dict[str, Any]:
    """Return the fields of an object, with defaults for absent ones and `null`.

    Raises `InvalidResponseError` if one has another type than its default.
    """
    fields = {name: value for name, value in raw.items() if value is not None}
    for name, default in defaults.items():
        value = fields.setdefault(name, default)
        if type(value) is not type(default):
            types = type(default).__name__, type(value).__name__
            reason = f"The response's '{name}' must be {types[0]}, not {types[1]}"
            raise invalid_response(reason, response)
    return fields


def build(
    kind: Callable[..., Built],
    raw: Mapping[str, Any],
    response: HTTPResponse,
    fields: Mapping[str, tuple[str, Any]],
    **others: object,
) -> Built:
    """Return a `kind` from an object of the service, which it gets as `raw`; lists become tuples.

    `fields` has the name in the contract and the default of each field. Raises
    `InvalidResponseError` as `with_defaults` does.
    """
    values = with_defaults(raw, dict(fields.values()), response)
    found = {name: values[there] for name, (there, _) in fields.items()}
    tuples = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
    return kind(**found | tuples, **others, raw=raw)


def _parse_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of a body, `None` if it is not JSON. `NaN` and 1e999 are not."""
    try:
        return _DECODER.decode(body.decode(json.detect_encoding(body)))
    except (ValueError, RecursionError):
        return None


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_DECODER: Final = json.JSONDecoder(parse_float=_finite_float, parse_constant=_finite_float)


def invalid_response(reason: str, response: HTTPResponse) -> errors.InvalidResponseError:
    """Return the error for a response that does not match the contract."""
    return errors.InvalidResponseError(
        reason, status=response.status, body=_body_text(response.body)
    )


def _body_text(body: bytes) -> str:
    """Return the first 64 KiB of a body as text."""
    return body[:_MAX_ERROR_BODY_BYTES].decode("utf-8", "replace")


def _error_from_response(response: HTTPResponse, *, has_key: bool) -> errors.LeadwayError:
    """Return the exception for a response with another status than 2xx."""
    document = _parse_json(response.body)
    fields: Mapping[str, Any] = document if isinstance(document, dict) else {}
    messages = _messages(fields)
    kind = _error_class(response.status, messages, is_json=bool(fields))
    if kind is None:
        return invalid_response(_unexpected_status(response.status), response)
    retry_after = parse_retry_after(response.headers)
    is_limited = response.status == _TOO_MANY_REQUESTS
    if is_limited and has_key:  # Documented: only then may the key be sent again.
        is_limited = fields.get("retryable") is True and retry_after is not None
    return kind(
        "; ".join(messages) or f"The response has status {response.status} and no message",
        status=response.status,
        messages=messages,
        trace_id=_text(fields.get("traceId")) or response.headers.get("x-trace-id"),
        body=_body_text(response.body),
        retry_safe=is_limited
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
    others = (_text(fields.get(name)) for name in ("msg", "error_description", "error"))
    return texts or tuple(islice(filter(None, others), 1))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _unexpected_status(status: int) -> str:
    if 300 <= status <= 399:  # noqa: PLR2004 - the class of redirects
        return f"The response is a redirect ({status}); redirects are not followed"
    return f"The status {status} is not in the contract"
