"""Conversations: consecutive messages in one session."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import anyio

from leadway._calls import Call, request_body
from leadway._observers import logger
from leadway._replies import Reply
from leadway._sender import SendOptions, Steps, run, run_async, send_with_retries
from leadway._transport import AsyncTransport, Transport
from leadway.errors import ConversationBusyError, SessionNotFoundError
from leadway_client.models import Attachment


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and its reply."""

    message: str
    """Text of the user."""

    reply: Reply
    """Reply of the agent."""


@dataclass(frozen=True, slots=True)
class ConversationDefaults:
    """Values that a conversation sends with every message."""

    agent_id: str
    location_id: str
    contact_id: str | None = None
    input_variables: Mapping[str, Any] | None = None
    version_id: str | None = None
    restart_expired: bool = False


class BaseConversation:
    """Part of a conversation that sync and async ones share; does no I/O."""

    def __init__(
        self, defaults: ConversationDefaults, options: SendOptions, execution_id: str | None = None
    ) -> None:
        self._defaults = defaults
        self._options = options
        self._execution_id = execution_id or None
        self._history: list[Turn] = []
        self._restarts = 0
        self._busy = threading.Lock()

    @property
    def agent_id(self) -> str:
        """Id of the agent."""
        return self._defaults.agent_id

    @property
    def execution_id(self) -> str | None:
        """Id of the session, the only state; `None` before the first reply."""
        return self._execution_id

    @property
    def history(self) -> tuple[Turn, ...]:
        """Turns of this object, oldest first; the service does not return earlier ones."""
        return tuple(self._history)

    @property
    def restarts(self) -> int:
        """Number of expired sessions that were replaced by a new one."""
        return self._restarts

    def __repr__(self) -> str:
        agent, session = self.agent_id, self.execution_id
        return f"{type(self).__name__}(agent_id={agent!r}, execution_id={session!r})"

    @contextmanager
    def _exclusive(self) -> Generator[None]:
        """Allow one message at a time; raises `ConversationBusyError`."""
        if not self._busy.acquire(blocking=False):
            raise ConversationBusyError("The previous message has no response yet.")
        try:
            yield
        finally:
            self._busy.release()

    def _send_steps(
        self,
        message: str,
        attachments: Sequence[Attachment],
        input_variables: Mapping[str, Any] | None,
    ) -> Steps:
        content = message, tuple(attachments), input_variables
        try:
            reply = yield from send_with_retries(self._call(*content), self._options)
        except SessionNotFoundError:
            if not (self._defaults.restart_expired and self._execution_id):
                raise
            logger.warning("session %s has expired; a new one begins", self._execution_id)
            self._execution_id = None
            self._restarts += 1
            reply = yield from send_with_retries(self._call(*content), self._options)
        self._execution_id = reply.execution_id
        self._history.append(Turn(message, reply))
        return reply

    def _call(
        self,
        message: str,
        attachments: Sequence[Attachment],
        input_variables: Mapping[str, Any] | None,
    ) -> Call:
        defaults = self._defaults
        body = request_body(
            message,
            defaults.location_id,
            execution_id=self._execution_id,
            input_variables={**(defaults.input_variables or {}), **(input_variables or {})},
            version_id=defaults.version_id,
            attachments=attachments,
            contact_id=defaults.contact_id,
        )
        return Call(defaults.agent_id, body)


class Conversation(BaseConversation):
    """Conversation with one agent, created by `Agent.conversation`."""

    def __init__(
        self,
        defaults: ConversationDefaults,
        options: SendOptions,
        transport: Transport,
        execution_id: str | None = None,
    ) -> None:
        super().__init__(defaults, options, execution_id)
        self._transport = transport

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
        with self._exclusive():
            steps = self._send_steps(message, attachments, input_variables)
            return run(steps, self._transport.send, time.sleep)


class AsyncConversation(BaseConversation):
    """Conversation with one agent, created by `AsyncAgent.conversation`."""

    def __init__(
        self,
        defaults: ConversationDefaults,
        options: SendOptions,
        transport: AsyncTransport,
        execution_id: str | None = None,
    ) -> None:
        super().__init__(defaults, options, execution_id)
        self._transport = transport

    async def send(
        self,
        message: str,
        *,
        attachments: Sequence[Attachment] = (),
        input_variables: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Send a message, and return the agent's reply; see `Conversation.send`."""
        with self._exclusive():
            steps = self._send_steps(message, attachments, input_variables)
            return await run_async(steps, self._transport.send, anyio.sleep)
