"""Input and reply of an agent, and the type of the function between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from leadway_mock.agents.patterns import MatchTime
from leadway_mock.faults import Fault


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class AgentInput:
    """One message to an agent, after all checks of the platform."""

    turn: int
    """Number of this message within its session; the first is 1."""

    message: str
    input_variables: Mapping[str, object]
    """The request's `inputVariables`, declared or not; JSON values only."""

    attachments: Sequence[Mapping[str, object]]
    contact_id: str | None
    execution_id: str
    version_id: str
    """The published version that is executed; never empty."""

    state: Mapping[str, object]
    """`AgentReply.state` of the turn before; empty on turn 1. JSON values only."""

    match_time: MatchTime = field(default_factory=MatchTime, init=False, compare=False, repr=False)
    """Time for the regular expressions."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One expectation of a scripted turn and the received value, as text for people."""

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
    """Number of the turn in its dialogue, in the order of writing, from 1."""

    label: str
    file: str
    line: int
    """Where the turn is written; 0 where that is unknown."""

    position: str
    """`here` if the session expects this turn next, else `elsewhere`."""

    closeness: float
    """From 0.0, nothing fits, to 1.0, everything does."""

    comparisons: tuple[Comparison, ...]
    hint: str
    """A sentence: what to change."""


@dataclass(slots=True)  # Not frozen: there is one for each request, and that costs.
class AgentReply:
    """Reply of an agent: the response fields except the two ids.

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
    tools_fired: Sequence[str] = ()
    """Names of the tools used; managed agents only, as `generated_media`."""

    generated_media: Sequence[Mapping[str, object]] = ()
    state: Mapping[str, object] = field(default_factory=dict)
    """`AgentInput.state` of the next turn; JSON values only."""

    rule: str = ""
    """The behaviour that made it, if not the platform's plain reply."""

    delay: float = 0.0
    """Seconds to wait before the response is sent."""

    fault: Fault | None = None
    """Fault to inject into the response."""

    near_misses: tuple[NearMiss, ...] = ()
    """The closest turns, closest first, if no scripted turn matched."""


REPLY_FIELDS: Final[Mapping[str, str]] = {
    "type": "type",
    "nextExpectedInput": "next_expected_input",
    "goalCompletion": "goal_completion",
    "executionStatus": "execution_status",
    "flowSwitch": "flow_switch",
    "success": "success",
    "attachments": "attachments",
    "generativeOutputs": "generative_outputs",
    "toolsFired": "tools_fired",
    "generatedMedia": "generated_media",
}
"""Fields of a reply except its text: name in the API, attribute of `AgentReply`."""

_USUAL: Final = AgentReply("")
USUAL_FIELDS: Final[Mapping[str, Any]] = {
    name: list(value) if isinstance(value, tuple) else value
    for name, value in ((n, getattr(_USUAL, each)) for n, each in REPLY_FIELDS.items())
}
"""Their usual values, as JSON."""


def reply_fields(content: Mapping[str, Any]) -> AgentReply:
    """Return a reply without text from the fields of a response, by their names in the API."""
    fields: dict[str, Any] = {
        # Lists become tuples, so that equal dialogues are equal.
        field: tuple(content[name]) if isinstance(content[name], list) else content[name]
        for name, field in REPLY_FIELDS.items()
        if name in content
    }
    return AgentReply("", **fields)


Responder: TypeAlias = Callable[[AgentInput], AgentReply]
"""Function that turns an agent input into a reply. Must be pure: no clock, no randomness."""
