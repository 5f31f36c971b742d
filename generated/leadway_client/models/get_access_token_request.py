from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.get_access_token_request_grant_type import GetAccessTokenRequestGrantType
from ..models.get_access_token_request_user_type import GetAccessTokenRequestUserType
from ..types import UNSET, Unset

T = TypeVar("T", bound="GetAccessTokenRequest")


@_attrs_define
class GetAccessTokenRequest:
    """A code or a refresh token, and the app that it was issued to.

    Attributes:
        client_id (str): The id of the app. Example: 6578278e879ad2646715ba9c-m1abc2de.
        client_secret (str): The secret of the app. Example: made-up-secret.
        grant_type (GetAccessTokenRequestGrantType): What is exchanged; what `client_credentials` needs and brings is
            unknown. Example: refresh_token.
        code (str | Unset): The authorization code, for the grant type of that name. Example: ve9EPM428h8vShlRW1KT.1.
        refresh_token (str | Unset): The refresh token, for the grant type of that name. Example: made-up-refresh-token.
        user_type (GetAccessTokenRequestUserType | Unset): Whether the token is to be that of a sub-account or an
            agency. Example: Location.
        redirect_uri (str | Unset): Where the code was sent. Example: https://myapp.example/oauth/callback.
    """

    client_id: str
    client_secret: str
    grant_type: GetAccessTokenRequestGrantType
    code: str | Unset = UNSET
    refresh_token: str | Unset = UNSET
    user_type: GetAccessTokenRequestUserType | Unset = UNSET
    redirect_uri: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        client_id = self.client_id

        client_secret = self.client_secret

        grant_type = self.grant_type.value

        code = self.code

        refresh_token = self.refresh_token

        user_type: str | Unset = UNSET
        if not isinstance(self.user_type, Unset):
            user_type = self.user_type.value

        redirect_uri = self.redirect_uri

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "client_id": client_id,
                "client_secret": client_secret,
                "grant_type": grant_type,
            }
        )
        if code is not UNSET:
            field_dict["code"] = code
        if refresh_token is not UNSET:
            field_dict["refresh_token"] = refresh_token
        if user_type is not UNSET:
            field_dict["user_type"] = user_type
        if redirect_uri is not UNSET:
            field_dict["redirect_uri"] = redirect_uri

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        client_id = d.pop("client_id")

        client_secret = d.pop("client_secret")

        grant_type = GetAccessTokenRequestGrantType(d.pop("grant_type"))

        code = d.pop("code", UNSET)

        refresh_token = d.pop("refresh_token", UNSET)

        _user_type = d.pop("user_type", UNSET)
        user_type: GetAccessTokenRequestUserType | Unset
        if isinstance(_user_type, Unset):
            user_type = UNSET
        else:
            user_type = GetAccessTokenRequestUserType(_user_type)

        redirect_uri = d.pop("redirect_uri", UNSET)

        get_access_token_request = cls(
            client_id=client_id,
            client_secret=client_secret,
            grant_type=grant_type,
            code=code,
            refresh_token=refresh_token,
            user_type=user_type,
            redirect_uri=redirect_uri,
        )

        return get_access_token_request
