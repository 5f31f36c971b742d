"""What an agent hears, what it says, and the shape of the function in between."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as an agent hears it, after every check of the platform has passed."""

    turn: int
    """Number of this message within its session; the first is 1."""

    message: str
    input_variables: Mapping[str, object]
    """The request's `inputVariables`, declared or not; JSON values only."""

    attachments: Sequence[Mapping[str, object]]
    contact_id: str | None
    execution_id: str
    version_id: str
    """The published version that answers; never empty."""

    state: Mapping[str, object]
    """What this agent put into `Reply.state` one turn ago; empty on turn 1. JSON values only."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent says: the answer's fields but for the two ids, which are not the agent's.

    The defaults are the only values the vendor documents.
    """

    response: str
    goal_completion: bool = False
    flow_switch: bool = False
    attachments: Sequence[Mapping[str, object]] = ()
    generative_outputs: Sequence[Mapping[str, object]] = ()
    type: str = "text"
    next_expected_input: str = "text"
    execution_status: str = "completed"
    success: bool = True
    state: Mapping[str, object] = field(default_factory=dict)
    """What the agent wants to find in `Heard.state` on the next turn; JSON values only."""


Responder: TypeAlias = Callable[[Heard], Reply]
"""An agent's mind. Pure: the same `Heard` gives the same `Reply`; no clock, no randomness."""
