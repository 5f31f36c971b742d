"""What the tests of agents have in common: something to hear."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

from leadway_mock.agents.replies import AgentInput

FIRST = AgentInput(
    turn=1,
    message="Hello",
    input_variables={},
    attachments=(),
    contact_id=None,
    execution_id="a1b2c3d4e5f6g7h8i9j0k1l2",
    version_id="v1",
    state={},
)


class Changes(TypedDict, total=False):
    """What may be different from the first message."""

    turn: int
    message: str
    input_variables: Mapping[str, object]
    attachments: Sequence[Mapping[str, object]]
    contact_id: str | None
    state: Mapping[str, object]


def agent_input(**changes: Unpack[Changes]) -> AgentInput:
    """Make a first message that differs by `changes` from a plain "Hello"."""
    return replace(FIRST, **changes)
