from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.generative_output import GenerativeOutput
    from ..models.response_attachment import ResponseAttachment


T = TypeVar("T", bound="ExecuteAgentResponse")


@_attrs_define
class ExecuteAgentResponse:
    """The agent's reply, and how to continue.

    The strings are open: the values shown are the only ones known, and others may come. All eleven fields
    are required, yet a client should tolerate the absence of `flowSwitch`, which older descriptions of this
    response do not have.

        Attributes:
            success (bool): Whether the run succeeded. Only `true` has ever been shown. Example: True.
            execution_id (str): The session. Send it with the next message to continue the conversation. Example:
                a1b2c3d4e5f6g7h8i9j0k1l2.
            interaction_id (str): This one exchange of message and response. It is new every time. Example:
                m9n8o7p6q5r4s3t2u1v0w9x8.
            response (str): What the agent says. This is the text to show. Example: I can help you with various tasks....
            type_ (str): The kind of response. `text` is the only one known. Example: text.
            next_expected_input (str): The kind of input the agent expects next. `text` is the only one known. Example:
                text.
            goal_completion (bool): Whether the agent has reached the end node of its flow. Example: False.
            execution_status (str): How the run ended. `completed` is the only value known. Example: completed.
            flow_switch (bool): Whether the agent moved to another flow. Required, and still sometimes absent: read absence
                as `false`. Example: False.
            attachments (list[ResponseAttachment]): What comes with the response. Only an empty list has ever been shown.
                Example: [].
            generative_outputs (list[GenerativeOutput]): What the agent generated beside its text. Only an empty list has
                ever been shown. Example: [].
    """

    success: bool
    execution_id: str
    interaction_id: str
    response: str
    type_: str
    next_expected_input: str
    goal_completion: bool
    execution_status: str
    flow_switch: bool
    attachments: list[ResponseAttachment]
    generative_outputs: list[GenerativeOutput]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        success = self.success

        execution_id = self.execution_id

        interaction_id = self.interaction_id

        response = self.response

        type_ = self.type_

        next_expected_input = self.next_expected_input

        goal_completion = self.goal_completion

        execution_status = self.execution_status

        flow_switch = self.flow_switch

        attachments = []
        for attachments_item_data in self.attachments:
            attachments_item = attachments_item_data.to_dict()
            attachments.append(attachments_item)

        generative_outputs = []
        for generative_outputs_item_data in self.generative_outputs:
            generative_outputs_item = generative_outputs_item_data.to_dict()
            generative_outputs.append(generative_outputs_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "success": success,
                "executionId": execution_id,
                "interactionId": interaction_id,
                "response": response,
                "type": type_,
                "nextExpectedInput": next_expected_input,
                "goalCompletion": goal_completion,
                "executionStatus": execution_status,
                "flowSwitch": flow_switch,
                "attachments": attachments,
                "generativeOutputs": generative_outputs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.generative_output import GenerativeOutput  # noqa: PLC0415
        from ..models.response_attachment import ResponseAttachment  # noqa: PLC0415

        d = dict(src_dict)
        success = d.pop("success")

        execution_id = d.pop("executionId")

        interaction_id = d.pop("interactionId")

        response = d.pop("response")

        type_ = d.pop("type")

        next_expected_input = d.pop("nextExpectedInput")

        goal_completion = d.pop("goalCompletion")

        execution_status = d.pop("executionStatus")

        flow_switch = d.pop("flowSwitch", False)

        attachments = []
        _attachments = d.pop("attachments")
        for attachments_item_data in _attachments:
            attachments_item = ResponseAttachment.from_dict(attachments_item_data)

            attachments.append(attachments_item)

        generative_outputs = []
        _generative_outputs = d.pop("generativeOutputs")
        for generative_outputs_item_data in _generative_outputs:
            generative_outputs_item = GenerativeOutput.from_dict(generative_outputs_item_data)

            generative_outputs.append(generative_outputs_item)

        execute_agent_response = cls(
            success=success,
            execution_id=execution_id,
            interaction_id=interaction_id,
            response=response,
            type_=type_,
            next_expected_input=next_expected_input,
            goal_completion=goal_completion,
            execution_status=execution_status,
            flow_switch=flow_switch,
            attachments=attachments,
            generative_outputs=generative_outputs,
        )

        execute_agent_response.additional_properties = d
        return execute_agent_response

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
