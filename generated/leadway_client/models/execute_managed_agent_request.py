from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.extra_variables import ExtraVariables


T = TypeVar("T", bound="ExecuteManagedAgentRequest")


@_attrs_define
class ExecuteManagedAgentRequest:
    """One message to a managed agent.

    Attributes:
        message (str): What the user says to the agent. White space alone is not enough. Example: Summarize today's new
            contacts..
        location_id (str): The sub-account that owns the agent, and that the token belongs to. Example:
            ve9EPM428h8vShlRW1KT.
        session_id (str | Unset): The session to continue, from the last response. Leave it out of the first message.
            Example: a1b2c3d4-e5f6-7890-abcd-ef1234567890.
        contact_id (str | Unset): The contact who is speaking. Example: cid_abc123def456.
        extra_variables (ExtraVariables | Unset): Values for the agent, by name: at most 32 KiB as JSON, nested at most
            five levels deep. Some names are
            reserved, in any case, at the top level or below `global`, `inputs`, `raw` and `runtime`, nested or
            dotted: everything under `account`, `contact` and `location`, and `agentId`, `agencyId`, `companyId`,
            `contactId`, `executionId`, `locationId`, `sessionId` and `userId`.
             Example: {'customerName': 'Sarah'}.
    """

    message: str
    location_id: str
    session_id: str | Unset = UNSET
    contact_id: str | Unset = UNSET
    extra_variables: ExtraVariables | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        message = self.message

        location_id = self.location_id

        session_id = self.session_id

        contact_id = self.contact_id

        extra_variables: dict[str, Any] | Unset = UNSET
        if not isinstance(self.extra_variables, Unset):
            extra_variables = self.extra_variables.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "message": message,
                "locationId": location_id,
            }
        )
        if session_id is not UNSET:
            field_dict["sessionId"] = session_id
        if contact_id is not UNSET:
            field_dict["contactId"] = contact_id
        if extra_variables is not UNSET:
            field_dict["extraVariables"] = extra_variables

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.extra_variables import ExtraVariables  # noqa: PLC0415

        d = dict(src_dict)
        message = d.pop("message")

        location_id = d.pop("locationId")

        session_id = d.pop("sessionId", UNSET)

        contact_id = d.pop("contactId", UNSET)

        _extra_variables = d.pop("extraVariables", UNSET)
        extra_variables: ExtraVariables | Unset
        if isinstance(_extra_variables, Unset):
            extra_variables = UNSET
        else:
            extra_variables = ExtraVariables.from_dict(_extra_variables)

        execute_managed_agent_request = cls(
            message=message,
            location_id=location_id,
            session_id=session_id,
            contact_id=contact_id,
            extra_variables=extra_variables,
        )

        return execute_managed_agent_request
