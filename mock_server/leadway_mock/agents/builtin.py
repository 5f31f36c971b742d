"""Built-in agents and tokens, available without an agents file."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from leadway_mock.agents.input_variables import InputVariable, remarks
from leadway_mock.agents.registry import (
    OTHER_LOCATION,
    OTHER_LOCATION_TOKEN,
    UNSCOPED_TOKEN,
    Agent,
    AgentRegistry,
    Token,
    Version,
)
from leadway_mock.agents.replies import AgentInput, AgentReply, Responder
from leadway_mock.util.json_text import plain_text

ECHO_ID: Final = "p1q2r3s4t5u6v7w8x9y0z1a2"
"""The agent id of the vendor page's sample request; here it echoes."""

GOAL_ID: Final = "goalonturn3agent00000000"
INACTIVE_ID: Final = "inactiveagent00000000000"
UNPUBLISHED_ID: Final = "unpublishedagent00000000"
VARIABLES_ID: Final = "variablesagent0000000000"

GOAL_TURN: Final = 3
"""The turn on which the goal agent completes its goal."""


def echo(agent_input: AgentInput) -> AgentReply:
    """Repeat turn, message, input variables, contact and attachments."""
    return AgentReply("\n".join(_echo_lines(agent_input)))


def echo_with_remarks(declared: Sequence[InputVariable]) -> Responder:
    """Return an echo agent that also reports differences from the `declared` variables."""

    def respond(agent_input: AgentInput) -> AgentReply:
        return AgentReply(
            "\n".join([*_echo_lines(agent_input), *remarks(declared, agent_input.input_variables)])
        )

    return respond


def count_down_to_goal(agent_input: AgentInput) -> AgentReply:
    """Count down to turn 3 and complete the goal; it stays completed.

    The vendor documents `goalCompletion` as true once the end node is reached. That it remains
    true, should the conversation go on, is invented.
    """
    remaining = GOAL_TURN - agent_input.turn
    if remaining > 0:
        turns = "one more turn" if remaining == 1 else f"{remaining} more turns"
        return AgentReply(f"This is turn {agent_input.turn}: {turns} until my goal is complete.")
    if remaining == 0:
        return AgentReply(
            f"This is turn {agent_input.turn}: my goal is complete.", goal_completion=True
        )
    return AgentReply(
        f"This is turn {agent_input.turn}: my goal has been complete since turn {GOAL_TURN}. "
        "Leave executionId out of your next message to start a new session.",
        goal_completion=True,
    )


def greet_with(declared: Sequence[InputVariable]) -> Responder:
    """Return an agent that greets by `customerName` and `orderNumber`.

    Only variables of the current message count. Whether the platform keeps those of earlier turns
    is not documented; an agent without memory reveals a client that relies on it.
    """

    def respond(agent_input: AgentInput) -> AgentReply:
        sent = agent_input.input_variables
        return AgentReply("\n".join([_greeting(sent), *remarks(declared, sent)]))

    return respond


def _echo_lines(agent_input: AgentInput) -> list[str]:
    lines = [f"Turn {agent_input.turn}. You said: {agent_input.message}"]
    if agent_input.input_variables:
        lines.append(f"Input variables: {plain_text(agent_input.input_variables)}")
    if agent_input.contact_id:
        lines.append(f"Contact: {agent_input.contact_id}")
    if agent_input.attachments:
        lines.append(f"Attachments: {plain_text(agent_input.attachments)}")
    return lines


def _greeting(sent: Mapping[str, object]) -> str:
    name, order = sent.get("customerName"), sent.get("orderNumber")
    hello = f"Hello {plain_text(name)}!" if name else "Hello!"
    return f"{hello} Your order is {plain_text(order)}." if order else hello


_SAMPLE_VERSION: Final = "b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d"
_SAMPLE_VARIABLES: Final = (
    InputVariable("customerName", required=True, description="Name for the greeting."),
    InputVariable("orderNumber", description="The order the customer asks about."),
)


def _built_in_agents() -> dict[str, Agent]:
    """Return the built-in agents; all have the version id of the vendor's sample."""
    published = (Version(_SAMPLE_VERSION),)
    unpublished = (Version(_SAMPLE_VERSION, published=False),)
    greet = greet_with(_SAMPLE_VARIABLES)
    agents = (
        Agent(ECHO_ID, "Echo", echo, versions=published),
        Agent(GOAL_ID, "Goal on turn 3", count_down_to_goal, versions=published),
        Agent(INACTIVE_ID, "Inactive", echo, status="inactive", versions=published),
        Agent(UNPUBLISHED_ID, "Unpublished", echo, versions=unpublished),
        Agent(
            VARIABLES_ID,
            "Input variables",
            greet,
            versions=published,
            input_variables=_SAMPLE_VARIABLES,
        ),
    )
    return {agent.id: agent for agent in agents}


def _built_in_tokens() -> dict[str, Token]:
    """Return the known test tokens; the third one is always unknown."""
    tokens = (
        Token(UNSCOPED_TOKEN, scopes=()),
        Token(OTHER_LOCATION_TOKEN, locations=(OTHER_LOCATION,)),
    )
    return {token.value: token for token in tokens}


BUILT_IN: Final = AgentRegistry(
    by_id=MappingProxyType(_built_in_agents()), tokens=MappingProxyType(_built_in_tokens())
)
"""Registry of a mock without an agents file; a file's agents and tokens extend it."""
