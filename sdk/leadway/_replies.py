"""Reply of an agent: the generated model with defaults for missing fields."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from leadway._calls import HTTPResponse
from leadway.errors import InvalidResponseError

if TYPE_CHECKING:
    from leadway_client.models import ExecuteAgentResponse, GenerativeOutput, ResponseAttachment

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

_LISTS: Final = ("attachments", "generativeOutputs")

_MAX_ERROR_BODY_BYTES: Final = 65_536


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


def parse_reply(response: HTTPResponse) -> Reply:
    """Return the reply in a successful response.

    Raises:
        InvalidResponseError: the body is not a JSON object, or a field is missing or has another
            type.
    """
    from leadway_client.models import ExecuteAgentResponse  # noqa: PLC0415 - as in `_calls`

    raw = parse_json(response.body)
    if not isinstance(raw, dict):
        raise invalid_response("The response is not a JSON object", response)
    for name in ("response", "executionId"):
        if not isinstance(raw.get(name), str):
            raise invalid_response(f"The response's '{name}' must be a string", response)
    if not raw["executionId"]:
        raise invalid_response("The response's 'executionId' is empty", response)
    fields = {name: value for name, value in raw.items() if value is not None}
    for name, default in _DEFAULTS.items():
        value = fields.setdefault(name, default)
        if type(value) is not type(default):
            types = type(default).__name__, type(value).__name__
            reason = f"The response's '{name}' must be {types[0]}, not {types[1]}"
            raise invalid_response(reason, response)
    for name in _LISTS:  # What they contain is not documented, so no reply is lost for it.
        fields[name] = [item for item in fields[name] if isinstance(item, dict)]
    model = ExecuteAgentResponse.from_dict(fields)
    return Reply(model, raw, response, model.response, model.execution_id, model.interaction_id)


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
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


def invalid_response(reason: str, response: HTTPResponse) -> InvalidResponseError:
    """Return the error for a response that does not match the contract."""
    return InvalidResponseError(reason, status=response.status, body=body_text(response.body))


def body_text(body: bytes) -> str:
    """Return the first 64 KiB of a body as text."""
    return body[:_MAX_ERROR_BODY_BYTES].decode("utf-8", "replace")
