"""Conversations of a test, for assertions and failure messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadway_mock.state.namespaces import Namespace
from leadway_mock.state.sessions import Turn

MAX_TEXT_LENGTH = 300
"""Number of characters of a message or response in a failure message."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One session: its id and its turns, in order."""

    execution_id: str
    turns: tuple[Turn, ...]

    @property
    def messages(self) -> list[str]:
        """Messages of the application."""
        return [turn.message for turn in self.turns]

    @property
    def responses(self) -> list[str]:
        """Responses of the agent."""
        return [turn.response for turn in self.turns]

    @property
    def agent_id(self) -> str:
        """Id of the agent."""
        return self.turns[0].agent_id

    @property
    def contact_id(self) -> str | None:
        """Contact id of the newest turn, if it has one."""
        return self.turns[-1].contact_id

    @property
    def goal_completion(self) -> bool:
        """Whether the newest response says that the goal is complete."""
        return self.turns[-1].goal_completion

    def lines(self) -> Iterator[str]:
        """Yield the conversation as lines of text."""
        yield f"session {self.execution_id} with agent {self.agent_id}"
        for turn in self.turns:
            yield f"  {turn.number}. user:  {_format_text(turn.message)}"
            yield f"     agent: {_format_text(turn.response)}"


def conversations(namespace: Namespace) -> list[Conversation]:
    """Return every conversation of a namespace, oldest first."""
    sessions, settings = namespace.sessions, namespace.settings
    return [
        Conversation(session.id, tuple(sessions.transcript(session.id, limit=settings.max_turns)))
        for _, session in sessions.list_page(after=0, limit=settings.max_sessions)
    ]


def format_conversations(sessions: Sequence[Conversation]) -> str:
    """Return conversations as text."""
    if not sessions:
        return "There is no conversation."
    return "\n".join(line for each in sessions for line in each.lines())


def has_messages(conversation: Conversation, expected: Iterable[str | re.Pattern[str]]) -> bool:
    """Whether a conversation has exactly these messages: equal, or matched by the pattern."""
    patterns, messages = list(expected), conversation.messages
    return len(patterns) == len(messages) and all(map(_matches, patterns, messages))


def _matches(expected: str | re.Pattern[str], message: str) -> bool:
    return expected == message if isinstance(expected, str) else bool(expected.search(message))


def _format_text(text: str) -> str:
    cut = text if len(text) <= MAX_TEXT_LENGTH else f"{text[:MAX_TEXT_LENGTH]}…"
    return cut.replace("\n", "\n            ")
