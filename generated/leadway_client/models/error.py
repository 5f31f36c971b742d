from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Error")


@_attrs_define
class Error:
    """Every error. `message` is one text, or a list of them when several things are wrong with the body.
    `statusCode` repeats the status and may be absent, as may `error` and `traceId`.

        Attributes:
            message (list[str] | str): What is wrong, as one text or as a list with one text for each violation. Example:
                Agent not found.
            status_code (int | Unset): The HTTP status once more. Example: 404.
            error (str | Unset): The name of the status. Example: Unprocessable Entity.
            trace_id (str | Unset): What to quote to the vendor's support. Example: 7e9c1d5a-3b2f-4c68-9a41-0d8e6f2b7c13.
    """

    message: list[str] | str
    status_code: int | Unset = UNSET
    error: str | Unset = UNSET
    trace_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        message: list[str] | str
        if isinstance(self.message, list):
            message = self.message

        else:
            message = self.message

        status_code = self.status_code

        error = self.error

        trace_id = self.trace_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "message": message,
            }
        )
        if status_code is not UNSET:
            field_dict["statusCode"] = status_code
        if error is not UNSET:
            field_dict["error"] = error
        if trace_id is not UNSET:
            field_dict["traceId"] = trace_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_message(data: object) -> list[str] | str:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                message_type_1 = cast(list[str], data)

                return message_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | str, data)

        message = _parse_message(d.pop("message"))

        status_code = d.pop("statusCode", UNSET)

        error = d.pop("error", UNSET)

        trace_id = d.pop("traceId", UNSET)

        error = cls(
            message=message,
            status_code=status_code,
            error=error,
            trace_id=trace_id,
        )

        error.additional_properties = d
        return error

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
