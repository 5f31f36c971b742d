"""Agents with a list of replies: the first reply whose conditions hold is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from leadway_mock.agents.message_conditions import Condition
from leadway_mock.agents.replies import AgentInput, AgentReply, Responder
from leadway_mock.agents.templates import Template, placeholder_values

NO_REPLY_MATCHED: Final = AgentReply(
    "I am sorry, I have no answer to that. (This is the mock: no reply in the agents file matches "
    "this message on this turn. Add a last reply without `when`, which matches any message.)"
)

CAPTURES: Final = "captures"
"""Key of the captures in the state of the agent."""


@dataclass(frozen=True, slots=True)
class CannedReply:
    """One reply of an agents file."""

    template: Template
    reply: AgentReply
    """The reply without its text and state."""

    condition: Condition | None = None
    """`None` matches any message."""

    turn: int | None = None
    """The only turn on which it is used; `None` is any."""

    def match(self, agent_input: AgentInput) -> Mapping[str, str] | None:
        """Return the captures if the reply applies, or else `None`."""
        if self.turn not in {None, agent_input.turn}:
            return None
        return self.condition.match(agent_input.message) if self.condition else {}


def first_match_responder(replies: Sequence[CannedReply]) -> Responder:
    """Return an agent that uses the first matching reply, and keeps all captures."""

    def respond(agent_input: AgentInput) -> AgentReply:
        captures_before = _state_captures(agent_input.state)
        for canned in replies:
            captured = canned.match(agent_input)
            if captured is not None:
                return _fill(canned, agent_input, {**captures_before, **captured})
        return replace(NO_REPLY_MATCHED, state={CAPTURES: captures_before})

    return respond


def _fill(canned: CannedReply, agent_input: AgentInput, captures: Mapping[str, str]) -> AgentReply:
    response = canned.template.fill(placeholder_values(agent_input, captures))
    return replace(canned.reply, response=response, state={CAPTURES: captures})


def _state_captures(state: Mapping[str, object]) -> dict[str, str]:
    captures = state.get(CAPTURES)
    if not isinstance(captures, Mapping):
        return {}
    return {str(name): str(text) for name, text in captures.items()}
