from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.generated_media import GeneratedMedia


T = TypeVar("T", bound="ExecuteManagedAgentResponse")


@_attrs_define
class ExecuteManagedAgentResponse:
    """The managed agent's reply, and the session to continue.

    Attributes:
        success (bool): Whether the run succeeded. Only `true` is documented. Example: True.
        agent_id (str): The managed agent that ran. Example: 027ee957-ae94-40ad-89a3-b25c985f729b.
        session_id (str): The session. Send it with the next message to continue the conversation. Example:
            a1b2c3d4-e5f6-7890-abcd-ef1234567890.
        final_text (str): What the agent says. This is the text to show. Example: Here are today's new contacts….
        tools_fired (list[str]): The names of the tools that the agent used. Example: ['web_search'].
        generated_media (list[GeneratedMedia] | Unset): What the agent generated beside its text; absent where it
            generated nothing. Example: [{'type': 'image', 'url': 'https://storage.googleapis.com/example/generated-
            image.png', 'mimeType': 'image/png', 'toolName': 'generate_image', 'toolCallId': 'tool_call_abc123'}].
    """

    success: bool
    agent_id: str
    session_id: str
    final_text: str
    tools_fired: list[str]
    generated_media: list[GeneratedMedia] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        success = self.success

        agent_id = self.agent_id

        session_id = self.session_id

        final_text = self.final_text

        tools_fired = self.tools_fired

        generated_media: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.generated_media, Unset):
            generated_media = []
            for generated_media_item_data in self.generated_media:
                generated_media_item = generated_media_item_data.to_dict()
                generated_media.append(generated_media_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "success": success,
                "agentId": agent_id,
                "sessionId": session_id,
                "finalText": final_text,
                "toolsFired": tools_fired,
            }
        )
        if generated_media is not UNSET:
            field_dict["generatedMedia"] = generated_media

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.generated_media import GeneratedMedia  # noqa: PLC0415

        d = dict(src_dict)
        success = d.pop("success")

        agent_id = d.pop("agentId")

        session_id = d.pop("sessionId")

        final_text = d.pop("finalText")

        tools_fired = cast(list[str], d.pop("toolsFired"))

        _generated_media = d.pop("generatedMedia", UNSET)
        generated_media: list[GeneratedMedia] | Unset = UNSET
        if _generated_media is not UNSET:
            generated_media = []
            for generated_media_item_data in _generated_media:
                generated_media_item = GeneratedMedia.from_dict(generated_media_item_data)

                generated_media.append(generated_media_item)

        execute_managed_agent_response = cls(
            success=success,
            agent_id=agent_id,
            session_id=session_id,
            final_text=final_text,
            tools_fired=tools_fired,
            generated_media=generated_media,
        )

        execute_managed_agent_response.additional_properties = d
        return execute_managed_agent_response

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
