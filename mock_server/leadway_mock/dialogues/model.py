"""A dialogue as it is played: turns, each with what it expects, what it says, and what may follow.

Whether it was written as a transcript, as YAML or in Python cannot be told from it: what is equal
here plays alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from leadway_mock.agents.input_variables import plain_text
from leadway_mock.agents.replies import AgentInput, AgentReply, Comparison
from leadway_mock.agents.template_values import values_for
from leadway_mock.dialogues.patterns import ANY, Pattern, fit, parse_pattern
from leadway_mock.dialogues.placeholders import filled, template, texts_in
from leadway_mock.faults import Fault, Latency, as_json
from leadway_mock.util.json_text import to_json_text

ANSWER_FIELDS: Final[Mapping[str, str]] = {
    "type": "type",
    "nextExpectedInput": "next_expected_input",
    "goalCompletion": "goal_completion",
    "executionStatus": "execution_status",
    "flowSwitch": "flow_switch",
    "success": "success",
    "attachments": "attachments",
    "generativeOutputs": "generative_outputs",
}
"""What an answer may set besides its text, by its name in the API, and in `Reply`."""

UNSCRIPTED: Final = "unscripted"
REFUSE: Final = "refuse"
REPEAT: Final = "repeat"
RESTART: Final = "restart"
END: Final = "end"
"""The label that no turn has: where `then: end` leads."""

MISSING: Final = "(not sent)"


class MatchPart(NamedTuple):
    """One expectation, what it met, and what it captured; None where it did not fit."""

    name: str
    expected: str
    found: str
    captured: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """What the agent says: a template, and the answer's other fields."""

    text: str
    fields: AgentReply = field(default_factory=lambda: AgentReply(""))
    line: int = field(default=0, compare=False)
    """Where it is written; 0 where that is unknown."""

    def reply(self, heard: AgentInput, captures: Mapping[str, str]) -> AgentReply:
        """Return the reply, with the placeholders of all its texts filled in."""
        values = values_for(heard, captures)
        return replace(
            self.fields,
            response=template(self.text).fill(values),
            attachments=filled(self.fields.attachments, values),
            generative_outputs=filled(self.fields.generative_outputs, values),
        )

    @property
    def placeholders(self) -> Iterator[str]:
        """The names of the placeholders in all its texts."""
        for text in texts_in([self.text, self.fields.attachments, self.fields.generative_outputs]):
            yield from template(text).names


@dataclass(frozen=True, slots=True)
class TurnConditions:
    """What a turn expects besides the message. Each is None, or empty, for: whatever."""

    turn: int | None = None
    """The number of the message within its session; the first is 1."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    """Input variables, each with what is expected of it, as `patterns.fit` compares."""

    contact: str | None = None
    attachments: int | Sequence[Mapping[str, Any]] | None = None
    """How many there are, or what is expected of each, in order."""


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """One message that is expected, and its answer."""

    number: int
    """Its place in the order of writing, from 1."""

    user: Pattern
    reply: ScriptedReply
    when: TurnConditions = TurnConditions()
    label: str = ""
    latency: Latency | None = None
    fault: Fault | None = None
    """What breaks when the turn is taken, for the first calls that take it."""

    then: tuple[int, ...] = ()
    """The numbers of the turns of which one may follow, in the order they are tried."""

    line: int = field(default=0, compare=False)

    def match(self, heard: AgentInput) -> Mapping[str, str] | None:
        """Return what the turn captures if it expects `heard`, or else None."""
        captured: dict[str, str] = {}
        for part in self.parts(heard):
            if part.captured is None:
                return None
            captured |= part.captured
        return captured

    def parts(self, heard: AgentInput) -> Iterator[MatchPart]:
        """Yield what the turn expects beside what was heard, the message first."""
        yield MatchPart("user", str(self.user), heard.message, self.user.find(heard.message))
        when = self.when
        if when.turn is not None:
            yield MatchPart(
                "when.turn", str(when.turn), str(heard.turn), _if(when.turn == heard.turn)
            )
        for name, expected in when.variables.items():
            yield _part(f"when.variables.{name}", expected, heard.input_variables.get(name))
        if when.contact is not None:
            yield _part("when.contact", when.contact, heard.contact_id)
        if when.attachments is not None:
            yield from _attachments(when.attachments, heard.attachments)

    @property
    def captures(self) -> frozenset[str]:
        """The names of all it may capture."""
        patterns = [self.user, *_patterns([*self.when.variables.values(), self.when.contact])]
        if not isinstance(self.when.attachments, int | None):
            patterns += _patterns(v for each in self.when.attachments for v in each.values())
        return frozenset(name for pattern in patterns for name in pattern.captures)


@dataclass(frozen=True)
class Dialogue:
    """A scripted conversation."""

    name: str
    turns: tuple[ScriptedTurn, ...]
    """In the order of writing: turn number 1 is the first."""

    starts: tuple[int, ...]
    """The numbers of the turns of which one begins it, in the order they are tried."""

    agents: tuple[str, ...] = ()
    """The ids of the agents that know it; empty for any agent."""

    fallback: ScriptedReply | str = UNSCRIPTED
    """What a message gets that no turn expects: `unscripted`, `refuse`, or something to say."""

    at_end: str = UNSCRIPTED
    """What a message gets after the end: `unscripted` (what `fallback` says), `repeat` (the last
    answer again) or `restart`."""

    file: str = field(default="", compare=False)

    @cached_property
    def version(self) -> str:
        """What tells this dialogue from others of its name: the same words, the same version."""
        return digest(self)

    def applies_to(self, agent_id: str) -> bool:
        """Tell whether the agent of that id plays this dialogue."""
        return not self.agents or agent_id in self.agents

    def turn(self, number: int) -> ScriptedTurn:
        """Return the turn of that number."""
        return self.turns[number - 1]

    def following(self, after: int) -> tuple[ScriptedTurn, ...]:
        """Return the turns of which one may follow turn `after`; 0 is the beginning."""
        numbers = self.turn(after).then if after else self.starts
        return tuple(map(self.turn, numbers))


def comparison(part: MatchPart) -> Comparison:
    """Return a part without what it captured."""
    return Comparison(part.name, part.expected, part.found, part.captured is not None)


def _part(name: str, expected: Any, found: object) -> MatchPart:  # noqa: ANN401 - any JSON
    return MatchPart(name, _shown(expected), _shown(found), fit(expected, found))


def _attachments(
    expected: int | Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, object]]
) -> Iterator[MatchPart]:
    count = expected if isinstance(expected, int) else len(expected)
    yield MatchPart("when.attachments", str(count), str(len(found)), _if(count == len(found)))
    for index, each in enumerate([] if isinstance(expected, int) else expected):
        sent = found[index] if index < len(found) else {}
        for name, value in each.items():
            yield _part(f"when.attachments.{index + 1}.{name}", value, sent.get(name))


def _if(fits: bool) -> Mapping[str, str] | None:  # noqa: FBT001 - it is the question itself
    return {} if fits else None


def _shown(value: object) -> str:
    return MISSING if value is None else plain_text(value)


def _patterns(expectations: Any) -> list[Pattern]:  # noqa: ANN401 - an iterable of any JSON
    return [parse_pattern(each) if isinstance(each, str) else ANY for each in expectations]


def to_json(dialogue: Dialogue) -> dict[str, Any]:
    """Return a dialogue as JSON values, with the place it was read from."""
    return {
        "name": dialogue.name,
        "agents": list(dialogue.agents),
        "fallback": _fallback_to_json(dialogue.fallback),
        "at_end": dialogue.at_end,
        "starts": list(dialogue.starts),
        "turns": [_turn_to_json(turn) for turn in dialogue.turns],
        "file": dialogue.file,
    }


def digest(dialogue: Dialogue) -> str:
    """Return what tells this version of a dialogue from others: the same words, the same text.

    Where it is written does not count.
    """
    content = to_json(dialogue) | {"file": ""}
    content["turns"] = [turn | {"line": 0} for turn in content["turns"]]
    return hashlib.blake2b(to_json_text(content).encode(), digest_size=16).hexdigest()


def _turn_to_json(turn: ScriptedTurn) -> dict[str, Any]:
    return {
        "number": turn.number,
        "label": turn.label,
        "user": [turn.user.kind, turn.user.text, turn.user.flags],
        "when": asdict(turn.when),
        "agent": _reply_to_json(turn.reply),
        "latency": asdict(turn.latency) if turn.latency else None,
        "fault": as_json(turn.fault) if turn.fault else None,
        "then": list(turn.then),
        "line": turn.line,
    }


def _reply_to_json(saying: ScriptedReply) -> dict[str, Any]:
    said = {name: getattr(saying.fields, field) for name, field in ANSWER_FIELDS.items()}
    return {"response": saying.text} | {
        name: list(value) if isinstance(value, tuple) else value for name, value in said.items()
    }


def _fallback_to_json(fallback: ScriptedReply | str) -> str | dict[str, Any]:
    return fallback if isinstance(fallback, str) else _reply_to_json(fallback)
