"""Agents: whom to talk to."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import anyio
from typing_extensions import Unpack, deprecated

from leadway.calls import Call, checked_agent_id, request_body
from leadway.conversations import AsyncConversation, Conversation
from leadway.exchange import Manner, drive, drive_async, exchange
from leadway.replies import Reply
from leadway.talk import Opening
from leadway.transport import AsyncTransport, Transport
from leadway_client.models import Attachment


class MessageFields(TypedDict, total=False):
    """What may come with a message."""

    execution_id: str | None
    """The session to continue; leave it out to begin one."""

    input_variables: Mapping[str, Any] | None
    """Values for the input variables that the agent declares, by name."""

    version_id: str | None
    """The published version to run; without it, the latest."""

    attachments: Sequence[Attachment]
    """What comes with the message, such as `image("https://…")`."""

    contact_id: str | None
    """The contact who is speaking."""


class ConversationFields(TypedDict, total=False):
    """What a conversation may begin with."""

    contact_id: str | None
    """The contact who is speaking."""

    input_variables: Mapping[str, Any] | None
    """Values for the agent's input variables, sent with every message."""

    version_id: str | None
    """The published version to run; without it, the latest."""

    restart_expired: bool
    """Begin a new session when this one has expired, and say the message there."""


class _Addressed:
    """What sync and async agents share: an id, a location, a manner of sending."""

    def __init__(self, agent_id: str, location_id: str, manner: Manner) -> None:
        self.id: str = checked_agent_id(agent_id)
        self._location_id = location_id
        self._manner = manner

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def _call(self, message: str, fields: MessageFields, *, old_path: bool = False) -> Call:
        return Call(self.id, request_body(message, self._location_id, **fields), old_path)

    def _opening(self, fields: ConversationFields) -> Opening:
        return Opening(self.id, self._location_id, **fields)


class Agent(_Addressed):
    """An agent to talk to, made by `Leadway.agent`. Making one asks the service nothing."""

    def __init__(
        self, agent_id: str, location_id: str, manner: Manner, transport: Transport
    ) -> None:
        super().__init__(agent_id, location_id, manner)
        self._transport = transport

    def conversation(
        self, execution_id: str | None = None, **fields: Unpack[ConversationFields]
    ) -> Conversation:
        """Begin a conversation, or resume the session `execution_id`.

        Args:
            execution_id: a session that an earlier conversation named; another process's will do.
            **fields: see `ConversationFields`.
        """
        opening = self._opening(fields)
        return Conversation(opening, self._manner, self._transport, execution_id)

    def execute(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message, and return the agent's reply.

        Raises `LeadwayError` where there is none; the class says why.
        """
        return self._sent(self._call(message, fields))

    @deprecated("The vendor has deprecated this path. Use execute(), which does the same.")
    def execute_deprecated(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message by the deprecated path, and return the agent's reply."""
        return self._sent(self._call(message, fields, old_path=True))

    def _sent(self, call: Call) -> Reply:
        return drive(exchange(call, self._manner), self._transport.send, time.sleep)


class AsyncAgent(_Addressed):
    """An agent to talk to, made by `AsyncLeadway.agent`. Making one asks the service nothing."""

    def __init__(
        self, agent_id: str, location_id: str, manner: Manner, transport: AsyncTransport
    ) -> None:
        super().__init__(agent_id, location_id, manner)
        self._transport = transport

    def conversation(
        self, execution_id: str | None = None, **fields: Unpack[ConversationFields]
    ) -> AsyncConversation:
        """Begin a conversation, or resume a session; see `Agent.conversation`."""
        opening = self._opening(fields)
        return AsyncConversation(opening, self._manner, self._transport, execution_id)

    async def execute(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message, and return the agent's reply; see `Agent.execute`."""
        return await self._sent(self._call(message, fields))

    @deprecated("The vendor has deprecated this path. Use execute(), which does the same.")
    async def execute_deprecated(self, message: str, **fields: Unpack[MessageFields]) -> Reply:
        """Send a single message by the deprecated path, and return the agent's reply."""
        return await self._sent(self._call(message, fields, old_path=True))

    async def _sent(self, call: Call) -> Reply:
        steps = exchange(call, self._manner)
        return await drive_async(steps, self._transport.send, anyio.sleep)
