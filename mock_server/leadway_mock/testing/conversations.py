"""What was said in a test: its conversations, for assertions and for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadway_mock.state.namespace import Namespace
from leadway_mock.state.sessions import Turn

LONGEST = 300
"""How many characters of one text are shown."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One session: its id, and its turns in order."""

    execution_id: str
    turns: tuple[Turn, ...]

    @property
    def messages(self) -> list[str]:
        """What the caller said."""
        return [turn.message for turn in self.turns]

    @property
    def responses(self) -> list[str]:
        """What the agent answered."""
        return [turn.response for turn in self.turns]

    @property
    def agent_id(self) -> str:
        """Whom the caller spoke to."""
        return self.turns[0].agent_id

    @property
    def contact_id(self) -> str | None:
        """For whom, if the newest turn says so."""
        return self.turns[-1].contact_id

    @property
    def goal_completion(self) -> bool:
        """Whether the newest answer says that the goal is complete."""
        return self.turns[-1].goal_completion

    def lines(self) -> Iterator[str]:
        """Yield the conversation as people read it."""
        yield f"session {self.execution_id} with agent {self.agent_id}"
        for turn in self.turns:
            yield f"  {turn.number}. user:  {_shown(turn.message)}"
            yield f"     agent: {_shown(turn.response)}"


def conversations(space: Namespace) -> list[Conversation]:
    """Return every conversation of a space, the oldest first."""
    settings = space.settings
    listed = space.sessions.list_page(after=0, limit=settings.max_sessions)
    found = []
    for _, session in listed:
        turns = space.sessions.transcript(session.id, limit=settings.max_turns)
        found.append(Conversation(session.id, tuple(turns)))
    return found


def format_conversation(found: Sequence[Conversation]) -> str:
    """Return the conversations as text."""
    if not found:
        return "No agent was spoken to."
    return "\n".join(line for each in found for line in each.lines())


def has_message(conversation: Conversation, expected: Iterable[str | re.Pattern[str]]) -> bool:
    """Tell whether the caller said just this: each message whole, or found by its pattern."""
    wanted, heard = list(expected), conversation.messages
    return len(wanted) == len(heard) and all(map(_is, wanted, heard))


def _is(wanted: str | re.Pattern[str], heard: str) -> bool:
    return wanted == heard if isinstance(wanted, str) else wanted.search(heard) is not None


def _shown(text: str) -> str:
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return cut.replace("\n", "\n            ")
