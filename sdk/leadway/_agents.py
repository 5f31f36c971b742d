"""Agents, and conversations with them."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypedDict

from typing_extensions import TypeVar, Unpack, deprecated

from leadway._agent_versions import (
    AgentDetails,
    AgentFields,
    delete_steps,
    get_steps,
    update_steps,
)
from leadway._arguments import checks_arguments
from leadway._calls import check_fields, checked_id, request_body
from leadway._observers import logger
from leadway._responses import Reply, execute_call
from leadway._sender import SendOptions, Steps, send_with_retries
from leadway.errors import ConversationBusyError, SessionNotFoundError, printable

if TYPE_CHECKING:  # Modules that `import leadway` does not import, since they take long.
    from leadway._transport import AsyncTransport, Transport
    from leadway_client.models import Attachment


R = TypeVar("R", default=Reply)
"""Kind of reply."""

_USE_EXECUTE = "Use execute(): the vendor has deprecated this path."


class _CommonFields(TypedDict, total=False):
    input_variables: Mapping[str, Any] | None
    """Values for the agent's input variables, by name. A conversation sends them each time."""

    version_id: str | None
    """Published version to run; without it, the latest."""

    contact_id: str | None
    """Contact who sends the message."""


class MessageFields(_CommonFields, total=False):
    """Optional fields of a message."""

    execution_id: str | None
    """Session to continue; without it, a new one begins."""

    attachments: Sequence[Attachment]
    """Attachments such as `image("https://…")`."""


class ConversationFields(_CommonFields, total=False):
    """Optional fields of a conversation."""

    restart_expired: bool
    """Whether to send a message in a new session if the session has expired."""


@checks_arguments
class AgentBase:
    """Part that all kinds of agents share; does no I/O."""

    def __init__(
        self,
        agent_id: str,
        options: SendOptions,
        transport: Any,  # noqa: ANN401 - the subclass has the type
    ) -> None:
        self.id: str = checked_id(agent_id)
        self._options = options
        self._transport = transport

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"


class _ExecutableAgent(AgentBase):
    """Part of an agent that sync and async ones share; does no I/O."""

    def _steps(
        self, message: str, fields: MessageFields, *, deprecated_path: bool = False
    ) -> Steps[Reply]:
        if deprecated_path:  # `@deprecated` is for type checkers: to warn, it would import asyncio.
            warnings.warn(_USE_EXECUTE, DeprecationWarning, stacklevel=4)
        check_fields(fields, MessageFields.__annotations__)
        body = request_body(message, self._options.location_id, **fields)
        call = execute_call(self.id, body, deprecated_path=deprecated_path)
        return send_with_retries(call, self._options)


@checks_arguments
class Agent(_ExecutableAgent):
    """An agent, created by `Leadway.agent` without a request."""

    _transport: Transport

    def conversation(
        self, execution_id: str | None = None, **fields: Unpack[ConversationFields]
    ) -> Conversation:
        """Return a new conversation, or one that resumes a session. Sends no request.

        Args:
            execution_id: session to resume, from an earlier conversation of any process.
            **fields: see `ConversationFields`.

        Raises:
            InvalidRequestError: a field is unknown, or has the wrong type.
        """
        return Conversation(self.id, self._steps, self._transport, execution_id, fields)

    def execute(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message, and return the agent's reply.

        Args:
            message: text of the user.
            **fields: see `MessageFields`.

        Raises:
            LeadwayError: there is no reply; the class says why.
        """
        return self._transport.run(self._steps(message, fields))

    @deprecated("Use execute(): the vendor has deprecated this path.", category=None)
    def execute_deprecated(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message by the deprecated path; see `execute`."""
        return self._transport.run(self._steps(message, fields, deprecated_path=True))

    def get(self) -> AgentDetails:
        """Return the agent with all its versions, their nodes and edges included.

        Raises:
            AgentNotFoundError: it is unknown, not active, or in another location.
            LeadwayError: there is no other response either; the class says why.
        """
        return self._transport.run(get_steps(self.id, self._options))

    @deprecated("Use get(): the vendor has deprecated this path.", category=None)
    def get_deprecated(self) -> AgentDetails:
        """Return the agent by the deprecated path; see `get`."""
        return self._transport.run(get_steps(self.id, self._options, deprecated_path=True))

    def update(self, **fields: Unpack[AgentFields]) -> AgentDetails:
        """Change the agent's name, description or status; return it without its versions.

        Args:
            **fields: see `AgentFields`.

        Raises:
            LeadwayError: it was not changed, or that is not known; the class says why.
        """
        return self._transport.run(update_steps(self.id, self._options, fields))

    def delete(self) -> None:
        """Delete the agent with all its versions.

        Raises:
            AgentNotFoundError: it is unknown, or in another location. After a lost response, a
                second call raises this, too.
            LeadwayError: it was not deleted, or that is not known; the class says why.
        """
        self._transport.run(delete_steps(self.id, self._options))


@checks_arguments
class AsyncAgent(_ExecutableAgent):
    """An agent, created by `AsyncLeadway.agent` without a request."""

    _transport: AsyncTransport

    def conversation(
        self, execution_id: str | None = None, **fields: Unpack[ConversationFields]
    ) -> AsyncConversation:
        """Return a new conversation, or one that resumes a session; see `Agent.conversation`."""
        return AsyncConversation(self.id, self._steps, self._transport, execution_id, fields)

    async def execute(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message, and return the agent's reply; see `Agent.execute`."""
        return await self._transport.run(self._steps(message, fields))

    @deprecated("Use execute(): the vendor has deprecated this path.", category=None)
    async def execute_deprecated(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message by the deprecated path; see `Agent.execute`."""
        return await self._transport.run(self._steps(message, fields, deprecated_path=True))

    async def get(self) -> AgentDetails:
        """Return the agent with all its versions; see `Agent.get`."""
        return await self._transport.run(get_steps(self.id, self._options))

    @deprecated("Use get(): the vendor has deprecated this path.", category=None)
    async def get_deprecated(self) -> AgentDetails:
        """Return the agent by the deprecated path; see `Agent.get`."""
        return await self._transport.run(get_steps(self.id, self._options, deprecated_path=True))

    async def update(self, **fields: Unpack[AgentFields]) -> AgentDetails:
        """Change the agent; see `Agent.update`."""
        return await self._transport.run(update_steps(self.id, self._options, fields))

    async def delete(self) -> None:
        """Delete the agent; see `Agent.delete`."""
        await self._transport.run(delete_steps(self.id, self._options))


@checks_arguments
@dataclass(frozen=True, slots=True)
class Turn(Generic[R]):
    """One message and its reply."""

    message: str
    """Text of the user."""

    reply: R
    """Reply of the agent."""


@checks_arguments
class ConversationBase(Generic[R]):
    """Part that the conversations with all kinds of agents share; does no I/O."""

    _SESSION: ClassVar[str]
    """Name of the session's id."""

    _VARIABLES: ClassVar[str]
    """Name of the variables, of which a message's override those of the conversation."""

    _FIELDS: ClassVar[Collection[str]]
    """Names of the optional fields of a conversation."""

    def __init__(
        self,
        agent_id: str,
        steps: Callable[[str, Any], Steps[R]],
        transport: Any,  # noqa: ANN401 - the subclass has the type
        session: str | None,
        fields: Mapping[str, Any],
    ) -> None:
        check_fields({self._SESSION: session})
        check_fields(fields, [self._SESSION, *self._FIELDS])
        self._agent_id = agent_id
        self._message_steps = steps
        self._transport = transport
        self._session = session or None
        self._fields = fields
        self._history: list[Turn[R]] = []
        self._restarts = 0
        self._busy = threading.Lock()

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}(agent_id={self._agent_id!r}, {self._SESSION}={self._session!r})"

    @property
    def agent_id(self) -> str:
        """Id of the agent."""
        return self._agent_id

    @property
    def history(self) -> tuple[Turn[R], ...]:
        """Turns of this object, oldest first; the service does not return earlier ones."""
        return tuple(self._history)

    @property
    def restarts(self) -> int:
        """Number of expired sessions that were replaced by a new one."""
        return self._restarts

    @contextmanager
    def _exclusive(self) -> Generator[None]:
        """Allow one message at a time; raises `ConversationBusyError`."""
        if not self._busy.acquire(blocking=False):
            raise ConversationBusyError("The previous message has no response yet.")
        try:
            yield
        finally:
            self._busy.release()

    def _turn_steps(self, message: str, fields: Mapping[str, Any]) -> Steps[R]:
        """Send a message in the session, or in a new one if it has expired."""
        check_fields(fields)
        own, given = (each.get(self._VARIABLES) or {} for each in (self._fields, fields))
        sent = {**self._fields, **fields, self._VARIABLES: {**own, **given}}
        restart_expired = sent.pop("restart_expired", False)
        try:
            in_session = {**sent, self._SESSION: self._session}
            reply = yield from self._message_steps(message, in_session)
        except SessionNotFoundError:
            if not (restart_expired and self._session):
                raise
            logger.warning("session %s has expired; a new one begins", printable(self._session))
            self._session = None
            self._restarts += 1
            # In a new session it is another request, which needs another key.
            sent.pop("idempotency_key", None)
            reply = yield from self._message_steps(message, sent)
        self._session = getattr(reply, self._SESSION)
        self._history.append(Turn(message, reply))
        return reply


class BaseConversation(ConversationBase[Reply]):
    """Part of a conversation that sync and async ones share; does no I/O."""

    _SESSION = "execution_id"
    _VARIABLES = "input_variables"
    _FIELDS = ConversationFields.__annotations__

    @property
    def execution_id(self) -> str | None:
        """Id of the session, the only state; `None` before the first reply."""
        return self._session


@checks_arguments
class Conversation(BaseConversation):
    """Conversation with one agent, created by `Agent.conversation`."""

    _transport: Transport

    def send(
        self,
        message: str,
        *,
        attachments: Sequence[Attachment] = (),
        input_variables: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Send a message, and return the agent's reply.

        Args:
            message: text of the user.
            attachments: attachments such as `image("https://…")`.
            input_variables: values for this message; they override those of the conversation.

        Raises:
            ConversationBusyError: the previous message has no response yet.
            LeadwayError: there is no reply; the class says why.
        """
        fields = {"attachments": attachments, "input_variables": input_variables}
        with self._exclusive():
            return self._transport.run(self._turn_steps(message, fields))


@checks_arguments
class AsyncConversation(BaseConversation):
    """Conversation with one agent, created by `AsyncAgent.conversation`."""

    _transport: AsyncTransport

    async def send(
        self,
        message: str,
        *,
        attachments: Sequence[Attachment] = (),
        input_variables: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Send a message, and return the agent's reply; see `Conversation.send`."""
        fields = {"attachments": attachments, "input_variables": input_variables}
        with self._exclusive():
            return await self._transport.run(self._turn_steps(message, fields))
