"""Dialogue model: turns with what they expect, what they reply, and which turns may follow.

Equal dialogues behave alike, whether they come from a transcript, YAML or Python.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from leadway_mock.agents.patterns import ANY, MatchTime, Pattern, match_value, parse_pattern
from leadway_mock.agents.replies import (
    REPLY_FIELDS,
    AgentInput,
    AgentReply,
    reply_fields,
)
from leadway_mock.agents.templates import fill_texts, parse_template, placeholder_values
from leadway_mock.faults import Fault, Latency, as_json, read_fault
from leadway_mock.util.json_text import plain_text, texts_in, to_json_text

UNSCRIPTED: Final = "unscripted"
REJECT: Final = "reject"
REPEAT: Final = "repeat"
RESTART: Final = "restart"
END: Final = "end"
"""The reserved label that ends the dialogue."""

MISSING: Final = "(not sent)"


class MatchPart(NamedTuple):
    """One expectation, the received value, and the captures; None if it does not match."""

    name: str
    expected: str
    found: str
    captured: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """Reply of a turn: a template for the text, and the other fields."""

    text: str
    fields: AgentReply = field(default_factory=lambda: AgentReply(""))
    line: int = field(default=0, compare=False)
    """Line in its file; 0 if unknown."""

    def reply(self, agent_input: AgentInput, captures: Mapping[str, str]) -> AgentReply:
        """Return the reply, with the placeholders in all its texts filled."""
        values = placeholder_values(agent_input, captures)
        return replace(
            self.fields,
            response=parse_template(self.text).fill(values),
            attachments=fill_texts(self.fields.attachments, values),
            generative_outputs=fill_texts(self.fields.generative_outputs, values),
            generated_media=fill_texts(self.fields.generated_media, values),
        )

    @property
    def placeholders(self) -> Iterator[str]:
        """The names of the placeholders in all its texts."""
        fields = self.fields
        lists = (fields.attachments, fields.generative_outputs, fields.generated_media)
        for text in texts_in([self.text, *lists]):
            yield from parse_template(text).names


@dataclass(frozen=True, slots=True)
class TurnConditions:
    """Conditions of a turn besides the message; None or empty is no condition."""

    turn: int | None = None
    """The number of the message within its session; the first is 1."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    """Expected input variables, compared by `patterns.match_value`."""

    contact: str | None = None
    attachments: int | Sequence[Mapping[str, Any]] | None = None
    """Expected number, or expectations of each, in order."""


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """An expected message and its reply."""

    number: int
    """Its place in the order of writing, from 1."""

    user: Pattern
    reply: ScriptedReply
    when: TurnConditions = TurnConditions()
    label: str = ""
    latency: Latency | None = None
    fault: Fault | None = None
    """Fault of the first calls that take the turn."""

    then: tuple[int, ...] = ()
    """Numbers of the turns that may follow, in the order in which they are tried."""

    line: int = field(default=0, compare=False)

    def match(self, agent_input: AgentInput) -> Mapping[str, str] | None:
        """Return the captures if the turn expects the input, or else None."""
        captured: dict[str, str] = {}
        for part in self.parts(agent_input):
            if part.captured is None:
                return None
            captured |= part.captured
        return captured

    def parts(self, agent_input: AgentInput) -> Iterator[MatchPart]:
        """Yield each expectation with the received value, the message first."""
        when, message, match_time = self.when, agent_input.message, agent_input.match_time
        yield MatchPart("user", str(self.user), message, self.user.find(message, match_time))
        if when.turn is not None:
            yield _count_part("when.turn", when.turn, agent_input.turn)
        for name, expected in when.variables.items():
            found = agent_input.input_variables.get(name)
            yield _match_part(f"when.variables.{name}", expected, found, match_time)
        if when.contact is not None:
            yield _match_part("when.contact", when.contact, agent_input.contact_id, match_time)
        if when.attachments is not None:
            yield from _attachment_parts(when.attachments, agent_input.attachments, match_time)

    @property
    def captures(self) -> frozenset[str]:
        """The names of all it may capture."""
        return frozenset(name for pattern in self.patterns for name in pattern.captures)

    @property
    def patterns(self) -> Sequence[Pattern]:
        """The pattern of the message, and those of its conditions."""
        patterns = [self.user, *_patterns_in([*self.when.variables.values(), self.when.contact])]
        if not isinstance(self.when.attachments, int | None):
            patterns += _patterns_in(v for each in self.when.attachments for v in each.values())
        return patterns


@dataclass(frozen=True)
class Dialogue:
    """A scripted conversation."""

    name: str
    turns: tuple[ScriptedTurn, ...]
    """In the order of writing: turn number 1 is the first."""

    starts: tuple[int, ...]
    """Numbers of the turns that may begin it, in the order in which they are tried."""

    agents: tuple[str, ...] = ()
    """Ids of its agents; empty is any agent."""

    fallback: ScriptedReply | str = UNSCRIPTED
    """Response to unexpected messages: `unscripted`, `reject`, or a reply."""

    at_end: str = UNSCRIPTED
    """Response after the end: `unscripted` (use `fallback`), `repeat` (the last reply) or
    `restart`."""

    file: str = field(default="", compare=False)

    @cached_property
    def version(self) -> str:
        """Digest of the content without file and lines, which identifies this version."""
        content = to_json(self) | {"file": ""}
        content["turns"] = [turn | {"line": 0} for turn in content["turns"]]
        return hashlib.blake2b(to_json_text(content).encode(), digest_size=16).hexdigest()

    def turn(self, number: int) -> ScriptedTurn:
        """Return the turn of that number."""
        return self.turns[number - 1]

    def following(self, after: int) -> tuple[ScriptedTurn, ...]:
        """Return the turns that may follow turn `after`; 0 is the beginning."""
        numbers = self.turn(after).then if after else self.starts
        return tuple(map(self.turn, numbers))


def _match_part(
    name: str,
    expected: Any,  # noqa: ANN401 - any JSON
    found: object,
    match_time: MatchTime,
) -> MatchPart:
    captured = match_value(expected, found, match_time)
    return MatchPart(name, _value_text(expected), _value_text(found), captured)


def _attachment_parts(
    expected: int | Sequence[Mapping[str, Any]],
    found: Sequence[Mapping[str, object]],
    match_time: MatchTime,
) -> Iterator[MatchPart]:
    count = expected if isinstance(expected, int) else len(expected)
    yield _count_part("when.attachments", count, len(found))
    for index, each in enumerate([] if isinstance(expected, int) else expected):
        sent = found[index] if index < len(found) else {}
        for name, value in each.items():
            part = f"when.attachments.{index + 1}.{name}"
            yield _match_part(part, value, sent.get(name), match_time)


def _count_part(name: str, expected: int, found: int) -> MatchPart:
    return MatchPart(name, str(expected), str(found), {} if expected == found else None)


def _value_text(value: object) -> str:
    return MISSING if value is None else plain_text(value)


def _patterns_in(expectations: Any) -> list[Pattern]:  # noqa: ANN401 - an iterable of any JSON
    return [parse_pattern(each) if isinstance(each, str) else ANY for each in expectations]


def to_json(dialogue: Dialogue) -> dict[str, Any]:
    """Return a dialogue as JSON values, with its file and line numbers."""
    fallback = dialogue.fallback
    return {
        "name": dialogue.name,
        "agents": list(dialogue.agents),
        "fallback": fallback if isinstance(fallback, str) else _reply_to_json(fallback),
        "at_end": dialogue.at_end,
        "starts": list(dialogue.starts),
        "turns": [_turn_to_json(turn) for turn in dialogue.turns],
        "file": dialogue.file,
    }


def to_text(dialogue: Dialogue) -> str:
    """Return a dialogue as text for the store, which `from_json` reads."""
    return to_json_text(to_json(dialogue))


def from_json(content: Mapping[str, Any]) -> Dialogue:
    """Return the dialogue from the content of `to_text`, without checks."""
    fallback = content["fallback"]
    return Dialogue(
        name=content["name"],
        turns=tuple(map(_turn_from_json, content["turns"])),
        starts=tuple(content["starts"]),
        agents=tuple(content["agents"]),
        fallback=fallback if isinstance(fallback, str) else _reply_from_json(fallback),
        at_end=content["at_end"],
        file=content["file"],
    )


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


def _turn_from_json(content: Mapping[str, Any]) -> ScriptedTurn:
    return ScriptedTurn(
        number=content["number"],
        user=Pattern(*content["user"]),
        reply=_reply_from_json(content["agent"]),
        when=TurnConditions(**content["when"]),
        label=content["label"],
        latency=Latency(**content["latency"]) if content["latency"] else None,
        fault=read_fault(content["fault"]) if content["fault"] else None,
        then=tuple(content["then"]),
        line=content["line"],
    )


def _reply_to_json(reply: ScriptedReply) -> dict[str, Any]:
    fields = {name: getattr(reply.fields, field) for name, field in REPLY_FIELDS.items()}
    return {"response": reply.text} | {
        name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()
    }


def _reply_from_json(content: Mapping[str, Any]) -> ScriptedReply:
    return ScriptedReply(content["response"], reply_fields(content))
