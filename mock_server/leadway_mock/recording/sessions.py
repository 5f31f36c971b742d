"""Conversations in a recording: the messages of each session, with replies and errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Node: TypeAlias = Mapping[str, Any]

_EXECUTE: Final = re.compile(
    r"/agent-studio/(?:agent|public-api/agents|(?P<managed>managed-agents))/(?P<agent>[^/]+)"
    r"/execute/?"
)
_OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """A message to an agent, with what the client sent and received; redacted."""

    agent: str
    is_managed: bool
    body: Node
    exchange: Node

    @property
    def text(self) -> str:
        """The message."""
        return str(self.body["message"])

    @property
    def sent_session(self) -> str:
        """The session that the client continues; empty if it begins one."""
        return str(self.body.get(self.session_field) or "")

    @property
    def session_field(self) -> str:
        """The property that holds the session's id, in requests and responses."""
        return "sessionId" if self.is_managed else "executionId"

    @property
    def response(self) -> Node | None:
        """The response, or None if there was none."""
        response: Node | None = self.exchange.get("response")
        return response

    @property
    def reply(self) -> Node | None:
        """The body of the response if an agent replied: it has an id of a session."""
        response = self.response or {}
        body = response.get("body")
        if response.get("status") not in _OK or not isinstance(body, Mapping):
            return None
        return body if isinstance(body.get(self.session_field), str) else None


@dataclass(slots=True)
class RecordedTurn:
    """One message and all attempts to send it: errors, and at last a reply if there was one."""

    attempts: list[RecordedMessage] = field(default_factory=list)

    @property
    def message(self) -> RecordedMessage:
        """The last attempt."""
        return self.attempts[-1]

    @property
    def errors(self) -> Sequence[RecordedMessage]:
        """The attempts without reply."""
        return [each for each in self.attempts if each.reply is None]


@dataclass(slots=True)
class RecordedSession:
    """The turns of one session."""

    agent: str
    is_managed: bool
    id: str = ""
    """Empty if no response had one."""

    turns: list[RecordedTurn] = field(default_factory=list)

    @property
    def text_field(self) -> str:
        """The property that holds the text of a reply."""
        return "finalText" if self.is_managed else "response"


def as_message(exchange: Node) -> RecordedMessage | None:
    """Return the message in an exchange; None for other operations and other bodies."""
    request = exchange["request"]
    match = _EXECUTE.fullmatch(request["path"])
    body = request.get("body")
    if not match or request["method"] != "POST" or not isinstance(body, Mapping):
        return None
    if not isinstance(body.get("message"), str) or not body["message"]:
        return None
    return RecordedMessage(match["agent"], match["managed"] is not None, body, exchange)


def find_sessions(messages: Sequence[RecordedMessage]) -> list[RecordedSession]:
    """Return the sessions of messages, in the order in which they begin.

    An error to the first message of a session belongs to the next attempt of the same message. An
    error to a session that the recording does not know is left out: a mock does not know it, too.
    """
    sessions: list[RecordedSession] = []
    by_id: dict[str, RecordedSession] = {}
    unanswered: dict[tuple[str, str], RecordedSession] = {}
    for message in messages:
        key = (message.agent, message.text)
        if message.sent_session:
            session = by_id.get(message.sent_session)
            if session is None and message.reply is None:
                continue
        else:
            session = unanswered.pop(key, None)
        if session is None:
            session = RecordedSession(message.agent, message.is_managed)
            sessions.append(session)
        _add(session, message)
        if message.reply is None:
            if not session.id:
                unanswered[key] = session
            continue
        session.id = session.id or str(message.reply[message.session_field])
        by_id[session.id] = session
    return sessions


def _add(session: RecordedSession, message: RecordedMessage) -> None:
    last = session.turns[-1] if session.turns else None
    if last is not None and last.message.reply is None and last.message.text == message.text:
        last.attempts.append(message)
    else:
        session.turns.append(RecordedTurn([message]))
