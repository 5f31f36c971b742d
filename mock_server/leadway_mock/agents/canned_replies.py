"""Agents that answer from a list: the first reply whose conditions hold is the one they give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from leadway_mock.agents.message_conditions import Condition
from leadway_mock.agents.replies import AgentInput, AgentReply, Responder
from leadway_mock.agents.template_values import values_for
from leadway_mock.agents.templates import Template

NO_REPLY_MATCHED: Final = AgentReply(
    "I am sorry, I have no answer to that. (This is the mock: none of the replies in the agents "
    "file matches this message on this turn. A last reply without `when` would match anything.)"
)

CAPTURES: Final = "captures"
"""The key of the state under which captures are kept from turn to turn."""


@dataclass(frozen=True, slots=True)
class CannedReply:
    """One reply of an agents file."""

    template: Template
    reply: AgentReply
    """All of the reply but its text and its state."""

    condition: Condition | None = None
    """`None` matches any message."""

    turn: int | None = None
    """The only turn on which it is given; `None` is any."""

    def match(self, heard: AgentInput) -> Mapping[str, str] | None:
        """Return what it captures from the message if it is to be given, or else `None`."""
        if self.turn not in {None, heard.turn}:
            return None
        return self.condition.match(heard.message) if self.condition else {}


def first_match_responder(replies: Sequence[CannedReply]) -> Responder:
    """Make an agent that gives the first of `replies` that fits, and remembers all captures."""

    def respond(heard: AgentInput) -> AgentReply:
        kept = _kept_captures(heard.state)
        for canned in replies:
            captured = canned.match(heard)
            if captured is not None:
                return _give(canned, heard, {**kept, **captured})
        return replace(NO_REPLY_MATCHED, state={CAPTURES: kept})

    return respond


def _give(canned: CannedReply, heard: AgentInput, captures: Mapping[str, str]) -> AgentReply:
    response = canned.template.fill(values_for(heard, captures))
    return replace(canned.reply, response=response, state={CAPTURES: captures})


def _kept_captures(state: Mapping[str, object]) -> dict[str, str]:
    kept = state.get(CAPTURES)
    return (
        {str(name): str(text) for name, text in kept.items()} if isinstance(kept, Mapping) else {}
    )
