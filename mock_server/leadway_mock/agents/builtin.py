"""Built-in agents and tokens, available without an agents file."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from leadway_mock.agents.registry import (
    OTHER_LOCATION,
    OTHER_LOCATION_TOKEN,
    UNSCOPED_TOKEN,
    Agent,
    AgentRegistry,
    InputVariable,
    ManagedDetails,
    Token,
    Version,
)
from leadway_mock.agents.replies import AgentInput, AgentReply, Responder
from leadway_mock.documents.schema_errors import json_type
from leadway_mock.util.json_text import plain_text
from leadway_mock.util.names import closest

ECHO_ID: Final = "p1q2r3s4t5u6v7w8x9y0z1a2"
"""The agent id of the vendor page's sample request; here it echoes."""

GOAL_ID: Final = "goalonturn3agent00000000"
INACTIVE_ID: Final = "inactiveagent00000000000"
UNPUBLISHED_ID: Final = "unpublishedagent00000000"
VARIABLES_ID: Final = "variablesagent0000000000"

MANAGED_ID: Final = "027ee957-ae94-40ad-89a3-b25c985f729b"
"""The managed agent of the vendor page's sample; here it echoes."""

MANAGED_UNPUBLISHED_ID: Final = "00000000-0000-4000-8000-000000000405"

GOAL_TURN: Final = 3
"""The turn on which the goal agent completes its goal."""

MAX_NAMED_UNDECLARED: Final = 5
"""Maximum undeclared variables that are named; a request may contain thousands."""


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
        text = f"{turns} until my goal is complete."
    elif remaining == 0:
        text = "my goal is complete."
    else:
        text = (
            f"my goal has been complete since turn {GOAL_TURN}. "
            "Leave executionId out of your next message to start a new session."
        )
    response = f"This is turn {agent_input.turn}: {text}"
    return AgentReply(response, goal_completion=remaining <= 0)


def greet_with(declared: Sequence[InputVariable]) -> Responder:
    """Return an agent that greets by `customerName` and `orderNumber`.

    Only variables of the current message count. Whether the platform keeps those of earlier turns
    is not documented; an agent without memory reveals a client that relies on it.
    """

    def respond(agent_input: AgentInput) -> AgentReply:
        sent = agent_input.input_variables
        name, order = sent.get("customerName"), sent.get("orderNumber")
        greeting = f"Hello {plain_text(name)}!" if name else "Hello!"
        if order:
            greeting = f"{greeting} Your order is {plain_text(order)}."
        return AgentReply("\n".join([greeting, *remarks(declared, sent)]))

    return respond


def remarks(declared: Sequence[InputVariable], sent: Mapping[str, object]) -> Iterator[str]:
    """Yield a sentence for each way in which the variables sent differ from those declared."""
    for variable in declared:
        if variable.name not in sent:
            need = "required" if variable.required else "optional"
            yield f"Not sent: {variable.name} ({need} {variable.type})."
    for variable in declared:
        found = json_type(sent[variable.name]) if variable.name in sent else variable.type
        if found != variable.type:
            yield f"{variable.name} is declared as {variable.type} but was sent as {found}."
    names = [variable.name for variable in declared]
    undeclared = [name for name in sent if name not in names]
    for name in undeclared[:MAX_NAMED_UNDECLARED]:
        close = closest(name, names)
        guess = f" Did you mean {close}?" if close else ""
        yield f"Sent but not declared, so this agent ignores it: {name}.{guess}"
    if len(undeclared) > MAX_NAMED_UNDECLARED:
        yield f"And {len(undeclared) - MAX_NAMED_UNDECLARED} more that are not declared."


def _echo_lines(agent_input: AgentInput) -> list[str]:
    lines = [f"Turn {agent_input.turn}. You said: {agent_input.message}"]
    if agent_input.input_variables:
        lines.append(f"Input variables: {plain_text(agent_input.input_variables)}")
    if agent_input.contact_id:
        lines.append(f"Contact: {agent_input.contact_id}")
    if agent_input.attachments:
        lines.append(f"Attachments: {plain_text(agent_input.attachments)}")
    return lines


_SAMPLE_VERSION: Final = "b2b1c1d2-3e4f-5a6b-7c8d-9e0f1a2b3c4d"
_SAMPLE_VARIABLES: Final = (
    InputVariable("customerName", required=True, description="Name for the greeting."),
    InputVariable("orderNumber", description="The order the customer asks about."),
)
_PUBLISHED: Final = (Version(_SAMPLE_VERSION),)
_UNPUBLISHED: Final = (Version(_SAMPLE_VERSION, published=False),)
_MANAGED: Final = ManagedDetails(
    description="Qualifies inbound leads and books appointments.",
    model="anthropic/claude-sonnet-4-6",
    tools=("web_search", "kb_search"),
    plugins=({"slug": "social-planner", "name": "Social Planner"},),
    knowledge_base_ids=("kb_abc123",),
    published_at="2026-09-01T12:00:00.000Z",
)
"""The vendor's sample."""

_AGENTS: Final = (
    Agent(ECHO_ID, "Echo", echo, versions=_PUBLISHED),
    Agent(GOAL_ID, "Goal on turn 3", count_down_to_goal, versions=_PUBLISHED),
    Agent(INACTIVE_ID, "Inactive", echo, status="inactive", versions=_PUBLISHED),
    Agent(UNPUBLISHED_ID, "Unpublished", echo, versions=_UNPUBLISHED),
    Agent(
        VARIABLES_ID,
        "Input variables",
        greet_with(_SAMPLE_VARIABLES),
        versions=_PUBLISHED,
        input_variables=_SAMPLE_VARIABLES,
    ),
    Agent(MANAGED_ID, "Lead Qualifier", echo, versions=_PUBLISHED, managed=_MANAGED),
    Agent(
        MANAGED_UNPUBLISHED_ID,
        "Unpublished managed agent",
        echo,
        versions=_UNPUBLISHED,
        managed=ManagedDetails(),
    ),
)
"""All have the version id of the vendor's sample."""

_TOKENS: Final = (
    Token(UNSCOPED_TOKEN, scopes=()),
    Token(OTHER_LOCATION_TOKEN, locations=(OTHER_LOCATION,)),
)
"""The known test tokens; the third one is always unknown."""

BUILT_IN: Final = AgentRegistry(
    by_id=MappingProxyType({agent.id: agent for agent in _AGENTS}),
    tokens=MappingProxyType({token.value: token for token in _TOKENS}),
)
"""Registry of a mock without an agents file; a file's agents and tokens extend it."""
