"""Position of a session in its dialogue, stored with each turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from leadway_mock.agents.replies import AgentReply

STATE: Final = "dialogue"
"""Key of the position in a session's state."""


@dataclass(frozen=True, slots=True)
class DialoguePosition:
    """Position in the version of a dialogue that the session began with."""

    name: str = ""
    """Empty before a dialogue begins."""

    version: str = ""
    after: int = 0
    """Number of the last turn taken; 0 at the beginning."""

    captures: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_begun(self) -> bool:
        """Whether the session is in a dialogue."""
        return bool(self.name)

    def state(self) -> dict[str, object]:
        """Return the position as the state of a session."""
        if not self.has_begun:
            return {STATE: {}}
        position = {"name": self.name, "version": self.version, "after": self.after}
        return {STATE: position | {"captures": dict(self.captures)}}


def turn_key(reply: AgentReply) -> str:
    """Return a unique key of the scripted turn that made `reply`."""
    position = position_in(reply.state) or DialoguePosition()
    return f"{position.version}/{position.after}"


def position_in(state: Mapping[str, Any]) -> DialoguePosition | None:
    """Return the position in a session's `state`, or None for a session without dialogues."""
    content = state.get(STATE)
    return None if content is None else DialoguePosition(**content)
