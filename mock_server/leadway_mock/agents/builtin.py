"""The minds of the built-in agents: responders that are useful without any file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from leadway_mock.agents.input_variables import InputVariable, plain_text, remarks
from leadway_mock.agents.replies import AgentInput, AgentReply, Responder

GOAL_TURN: Final = 3
"""The turn on which the goal agent completes its goal."""


def echo(heard: AgentInput) -> AgentReply:
    """Say back what was heard: turn, message, input variables, contact and attachments."""
    return AgentReply("\n".join(_echo_lines(heard)))


def echo_with_remarks(declared: Sequence[InputVariable]) -> Responder:
    """Make an echo that also remarks on input variables that differ from those `declared`."""

    def respond(heard: AgentInput) -> AgentReply:
        return AgentReply(
            "\n".join([*_echo_lines(heard), *remarks(declared, heard.input_variables)])
        )

    return respond


def count_down_to_goal(heard: AgentInput) -> AgentReply:
    """Complete the goal on turn 3, counting down to it; it stays completed afterwards.

    The vendor documents `goalCompletion` as true once the end node is reached. That it remains
    true, should the conversation go on, is invented.
    """
    remaining = GOAL_TURN - heard.turn
    if remaining > 0:
        turns = "one more turn" if remaining == 1 else f"{remaining} more turns"
        return AgentReply(f"This is turn {heard.turn}: {turns} until my goal is complete.")
    if remaining == 0:
        return AgentReply(f"This is turn {heard.turn}: my goal is complete.", goal_completion=True)
    return AgentReply(
        f"This is turn {heard.turn}: my goal has been complete since turn {GOAL_TURN}. "
        "Leave executionId out of your next message to start a new session.",
        goal_completion=True,
    )


def greet_with(declared: Sequence[InputVariable]) -> Responder:
    """Make an agent that greets by `customerName` and `orderNumber`, with remarks on the rest.

    Only the variables of the message at hand count. Whether the platform remembers those of an
    earlier turn is not documented; an agent that forgets shows a client that relies on it.
    """

    def respond(heard: AgentInput) -> AgentReply:
        sent = heard.input_variables
        return AgentReply("\n".join([_greeting(sent), *remarks(declared, sent)]))

    return respond


def _echo_lines(heard: AgentInput) -> Iterator[str]:
    yield f"Turn {heard.turn}. You said: {heard.message}"
    if heard.input_variables:
        yield f"Input variables: {plain_text(heard.input_variables)}"
    if heard.contact_id:
        yield f"Contact: {heard.contact_id}"
    if heard.attachments:
        yield f"Attachments: {plain_text(heard.attachments)}"


def _greeting(sent: Mapping[str, object]) -> str:
    name, order = sent.get("customerName"), sent.get("orderNumber")
    hello = f"Hello {plain_text(name)}!" if name else "Hello!"
    return f"{hello} Your order is {plain_text(order)}." if order else hello
