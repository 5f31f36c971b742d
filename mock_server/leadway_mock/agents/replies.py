"""What an agent hears, what it says, and the shape of the function in between."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from leadway_mock.faults import Fault


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class AgentInput:
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
class Comparison:
    """One thing that a scripted turn expects, beside what was heard. All three are for people."""

    part: str
    """`user` for the message, else the condition's name, such as `when.variables.tier`."""

    expected: str
    found: str
    matches: bool


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A scripted turn that was not taken, and why."""

    dialogue: str
    turn: int
    """Number of the turn within its dialogue, in the order in which they are written, from 1."""

    label: str
    file: str
    line: int
    """Where the turn is written; 0 where that is unknown."""

    position: str
    """`here` if the conversation waits at this turn, `elsewhere` if it does not."""

    closeness: float
    """From 0.0, nothing fits, to 1.0, everything does."""

    comparisons: tuple[Comparison, ...]
    hint: str
    """A sentence: what to change."""


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class AgentReply:
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

    rule: str = ""
    """The behaviour that made it, where that is not the platform's plain reply."""

    delay: float = 0.0
    """Seconds to wait before the answer goes out."""

    fault: Fault | None = None
    """What breaks with this answer."""

    near_misses: tuple[NearMiss, ...] = ()
    """Where no scripted turn was to be had: those that came closest, the closest first."""


Responder: TypeAlias = Callable[[AgentInput], AgentReply]
"""An agent's mind. Pure: the same `Heard` gives the same `Reply`; no clock, no randomness."""
