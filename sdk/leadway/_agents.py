"""Agents: single messages, and conversations."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import anyio
from typing_extensions import Unpack, deprecated

from leadway._calls import Call, checked_agent_id, request_body
from leadway._conversations import AsyncConversation, Conversation, ConversationDefaults
from leadway._replies import Reply
from leadway._sender import SendOptions, run, run_async, send_with_retries
from leadway._transport import AsyncTransport, Transport
from leadway_client.models import Attachment


class MessageFields(TypedDict, total=False):
    """Optional fields of a message."""

    execution_id: str | None
    """Session to continue; without it, a new one begins."""

    input_variables: Mapping[str, Any] | None
    """Values for the agent's input variables, by name."""

    version_id: str | None
    """Published version to run; without it, the latest."""

    attachments: Sequence[Attachment]
    """Attachments such as `image("https://…")`."""

    contact_id: str | None
    """Contact who sends the message."""


class ConversationFields(TypedDict, total=False):
    """Optional fields of a conversation."""

    contact_id: str | None
    """Contact who sends the messages."""

    input_variables: Mapping[str, Any] | None
    """Values for the agent's input variables, sent with every message."""

    version_id: str | None
    """Published version to run; without it, the latest."""

    restart_expired: bool
    """Whether to send a message in a new session if the session has expired."""


class _AgentBase:
    """Part of an agent that sync and async ones share; does no I/O."""

    def __init__(self, agent_id: str, location_id: str, options: SendOptions) -> None:
        self.id: str = checked_agent_id(agent_id)
        self._location_id = location_id
        self._options = options

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def _call(self, message: str, fields: MessageFields, *, deprecated_path: bool = False) -> Call:
        body = request_body(message, self._location_id, **fields)
        return Call(self.id, body, deprecated_path)

    def _defaults(self, fields: ConversationFields) -> ConversationDefaults:
        return ConversationDefaults(self.id, self._location_id, **fields)


class Agent(_AgentBase):
    """An agent, created by `Leadway.agent` without a request."""

    def __init__(
        self, agent_id: str, location_id: str, options: SendOptions, transport: Transport
    ) -> None:
        super().__init__(agent_id, location_id, options)
        self._transport = transport

    def conversation(
        self, execution_id: str | None = None, **fields: Unpack[ConversationFields]
    ) -> Conversation:
        """Return a new conversation, or one that resumes a session. Sends no request.

        Args:
            execution_id: session to resume, from an earlier conversation of any process.
            **fields: see `ConversationFields`.
        """
        defaults = self._defaults(fields)
        return Conversation(defaults, self._options, self._transport, execution_id)

    def execute(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message, and return the agent's reply.

        Args:
            message: text of the user.
            **fields: see `MessageFields`.

        Raises:
            LeadwayError: there is no reply; the class says why.
        """
        return self._send(self._call(message, fields))

    @deprecated("The vendor has deprecated this path. Use execute(), which does the same.")
    def execute_deprecated(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message by the deprecated path; see `execute`."""
        return self._send(self._call(message, fields, deprecated_path=True))

    def _send(self, call: Call) -> Reply:
        return run(send_with_retries(call, self._options), self._transport.send, time.sleep)


class AsyncAgent(_AgentBase):
    """An agent, created by `AsyncLeadway.agent` without a request."""

    def __init__(
        self, agent_id: str, location_id: str, options: SendOptions, transport: AsyncTransport
    ) -> None:
        super().__init__(agent_id, location_id, options)
        self._transport = transport

    def conversation(
        self, execution_id: str | None = None, **fields: Unpack[ConversationFields]
    ) -> AsyncConversation:
        """Return a new conversation, or one that resumes a session; see `Agent.conversation`."""
        defaults = self._defaults(fields)
        return AsyncConversation(defaults, self._options, self._transport, execution_id)

    async def execute(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message, and return the agent's reply; see `Agent.execute`."""
        return await self._send(self._call(message, fields))

    @deprecated("The vendor has deprecated this path. Use execute(), which does the same.")
    async def execute_deprecated(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message by the deprecated path; see `Agent.execute`."""
        return await self._send(self._call(message, fields, deprecated_path=True))

    async def _send(self, call: Call) -> Reply:
        steps = send_with_retries(call, self._options)
        return await run_async(steps, self._transport.send, anyio.sleep)
