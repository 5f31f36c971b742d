"""Where a session stands in its dialogue: what is kept with each of its turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from leadway_mock.agents.replies import AgentReply

STATE: Final = "dialogue"
"""The key of a session's state under which its position is kept."""


@dataclass(frozen=True, slots=True)
class DialoguePosition:
    """A place in a dialogue, by its name and by the version of it that the session began with."""

    name: str = ""
    """Empty while no dialogue has begun."""

    version: str = ""
    after: int = 0
    """The number of the turn that was taken last; 0 at the beginning."""

    captures: Mapping[str, str] = field(default_factory=dict)

    @property
    def begun(self) -> bool:
        """Whether the session is in a dialogue."""
        return bool(self.name)

    def state(self) -> dict[str, object]:
        """Return what a session keeps, as JSON values."""
        if not self.begun:
            return {STATE: {}}
        kept = {"name": self.name, "version": self.version, "after": self.after}
        return {STATE: kept | {"captures": dict(self.captures)}}


def turn_key(reply: AgentReply) -> str:
    """Return what tells the dialogue's turn that made `reply` from every other."""
    position = position_in(reply.state) or DialoguePosition()
    return f"{position.version}/{position.after}"


def position_in(state: Mapping[str, Any]) -> DialoguePosition | None:
    """Return the position kept in a session's `state`, or None if no dialogue was played in it."""
    kept = state.get(STATE)
    return None if kept is None else DialoguePosition(**kept)
