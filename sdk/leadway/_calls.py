"""One call of an operation, and its outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from leadway._arguments import check_names, check_type, checks_arguments
from leadway._tokens import Secret
from leadway.errors import InvalidRequestError, LeadwayError

# The generated models import httpx, which takes most of the time of an import, so functions import
# them when they are needed.
if TYPE_CHECKING:
    from leadway_client.models import Attachment, ExecuteAgentRequest

_FIELD_TYPES: Final[Mapping[str, tuple[type, str]]] = {
    "attachments": (Sequence, "a list such as [image(url)]"),
    "input_variables": (Mapping, "a dictionary of names and values"),
    "extra_variables": (Mapping, "a dictionary of names and values"),
    "restart_expired": (bool, "True or False"),
}
"""Type of each field of a message that is not a string, and its name in errors."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation of the contract."""

    operation: str
    """Its module below `leadway_client.api`, such as `agents.execute_agent`."""

    arguments: Mapping[str, Any]
    """Arguments of the generated function for it, without those that the settings have."""

    parse: Callable[[HTTPResponse], Any]
    """Function that parses a successful response; raises `InvalidResponseError`."""

    method: str = "POST"
    idempotency_key: str | None = None
    """Key with which it may be sent again whatever happened; `None` where it has none."""

    token: Secret | None = None
    """Token of a provider for this call; `None` means the one of the settings."""

    take_secrets: Callable[[bytes], bytes] | None = None
    """Function that takes the tokens out of the body of a success; returns a body without them."""


@checks_arguments
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

    hint: str = ""
    path: str = ""
    seconds: float = 0.0


Outcome = HTTPResponse | Failure


@checks_arguments
def image(url: str) -> Attachment:
    """Return an image as an attachment; the platform fetches it from `url`.

    Raises:
        InvalidRequestError: it is not a URL.
    """
    if not str(url).lower().startswith(("http://", "https://")):
        raise InvalidRequestError(f"An image must be a URL such as https://…/a.png, not {url!r}.")
    from leadway_client.models import Attachment  # noqa: PLC0415 - see above

    return Attachment(type_="image", image_url=url)


def check_fields(
    fields: Mapping[str, Any],
    known: Collection[str] = (),
    types: Mapping[str, tuple[Any, str]] = _FIELD_TYPES,
) -> None:
    """Check fields; `None` means not given, and one without an entry in `types` is a string.

    Raises `InvalidRequestError` for a field that is not `known`, or has another type.
    """
    if known:
        check_names(fields, known, InvalidRequestError)
    for name, value in fields.items():
        kind, expected = types.get(name, (str, "a string"))
        check_type(name, value, (kind, NoneType), expected, InvalidRequestError)


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

    Raises `InvalidRequestError` for a wrong message or attachment.
    """
    from leadway_client.models import Attachment, ExecuteAgentRequest, InputVariables  # noqa: PLC0415 - see above
    from leadway_client.types import UNSET  # noqa: PLC0415 - the same

    check_type("message", message, str, "a string", InvalidRequestError)
    for each in attachments:
        if not isinstance(each, Attachment):
            raise InvalidRequestError(f"An attachment must be created by image(url), not {each!r}")
    body = ExecuteAgentRequest(message, location_id)
    body.execution_id = execution_id or UNSET
    body.input_variables = InputVariables.from_dict(input_variables) if input_variables else UNSET
    body.version_id = version_id or UNSET
    body.attachments = list(attachments) or UNSET
    body.contact_id = contact_id or UNSET
    return body


def checked_id(value: str, kind: str = "agent") -> str:
    """Return an id unchanged.

    Raises `InvalidRequestError` if it cannot be one segment of a path. The format of ids is not
    documented, so nothing else is checked.
    """
    rule = f"The {kind} id must be a word such as p1q2r3s4t5u6v7w8x9y0z1a2"
    is_text = isinstance(value, str)
    if not is_text or value in {"", ".", ".."} or not value.isprintable():
        raise InvalidRequestError(f"{rule}, not {value!r}")
    delimiter = next((each for each in value if each in "/?#"), None)
    if delimiter:
        raise InvalidRequestError(
            f"{rule}, not {value!r}, which contains {delimiter!r}; use the id only, not the"
            " URL of a page."
        )
    return value
