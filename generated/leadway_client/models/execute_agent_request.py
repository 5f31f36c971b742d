from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.attachment import Attachment
    from ..models.input_variables import InputVariables


T = TypeVar("T", bound="ExecuteAgentRequest")


@_attrs_define
class ExecuteAgentRequest:
    """One message to an agent.

    Attributes:
        message (str): What the user says to the agent. Example: How can you help me with my marketing?.
        location_id (str): The sub-account that owns the agent, and that the token belongs to. Example:
            C2QujeCh8ZnC7al2InWR.
        execution_id (str | Unset): The session to continue, from the last response. Leave it out of the first message;
            an empty string counts as left out. Example: a1b2c3d4e5f6g7h8i9j0k1l2.
        input_variables (InputVariables | Unset): Values for the input variables that the agent declares, by name. May
            be empty. Example: {'customerName': 'John Doe', 'orderNumber': 'ORD-12345'}.
        version_id (str | Unset): The published version to run. Without it, or with an empty string, the latest version
            published in production runs. Example: b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d.
        attachments (list[Attachment] | Unset): What comes with the message. An empty list is the same as none. Example:
            [{'type': 'image', 'imageUrl': 'https://example.com/image.png'}].
        contact_id (str | Unset): The contact who is speaking. The agent is given that contact's data. An empty string
            counts as left out. Example: cid_abc123def456.
    """

    message: str
    location_id: str
    execution_id: str | Unset = UNSET
    input_variables: InputVariables | Unset = UNSET
    version_id: str | Unset = UNSET
    attachments: list[Attachment] | Unset = UNSET
    contact_id: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        message = self.message

        location_id = self.location_id

        execution_id = self.execution_id

        input_variables: dict[str, Any] | Unset = UNSET
        if not isinstance(self.input_variables, Unset):
            input_variables = self.input_variables.to_dict()

        version_id = self.version_id

        attachments: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.attachments, Unset):
            attachments = []
            for attachments_item_data in self.attachments:
                attachments_item = attachments_item_data.to_dict()
                attachments.append(attachments_item)

        contact_id = self.contact_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "message": message,
                "locationId": location_id,
            }
        )
        if execution_id is not UNSET:
            field_dict["executionId"] = execution_id
        if input_variables is not UNSET:
            field_dict["inputVariables"] = input_variables
        if version_id is not UNSET:
            field_dict["versionId"] = version_id
        if attachments is not UNSET:
            field_dict["attachments"] = attachments
        if contact_id is not UNSET:
            field_dict["contactId"] = contact_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attachment import Attachment  # noqa: PLC0415
        from ..models.input_variables import InputVariables  # noqa: PLC0415

        d = dict(src_dict)
        message = d.pop("message")

        location_id = d.pop("locationId")

        execution_id = d.pop("executionId", UNSET)

        _input_variables = d.pop("inputVariables", UNSET)
        input_variables: InputVariables | Unset
        if isinstance(_input_variables, Unset):
            input_variables = UNSET
        else:
            input_variables = InputVariables.from_dict(_input_variables)

        version_id = d.pop("versionId", UNSET)

        _attachments = d.pop("attachments", UNSET)
        attachments: list[Attachment] | Unset = UNSET
        if _attachments is not UNSET:
            attachments = []
            for attachments_item_data in _attachments:
                attachments_item = Attachment.from_dict(attachments_item_data)

                attachments.append(attachments_item)

        contact_id = d.pop("contactId", UNSET)

        execute_agent_request = cls(
            message=message,
            location_id=location_id,
            execution_id=execution_id,
            input_variables=input_variables,
            version_id=version_id,
            attachments=attachments,
            contact_id=contact_id,
        )

        return execute_agent_request
