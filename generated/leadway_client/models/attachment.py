from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Attachment")


@_attrs_define
class Attachment:
    """Something that comes with a message. Only images have ever been shown.

    Attributes:
        type_ (str): The kind of attachment. `image` is the only one known. Example: image.
        image_url (str): Where the platform can fetch the image. Example: https://example.com/image.png.
    """

    type_: str
    image_url: str

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        image_url = self.image_url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "type": type_,
                "imageUrl": image_url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = d.pop("type")

        image_url = d.pop("imageUrl")

        attachment = cls(
            type_=type_,
            image_url=image_url,
        )

        return attachment
