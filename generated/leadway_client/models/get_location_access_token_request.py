from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="GetLocationAccessTokenRequest")


@_attrs_define
class GetLocationAccessTokenRequest:
    """The sub-account that the token is to be for.

    Attributes:
        company_id (str): The agency. Example: madeUpCompany0000000.
        location_id (str): The sub-account. Example: ve9EPM428h8vShlRW1KT.
    """

    company_id: str
    location_id: str

    def to_dict(self) -> dict[str, Any]:
        company_id = self.company_id

        location_id = self.location_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "companyId": company_id,
                "locationId": location_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        company_id = d.pop("companyId")

        location_id = d.pop("locationId")

        get_location_access_token_request = cls(
            company_id=company_id,
            location_id=location_id,
        )

        return get_location_access_token_request
