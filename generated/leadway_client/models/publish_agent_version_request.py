from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PublishAgentVersionRequest")


@_attrs_define
class PublishAgentVersionRequest:
    """Who publishes a version.

    Attributes:
        location_id (str): The sub-account that owns the agent. Example: C2QujeCh8ZnC7al2InWR.
        user_id (str | Unset): The user who publishes it. Example: usr_abc123def456.
        user_name (str | Unset): The name of that user. Example: John Doe.
        user_email (str | Unset): The e-mail address of that user. Example: john.doe@example.com.
    """

    location_id: str
    user_id: str | Unset = UNSET
    user_name: str | Unset = UNSET
    user_email: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        location_id = self.location_id

        user_id = self.user_id

        user_name = self.user_name

        user_email = self.user_email

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "locationId": location_id,
            }
        )
        if user_id is not UNSET:
            field_dict["userId"] = user_id
        if user_name is not UNSET:
            field_dict["userName"] = user_name
        if user_email is not UNSET:
            field_dict["userEmail"] = user_email

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        location_id = d.pop("locationId")

        user_id = d.pop("userId", UNSET)

        user_name = d.pop("userName", UNSET)

        user_email = d.pop("userEmail", UNSET)

        publish_agent_version_request = cls(
            location_id=location_id,
            user_id=user_id,
            user_name=user_name,
            user_email=user_email,
        )

        return publish_agent_version_request
