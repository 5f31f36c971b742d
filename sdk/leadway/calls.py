"""One message on its way: to which agent, with what, by which of the two paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leadway.errors import InvalidRequestError
from leadway_client.models import Attachment, ExecuteAgentRequest, InputVariables
from leadway_client.types import UNSET

_ENDS: Final = "/?#"
"""What ends a part of a path."""

_AN_ID: Final = "An id is a word such as p1q2r3s4t5u6v7w8x9y0z1a2"


@dataclass(frozen=True, slots=True)
class Call:
    """One message to one agent."""

    agent_id: str
    body: ExecuteAgentRequest
    deprecated: bool = False
    """Whether it takes the deprecated path."""


def image(url: str) -> Attachment:
    """Return an image as an attachment; `url` is where the platform can fetch it."""
    return Attachment(type_="image", image_url=url)


def request_body(  # noqa: PLR0913 - the fields of the contract
    message: str,
    location_id: str,
    *,
    execution_id: str | None = None,
    input_variables: Mapping[str, Any] | None = None,
    version_id: str | None = None,
    attachments: Sequence[Attachment] = (),
    contact_id: str | None = None,
) -> ExecuteAgentRequest:
    """Return the generated model of a request; what is empty is left out."""
    body = ExecuteAgentRequest(message, location_id)
    body.execution_id = execution_id or UNSET
    body.input_variables = InputVariables.from_dict(input_variables) if input_variables else UNSET
    body.version_id = version_id or UNSET
    body.attachments = _checked_attachments(attachments) or UNSET
    body.contact_id = contact_id or UNSET
    return body


def _checked_attachments(attachments: Sequence[Attachment]) -> list[Attachment]:
    for each in attachments:
        if not isinstance(each, Attachment):
            raise InvalidRequestError(f"An attachment is made by image(url), and not {each!r}")
    return list(attachments)


def checked_agent_id(agent_id: str) -> str:
    """Return the id of an agent as it is.

    Raises `InvalidRequestError` for one that cannot be a part of a path. No rule for ids is
    documented, so nothing else is asked of one.
    """
    is_text = isinstance(agent_id, str)
    if not is_text or not agent_id or agent_id in {".", ".."} or not agent_id.isprintable():
        raise InvalidRequestError(f"{agent_id!r} is no agent's id. {_AN_ID}.")
    end = next((each for each in agent_id if each in _ENDS), None)
    if end:
        told = f"{agent_id!r} is no agent's id: it has a '{end}' in it"
        raise InvalidRequestError(f"{told}. {_AN_ID}, and not the address that it is part of.")
    return agent_id
