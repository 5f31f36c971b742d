"""Managed agents, and conversations with them, in which each turn has an idempotency key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypedDict
from uuid import uuid4

from typing_extensions import Unpack

from leadway._agents import AgentBase, ConversationBase
from leadway._arguments import check_type, checks_arguments
from leadway._calls import Call, HTTPResponse, check_fields
from leadway._responses import build, parse_object, with_defaults
from leadway._sender import SendOptions, Steps, send_with_retries
from leadway.errors import InvalidRequestError

if TYPE_CHECKING:  # Modules that `import leadway` does not import, since they take long.
    from leadway._transport import AsyncTransport, Transport
    from leadway_client.models import (
        ExecuteManagedAgentRequest,
        ExecuteManagedAgentResponse,
        GeneratedMedia,
    )

MAX_KEY_CHARS: Final = 128
"""Documented limit of an idempotency key."""

_REPLY_DEFAULTS: Final[Mapping[str, Any]] = {
    "success": True,
    "agentId": "",
    "toolsFired": [],
    "generatedMedia": [],
}
_AGENT: Final[Mapping[str, tuple[str, Any]]] = {
    "id": ("id", ""),
    "name": ("name", ""),
    "description": ("description", ""),
    "location_id": ("locationId", ""),
    "published_version_id": ("publishedVersionId", ""),
    "tools": ("tools", []),
    "knowledge_base_ids": ("knowledgeBaseIds", []),
}


class ManagedFields(TypedDict, total=False):
    """Optional fields of a message to a managed agent."""

    session_id: str | None
    """Session to continue; without it, a new one begins."""

    contact_id: str | None
    """Contact who sends the message."""

    extra_variables: Mapping[str, Any] | None
    """Values for the agent, by name; some names are reserved."""

    idempotency_key: str | None
    """Key of the turn, 1 to 128 characters; without it, a new UUID."""


class ManagedConversationFields(TypedDict, total=False):
    """Optional fields of a conversation with a managed agent."""

    contact_id: str | None
    """Contact who sends the messages."""

    extra_variables: Mapping[str, Any] | None
    """Values for the agent, by name. A conversation sends them each time."""

    restart_expired: bool
    """Whether to send a message in a new session if the session has expired."""


@checks_arguments
@dataclass(frozen=True, slots=True)
class ManagedReply:
    """Reply of a managed agent to one message."""

    model: ExecuteManagedAgentResponse = field(repr=False)
    """The generated model, with defaults for missing fields."""

    raw: Mapping[str, Any] = field(repr=False)
    """The JSON object as received."""

    http_response: HTTPResponse = field(repr=False)
    """Status, headers, body and duration."""

    text: str = ""
    """Text of the agent: `finalText` in the contract."""

    session_id: str = ""
    """Id of the session."""

    @property
    def success(self) -> bool:
        """Whether the run succeeded; only true is documented."""
        return self.model.success

    @property
    def tools_fired(self) -> list[str]:
        """Names of the tools that the agent used."""
        return self.model.tools_fired

    @property
    def generated_media(self) -> list[GeneratedMedia]:
        """Files that the agent generated; empty if there are none."""
        return self.model.generated_media or []


@checks_arguments
@dataclass(frozen=True, slots=True)
class ManagedAgentDetails:
    """A published managed agent. What the service did not send is empty or `None`."""

    id: str
    name: str
    description: str
    location_id: str
    published_version_id: str
    published_at: str | None = None
    """When it was published, as the service writes it."""

    model: str | None = None
    """The language model."""

    tools: tuple[str, ...] = ()
    knowledge_base_ids: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The JSON object as received, with `plugins`."""


@checks_arguments
@dataclass(frozen=True, slots=True)
class ManagedAgentPage:
    """One page of the published managed agents of a location."""

    agents: tuple[ManagedAgentDetails, ...]
    total: int
    """Number of agents on all pages."""

    skip: int
    limit: int
    has_more: bool
    """Whether there are more after this page."""


class _ManagedAgentBase(AgentBase):
    """Part of a managed agent that sync and async ones share; does no I/O."""

    def _steps(self, message: str, fields: ManagedFields) -> Steps[ManagedReply]:
        check_fields(fields, ManagedFields.__annotations__)
        key = fields.get("idempotency_key")
        if key is None:
            key = str(uuid4())
        is_header_text = key.isascii() and key.isprintable() and key.strip() == key
        if not (0 < len(key) <= MAX_KEY_CHARS and is_header_text):
            raise InvalidRequestError(
                f"`idempotency_key` must have 1 to {MAX_KEY_CHARS} ASCII characters, not {key!r}."
            )
        arguments = {
            "managed_agent_id": self.id,
            "body": _request_body(message, self._options.location_id, fields),
            "idempotency_key": key,
        }
        call = Call(
            "managed_agents.execute_managed_agent",
            arguments,
            parse_managed_reply,
            idempotency_key=key,
        )
        return send_with_retries(call, self._options)

    def _get_steps(self) -> Steps[ManagedAgentDetails]:
        arguments = {"managed_agent_id": self.id, "location_id": self._options.location_id}
        call = Call("managed_agents.get_managed_agent", arguments, _parse_agent, "GET")
        return send_with_retries(call, self._options)


@checks_arguments
class ManagedAgent(_ManagedAgentBase):
    """A managed agent, created by `Leadway.managed_agent` without a request."""

    _transport: Transport

    def conversation(
        self, session_id: str | None = None, **fields: Unpack[ManagedConversationFields]
    ) -> ManagedConversation:
        """Return a new conversation, or one that resumes a session. Sends no request.

        Args:
            session_id: session to resume, from an earlier conversation of any process.
            **fields: see `ManagedConversationFields`.

        Raises:
            InvalidRequestError: a field is unknown, or has the wrong type.
        """
        return ManagedConversation(self.id, self._steps, self._transport, session_id, fields)

    def execute(self, message: str, **fields: Unpack[ManagedFields]) -> ManagedReply:
        """Send a single message, and return the agent's reply.

        After a lost response or a server error it is sent again with the same key, which is safe:
        the agent processes it once.

        Args:
            message: text of the user.
            **fields: see `ManagedFields`.

        Raises:
            LeadwayError: there is no reply; the class says why, and `idempotency_key` is the key
                to send the same message again with.
        """
        return self._transport.run(self._steps(message, fields))

    def get(self) -> ManagedAgentDetails:
        """Return the published agent.

        Raises:
            AgentNotFoundError: it is unknown, unpublished, or in another location.
            LeadwayError: there is no other response either; the class says why.
        """
        return self._transport.run(self._get_steps())


@checks_arguments
class AsyncManagedAgent(_ManagedAgentBase):
    """A managed agent, created by `AsyncLeadway.managed_agent` without a request."""

    _transport: AsyncTransport

    def conversation(
        self, session_id: str | None = None, **fields: Unpack[ManagedConversationFields]
    ) -> AsyncManagedConversation:
        """Return a new conversation, or one that resumes a session; see `ManagedAgent`."""
        return AsyncManagedConversation(self.id, self._steps, self._transport, session_id, fields)

    async def execute(self, message: str, **fields: Unpack[ManagedFields]) -> ManagedReply:
        """Send a single message, and return the agent's reply; see `ManagedAgent.execute`."""
        return await self._transport.run(self._steps(message, fields))

    async def get(self) -> ManagedAgentDetails:
        """Return the published agent; see `ManagedAgent.get`."""
        return await self._transport.run(self._get_steps())


class BaseManagedConversation(ConversationBase[ManagedReply]):
    """Part of a conversation that sync and async ones share; does no I/O."""

    _SESSION = "session_id"
    _VARIABLES = "extra_variables"
    _FIELDS = ManagedConversationFields.__annotations__

    @property
    def session_id(self) -> str | None:
        """Id of the session, the only state; `None` before the first reply."""
        return self._session


@checks_arguments
class ManagedConversation(BaseManagedConversation):
    """Conversation with one managed agent, created by `ManagedAgent.conversation`."""

    _transport: Transport

    def send(
        self,
        message: str,
        *,
        extra_variables: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> ManagedReply:
        """Send a message, and return the agent's reply; it is processed once, however often sent.

        Args:
            message: text of the user.
            extra_variables: values for this message; they override those of the conversation.
            idempotency_key: key of the turn; to retry after an error, that error's
                `idempotency_key`. Without it, a new one.

        Raises:
            ConversationBusyError: the previous message has no response yet.
            LeadwayError: there is no reply; the class says why.
        """
        fields = {"extra_variables": extra_variables, "idempotency_key": idempotency_key}
        with self._exclusive():
            return self._transport.run(self._turn_steps(message, fields))


@checks_arguments
class AsyncManagedConversation(BaseManagedConversation):
    """Conversation with one managed agent, created by `AsyncManagedAgent.conversation`."""

    _transport: AsyncTransport

    async def send(
        self,
        message: str,
        *,
        extra_variables: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> ManagedReply:
        """Send a message, and return the agent's reply; see `ManagedConversation.send`."""
        fields = {"extra_variables": extra_variables, "idempotency_key": idempotency_key}
        with self._exclusive():
            return await self._transport.run(self._turn_steps(message, fields))


def list_steps(
    options: SendOptions, query: str | None, *, skip: int, limit: int
) -> Steps[ManagedAgentPage]:
    """Return the steps that list managed agents. Raises `InvalidRequestError`."""
    from leadway_client.types import UNSET  # noqa: PLC0415 - as in `_calls`

    check_fields({"query": query})
    for name, value in (("skip", skip), ("limit", limit)):
        check_type(name, value, int, "a whole number", InvalidRequestError)
    arguments = {
        "location_id": options.location_id,
        "query": query or UNSET,
        "skip": skip,
        "limit": limit,
    }
    return send_with_retries(
        Call("managed_agents.list_managed_agents", arguments, _parse_page, "GET"), options
    )


def parse_managed_reply(response: HTTPResponse) -> ManagedReply:
    """Return the reply in a successful response; raises `InvalidResponseError`."""
    from leadway_client.models import ExecuteManagedAgentResponse  # noqa: PLC0415 - as in `_calls`

    raw = parse_object(response, {"finalText": str, "sessionId": str})
    fields = with_defaults(raw, _REPLY_DEFAULTS, response)
    fields["toolsFired"] = [each for each in fields["toolsFired"] if isinstance(each, str)]
    fields["generatedMedia"] = [each for each in fields["generatedMedia"] if isinstance(each, dict)]
    model = ExecuteManagedAgentResponse.from_dict(fields)
    return ManagedReply(model, raw, response, model.final_text, model.session_id)


def _parse_page(response: HTTPResponse) -> ManagedAgentPage:
    raw = parse_object(response, {"agents": list})
    agents = tuple(_agent(each, response) for each in raw["agents"] if isinstance(each, dict))
    defaults = {"total": len(agents), "skip": 0, "limit": len(agents), "hasMore": False}
    fields = with_defaults(raw, defaults, response)
    return ManagedAgentPage(
        agents, fields["total"], fields["skip"], fields["limit"], fields["hasMore"]
    )


def _parse_agent(response: HTTPResponse) -> ManagedAgentDetails:
    return _agent(parse_object(response, {"id": str}), response)


def _agent(raw: Mapping[str, Any], response: HTTPResponse) -> ManagedAgentDetails:
    others = {"published_at": raw.get("publishedAt"), "model": raw.get("model")}
    return build(ManagedAgentDetails, raw, response, _AGENT, **others)


def _request_body(
    message: str, location_id: str, fields: ManagedFields
) -> ExecuteManagedAgentRequest:
    from leadway_client.models import ExecuteManagedAgentRequest, ExtraVariables  # noqa: PLC0415 - as in `_calls`
    from leadway_client.types import UNSET  # noqa: PLC0415 - the same

    check_type("message", message, str, "a string", InvalidRequestError)
    variables = fields.get("extra_variables")
    body = ExecuteManagedAgentRequest(message, location_id)
    body.session_id = fields.get("session_id") or UNSET
    body.contact_id = fields.get("contact_id") or UNSET
    body.extra_variables = ExtraVariables.from_dict(variables) if variables else UNSET
    return body
