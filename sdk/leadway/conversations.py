"""Conversations: messages in turn, and the `executionId` that ties them together."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import anyio

from leadway.exchange import Manner, drive, drive_async
from leadway.replies import Reply
from leadway.talk import Opening, Talk
from leadway.transport import AsyncTransport, Transport
from leadway_client.models import Attachment


class Conversation(Talk):
    """A conversation with one agent, made by `Agent.conversation`."""

    def __init__(
        self,
        opening: Opening,
        manner: Manner,
        transport: Transport,
        execution_id: str | None = None,
    ) -> None:
        super().__init__(opening, manner, execution_id)
        self._transport = transport

    def send(
        self,
        message: str,
        *,
        attachments: Sequence[Attachment] = (),
        input_variables: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Say something, and return what the agent says.

        Args:
            message: what the user says.
            attachments: what comes with it, such as `image("https://…")`.
            input_variables: values for this message, over those of the conversation.

        Raises:
            ConversationBusyError: the last message is not answered yet.
            LeadwayError: there is no reply; the class says why.
        """
        with self._turn():
            steps = self._steps(message, attachments, input_variables)
            return drive(steps, self._transport.send, time.sleep)


class AsyncConversation(Talk):
    """A conversation with one agent, made by `AsyncAgent.conversation`."""

    def __init__(
        self,
        opening: Opening,
        manner: Manner,
        transport: AsyncTransport,
        execution_id: str | None = None,
    ) -> None:
        super().__init__(opening, manner, execution_id)
        self._transport = transport

    async def send(
        self,
        message: str,
        *,
        attachments: Sequence[Attachment] = (),
        input_variables: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Say something, and return what the agent says; see `Conversation.send`."""
        with self._turn():
            steps = self._steps(message, attachments, input_variables)
            return await drive_async(steps, self._transport.send, anyio.sleep)
