from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AccessToken")


@_attrs_define
class AccessToken:
    """Tokens, and what they are for. With `Version: v3` the names are `accessToken`, `tokenType`, `expiresIn`
    and `refreshToken`.

        Attributes:
            user_id (str): Who installed the app. Example: madeUpUser0000000000.
            access_token (str | Unset): The access token. Example: made-up-access-token.
            token_type (str | Unset): How it is sent. Example: Bearer.
            expires_in (float | Unset): Seconds until it expires. Example: 86399.
            refresh_token (str | Unset): The token that brings the next ones. Example: made-up-refresh-token.
            scope (str | Unset): Its scopes, with blanks between them. Example: agent-studio.write managed-agents.write.
            user_type (str | Unset): Whether it is that of a sub-account or an agency. Example: Location.
            location_id (str | Unset): The sub-account, only if it is one. Example: ve9EPM428h8vShlRW1KT.
            company_id (str | Unset): The agency. Example: madeUpCompany0000000.
    """

    user_id: str
    access_token: str | Unset = UNSET
    token_type: str | Unset = UNSET
    expires_in: float | Unset = UNSET
    refresh_token: str | Unset = UNSET
    scope: str | Unset = UNSET
    user_type: str | Unset = UNSET
    location_id: str | Unset = UNSET
    company_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        user_id = self.user_id

        access_token = self.access_token

        token_type = self.token_type

        expires_in = self.expires_in

        refresh_token = self.refresh_token

        scope = self.scope

        user_type = self.user_type

        location_id = self.location_id

        company_id = self.company_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "userId": user_id,
            }
        )
        if access_token is not UNSET:
            field_dict["access_token"] = access_token
        if token_type is not UNSET:
            field_dict["token_type"] = token_type
        if expires_in is not UNSET:
            field_dict["expires_in"] = expires_in
        if refresh_token is not UNSET:
            field_dict["refresh_token"] = refresh_token
        if scope is not UNSET:
            field_dict["scope"] = scope
        if user_type is not UNSET:
            field_dict["userType"] = user_type
        if location_id is not UNSET:
            field_dict["locationId"] = location_id
        if company_id is not UNSET:
            field_dict["companyId"] = company_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        user_id = d.pop("userId")

        access_token = d.pop("access_token", UNSET)

        token_type = d.pop("token_type", UNSET)

        expires_in = d.pop("expires_in", UNSET)

        refresh_token = d.pop("refresh_token", UNSET)

        scope = d.pop("scope", UNSET)

        user_type = d.pop("userType", UNSET)

        location_id = d.pop("locationId", UNSET)

        company_id = d.pop("companyId", UNSET)

        access_token = cls(
            user_id=user_id,
            access_token=access_token,
            token_type=token_type,
            expires_in=expires_in,
            refresh_token=refresh_token,
            scope=scope,
            user_type=user_type,
            location_id=location_id,
            company_id=company_id,
        )

        access_token.additional_properties = d
        return access_token

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
