"""What a conversation remembers and decides, without any I/O."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from leadway.calls import Call, request_body
from leadway.errors import ConversationBusyError, SessionExpiredError
from leadway.exchange import Manner, Steps, exchange
from leadway.replies import Reply
from leadway_client.models import Attachment

logger: Final = logging.getLogger("leadway")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and the reply to it."""

    message: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Opening:
    """What a conversation begins with, and sends with every message."""

    agent_id: str
    location_id: str
    contact_id: str | None = None
    input_variables: Mapping[str, Any] | None = None
    version_id: str | None = None
    restart_expired: bool = False


class Talk:
    """The part of a conversation that sync and async ones share.

    Its state is `execution_id`. `history` is what was said through this object; the service tells
    nothing of earlier turns.
    """

    def __init__(self, opening: Opening, manner: Manner, execution_id: str | None = None) -> None:
        self._opening = opening
        self._manner = manner
        self._execution_id = execution_id or None
        self._history: list[Turn] = []
        self._restarts = 0
        self._busy = threading.Lock()

    @property
    def agent_id(self) -> str:
        """The agent."""
        return self._opening.agent_id

    @property
    def execution_id(self) -> str | None:
        """The session: all the state there is. `None` before the first reply."""
        return self._execution_id

    @property
    def history(self) -> tuple[Turn, ...]:
        """What was said and replied through this object, oldest first."""
        return tuple(self._history)

    @property
    def restarts(self) -> int:
        """How often an expired session was replaced by a new one."""
        return self._restarts

    def __repr__(self) -> str:
        agent, session = self.agent_id, self.execution_id
        return f"{type(self).__name__}(agent_id={agent!r}, execution_id={session!r})"

    @contextmanager
    def _turn(self) -> Generator[None]:
        """Hold the floor for one message.

        Raises `ConversationBusyError` when somebody has it.
        """
        if not self._busy.acquire(blocking=False):
            raise ConversationBusyError("This conversation's last message is not answered yet.")
        try:
            yield
        finally:
            self._busy.release()

    def _steps(
        self,
        message: str,
        attachments: Sequence[Attachment],
        input_variables: Mapping[str, Any] | None,
    ) -> Steps:
        said = message, tuple(attachments), input_variables
        try:
            reply = yield from exchange(self._call(*said), self._manner)
        except SessionExpiredError:
            if not (self._opening.restart_expired and self._execution_id):
                raise
            self._restart()
            reply = yield from exchange(self._call(*said), self._manner)
        self._execution_id = reply.execution_id
        self._history.append(Turn(message, reply))
        return reply

    def _call(
        self,
        message: str,
        attachments: Sequence[Attachment],
        input_variables: Mapping[str, Any] | None,
    ) -> Call:
        opening = self._opening
        body = request_body(
            message,
            opening.location_id,
            execution_id=self._execution_id,
            input_variables={**(opening.input_variables or {}), **(input_variables or {})},
            version_id=opening.version_id,
            attachments=attachments,
            contact_id=opening.contact_id,
        )
        return Call(opening.agent_id, body)

    def _restart(self) -> None:
        logger.warning("session %s has expired; a new one begins", self._execution_id)
        self._execution_id = None
        self._restarts += 1
