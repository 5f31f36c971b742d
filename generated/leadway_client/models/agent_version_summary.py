from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AgentVersionSummary")


@_attrs_define
class AgentVersionSummary:
    """A version without its nodes.

    Example:
        {'versionId': 'v1a2b3c4d5e6f7g8h9i0', 'agentId': 'p1q2r3s4t5u6v7w8x9y0z1a2', 'state': 'staging', 'isPublished':
            False, 'version': 1}

    Attributes:
        version_id (str): Its id. Example: v1a2b3c4d5e6f7g8h9i0.
        agent_id (str): The agent it belongs to. Example: p1q2r3s4t5u6v7w8x9y0z1a2.
        state (str): `staging`, `draft` or `prod`. Example: staging.
        is_published (bool): Whether it is the one that runs in production. Example: False.
        version (int): Its number, from 1. Example: 1.
        version_name (str | Unset): Its name. Example: Customer Support Agent v1.
        created_at (str | Unset): When it was created. Example: 2024-02-27T10:30:00.000Z.
        published_at (str | Unset): When it was published; absent before. Example: 2024-02-27T10:30:00.000Z.
        published_by (str | Unset): The user who published it, if one was sent. Example: usr_abc123def456.
        published_by_name (str | Unset): The name of that user. Example: John Doe.
        published_by_email (str | Unset): The e-mail address of that user. Example: john.doe@example.com.
    """

    version_id: str
    agent_id: str
    state: str
    is_published: bool
    version: int
    version_name: str | Unset = UNSET
    created_at: str | Unset = UNSET
    published_at: str | Unset = UNSET
    published_by: str | Unset = UNSET
    published_by_name: str | Unset = UNSET
    published_by_email: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        version_id = self.version_id

        agent_id = self.agent_id

        state = self.state

        is_published = self.is_published

        version = self.version

        version_name = self.version_name

        created_at = self.created_at

        published_at = self.published_at

        published_by = self.published_by

        published_by_name = self.published_by_name

        published_by_email = self.published_by_email

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "versionId": version_id,
                "agentId": agent_id,
                "state": state,
                "isPublished": is_published,
                "version": version,
            }
        )
        if version_name is not UNSET:
            field_dict["versionName"] = version_name
        if created_at is not UNSET:
            field_dict["createdAt"] = created_at
        if published_at is not UNSET:
            field_dict["publishedAt"] = published_at
        if published_by is not UNSET:
            field_dict["publishedBy"] = published_by
        if published_by_name is not UNSET:
            field_dict["publishedByName"] = published_by_name
        if published_by_email is not UNSET:
            field_dict["publishedByEmail"] = published_by_email

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        version_id = d.pop("versionId")

        agent_id = d.pop("agentId")

        state = d.pop("state")

        is_published = d.pop("isPublished")

        version = d.pop("version")

        version_name = d.pop("versionName", UNSET)

        created_at = d.pop("createdAt", UNSET)

        published_at = d.pop("publishedAt", UNSET)

        published_by = d.pop("publishedBy", UNSET)

        published_by_name = d.pop("publishedByName", UNSET)

        published_by_email = d.pop("publishedByEmail", UNSET)

        agent_version_summary = cls(
            version_id=version_id,
            agent_id=agent_id,
            state=state,
            is_published=is_published,
            version=version,
            version_name=version_name,
            created_at=created_at,
            published_at=published_at,
            published_by=published_by,
            published_by_name=published_by_name,
            published_by_email=published_by_email,
        )

        agent_version_summary.additional_properties = d
        return agent_version_summary

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
