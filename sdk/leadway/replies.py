"""What an agent said: the generated model, made forgiving and handy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from leadway.errors import MalformedAnswerError
from leadway.outcomes import Answer
from leadway_client.models import ExecuteAgentResponse, GenerativeOutput, ResponseAttachment

# What the fields are when an answer lacks them. `response` and `executionId` are not here: without
# the one there is no answer, without the other no conversation.
_ABSENT: Final[Mapping[str, Any]] = {
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
_REQUIRED: Final[Mapping[str, Any]] = {"response": "", "executionId": ""}


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent said on one message.

    Every field of the contract is here under a Python name. Strings are open: other values than
    those documented are passed on as they are. `extra` has the fields that the contract does not
    know, `raw` the JSON object as it came, `answer` the whole HTTP answer.
    """

    model: ExecuteAgentResponse = field(repr=False)
    """The generated model, where what the answer lacked is filled in."""

    raw: Mapping[str, Any] = field(repr=False)
    """The JSON object, with nothing filled in."""

    answer: Answer = field(repr=False)
    """Status, headers and body."""

    text: str = ""
    """What the agent says: `response`."""

    execution_id: str = ""
    """The session."""

    interaction_id: str = ""
    """This one exchange; empty if the service did not say."""

    @property
    def success(self) -> bool:
        """Whether the run succeeded."""
        return self.model.success

    @property
    def type(self) -> str:
        """The kind of answer; `text` is the only one known."""
        return self.model.type_

    @property
    def next_expected_input(self) -> str:
        """The kind of input the agent expects next; `text` is the only one known."""
        return self.model.next_expected_input

    @property
    def goal_completion(self) -> bool:
        """Whether the agent has reached the end node of its flow."""
        return self.model.goal_completion

    @property
    def execution_status(self) -> str:
        """How the run ended; `completed` is the only value known."""
        return self.model.execution_status

    @property
    def flow_switch(self) -> bool:
        """Whether the agent moved to another flow; false where the service does not say."""
        return self.model.flow_switch

    @property
    def attachments(self) -> list[ResponseAttachment]:
        """What comes with the answer; only an empty list has ever been shown."""
        return self.model.attachments

    @property
    def generative_outputs(self) -> list[GenerativeOutput]:
        """What the agent made beside its text; only an empty list has ever been shown."""
        return self.model.generative_outputs

    @property
    def extra(self) -> Mapping[str, Any]:
        """The fields that the contract does not know."""
        return self.model.additional_properties


def read_reply(answer: Answer) -> Reply:
    """Read the answer of a success.

    Raises:
        MalformedAnswerError: it is no JSON object, or a field is missing or of another type.
    """
    raw = _object(answer)
    _check(raw, answer)
    given = {name: value for name, value in raw.items() if value is not None}
    model = ExecuteAgentResponse.from_dict({**_ABSENT, **given})
    return Reply(model, raw, answer, model.response, model.execution_id, model.interaction_id)


def read_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value that `body` has as JSON, `None` if it has none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _object(answer: Answer) -> dict[str, Any]:
    raw = read_json(answer.body)
    if not isinstance(raw, dict):
        raise malformed("The answer is not a JSON object", answer)
    return raw


def _check(raw: Mapping[str, Any], answer: Answer) -> None:
    for name, example in _REQUIRED.items():
        if not isinstance(raw.get(name), str):
            raise malformed(f"The answer has no text in '{name}'", answer)
        _check_type(name, raw[name], example, answer)
    if not raw["executionId"]:
        raise malformed("The answer's 'executionId' is empty", answer)
    for name, absent in _ABSENT.items():
        _check_type(name, raw.get(name), absent, answer)


def _check_type(name: str, value: object, example: object, answer: Answer) -> None:
    if value is not None and type(value) is not type(example):
        kinds = type(value).__name__, type(example).__name__
        raise malformed(f"The answer's '{name}' is a {kinds[0]}, and not a {kinds[1]}", answer)
    if isinstance(value, list) and not all(isinstance(item, dict) for item in value):
        raise malformed(f"The answer's '{name}' holds something that is no object", answer)


def malformed(what: str, answer: Answer) -> MalformedAnswerError:
    """Return the error for an answer that the contract does not allow."""
    return MalformedAnswerError(what, status=answer.status, body=shown(answer.body))


def shown(body: bytes) -> str:
    """Return a body as text to keep with an error: its first 64 KiB."""
    return body[:65_536].decode("utf-8", "replace")
