"""One call of the execute endpoint, and its outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leadway.errors import InvalidRequestError, LeadwayError
from leadway_client.models import Attachment, ExecuteAgentRequest, InputVariables
from leadway_client.types import UNSET

_PATH_DELIMITERS: Final = "/?#"
_ID_RULE: Final = "The agent id must be a word such as p1q2r3s4t5u6v7w8x9y0z1a2"


@dataclass(frozen=True, slots=True)
class Call:
    """One message to one agent."""

    agent_id: str
    body: ExecuteAgentRequest
    deprecated: bool = False
    """Whether to use the deprecated path."""


@dataclass(frozen=True, slots=True)
class HTTPResponse:
    """HTTP response with the token masked, without cookies."""

    status: int
    """HTTP status code."""

    body: bytes = b""
    """Decoded body."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers by name in lower case."""

    path: str = ""
    """Path of the request."""

    seconds: float = 0.0
    """Time from the start of the request to the end of the body."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call without a complete response."""

    error: type[LeadwayError]
    reason: str
    retry_safe: bool = False
    """Whether the message was certainly not processed."""

    path: str = ""
    seconds: float = 0.0


Outcome = HTTPResponse | Failure


def image(url: str) -> Attachment:
    """Return an image as an attachment; the platform fetches it from `url`."""
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
    """Return the generated model of a request body; empty fields are left out.

    Raises `InvalidRequestError` if an attachment is not an `Attachment`.
    """
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
            raise InvalidRequestError(f"An attachment must be created by image(url), not {each!r}")
    return list(attachments)


def checked_agent_id(agent_id: str) -> str:
    """Return the id of an agent unchanged.

    Raises `InvalidRequestError` if it cannot be one segment of a path. The format of ids is not
    documented, so nothing else is checked.
    """
    is_text = isinstance(agent_id, str)
    if not is_text or not agent_id or agent_id in {".", ".."} or not agent_id.isprintable():
        raise InvalidRequestError(f"{_ID_RULE}, not {agent_id!r}")
    delimiter = next((each for each in agent_id if each in _PATH_DELIMITERS), None)
    if delimiter:
        raise InvalidRequestError(
            f"{_ID_RULE}, not {agent_id!r}, which contains {delimiter!r}; use the id only, not the"
            " URL of a page."
        )
    return agent_id
