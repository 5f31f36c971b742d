"""Builder of dialogues in Python, with the features and checks of a dialogue file."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self, TypedDict, Unpack

from leadway_mock.agents.patterns import from_compiled
from leadway_mock.agents.replies import REPLY_FIELDS
from leadway_mock.dialogues.loading.parser import DialogueError, read_dialogue
from leadway_mock.dialogues.model import Dialogue
from leadway_mock.documents.problems import Problem, TextPosition
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.faults import Fault, as_json
from leadway_mock.util.json_text import to_json_text


class Place(NamedTuple):
    """File and line of Python code that adds a dialogue or a turn."""

    file: str
    line: int

    @classmethod
    def of_caller(cls) -> Place:
        """Return the place of the nearest call from outside this package."""
        frame = inspect.currentframe()
        while frame and frame.f_globals.get("__name__", "").startswith("leadway_mock."):
            frame = frame.f_back
        return cls(frame.f_code.co_filename, frame.f_lineno) if frame else cls("", 0)


class ConditionOptions(TypedDict, total=False):
    """Options of `user` besides the message."""

    equals: str
    turn: int
    variables: Mapping[str, Any]
    contact: str
    attachments: int | Sequence[Mapping[str, Any]]
    label: str


class ReplyOptions(TypedDict, total=False):
    """Options of `agent` besides the text."""

    type: str
    next_expected_input: str
    goal_completion: bool
    execution_status: str
    flow_switch: bool
    success: bool
    attachments: Sequence[Mapping[str, Any]]
    generative_outputs: Sequence[Mapping[str, Any]]
    tools_fired: Sequence[str]
    generated_media: Sequence[Mapping[str, Any]]
    latency: str | Mapping[str, Any]
    fault: Mapping[str, Any] | Fault
    then: str


@dataclass(frozen=True, slots=True)
class ScriptItem:
    """One list item of the equivalent YAML, and the line of Python that added it."""

    content: Mapping[str, Any]
    line: int
    paths: tuple[TurnsBuilder, ...] | None = None
    """The alternatives, if it is a branch."""


@dataclass(frozen=True, slots=True)
class TurnsBuilder:
    """Sequence of turns. Each method returns a new, longer builder."""

    items: tuple[ScriptItem, ...] = ()

    def user(
        self, text: str | re.Pattern[str] = "*", **conditions: Unpack[ConditionOptions]
    ) -> Self:
        """Expect a message: `text` as in a transcript, a compiled pattern, or anything.

        `equals` is the whole message instead of `text`. `turn`, `variables`, `contact` and
        `attachments` are the conditions under `when:` in YAML. `label` names the turn.
        """
        options = dict(conditions)
        label, equals = options.pop("label", None), options.pop("equals", None)
        if isinstance(text, re.Pattern):
            text = str(from_compiled(text))
        pattern = text if equals is None else {"equals": equals}
        when = _without_none(**options) or None
        return self._append(_without_none(label=label, user=pattern, when=when))

    def agent(self, text: str, **fields: Unpack[ReplyOptions]) -> Self:
        """Reply with `text`, a template; several in a row are one reply of several lines.

        `fields` are the other fields of the response, `latency` (a duration such as `200ms`, or a
        distribution as in YAML), `fault`, and `then`: the label of the next turn, or `end`.
        """
        options = dict(fields)
        fault = options.pop("fault", None)
        turn = _without_none(
            latency=options.pop("latency", None),
            fault=as_json(fault) if isinstance(fault, Fault) else fault,
            then=options.pop("then", None),
        )
        reply = {api: options[name] for api, name in REPLY_FIELDS.items() if name in options}
        return self._append({"agent": {"response": text, **reply} if reply else text, **turn})

    def branch(self, *paths: TurnsBuilder, label: str | None = None) -> Self:
        """Continue with the first of `paths` whose first turn expects the message."""
        return self._append(_without_none(label=label), paths)

    def _append(
        self, content: Mapping[str, Any], paths: tuple[TurnsBuilder, ...] | None = None
    ) -> Self:
        return replace(
            self, items=(*self.items, ScriptItem(content, Place.of_caller().line, paths))
        )


@dataclass(frozen=True, slots=True)
class DialogueBuilder(TurnsBuilder):
    """Builder of a dialogue; `build` returns it."""

    properties: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    line: int = 0

    def fallback(self, reply: str | Mapping[str, Any]) -> Self:
        """Set the response to unexpected messages: `unscripted`, `reject`, or a reply."""
        return replace(self, properties={**self.properties, "fallback": reply})

    def at_end(self, action: str) -> Self:
        """Set the response after the end: `unscripted`, `repeat` or `restart`."""
        return replace(self, properties={**self.properties, "at_end": action})

    def latency(self, delay: str | Mapping[str, Any]) -> Self:
        """Set the delay of turns without one: a duration such as `200ms`, or a distribution."""
        return replace(self, properties={**self.properties, "latency": delay})

    def build(self) -> Dialogue:
        """Return the dialogue. Raises `DialogueError`, which lists every problem."""
        values: dict[Pointer, TextPosition] = {(): TextPosition(self.line, 1)}
        turns = _to_document(self.items, ("turns",), values)
        try:
            content = json.loads(to_json_text({**self.properties, "turns": turns}).encode())
        except (TypeError, ValueError, RecursionError) as error:
            what = f"must be JSON: {error}"
            problem = Problem(TextPosition(self.line), what, "use plain values only")
            raise DialogueError(self.file, [problem]) from error
        return read_dialogue(Document(content, values, {}), file=self.file, name="")


def dialogue(name: str, *, agent: str | Sequence[str] | None = None) -> DialogueBuilder:
    """Begin a dialogue of `agent` (an id, or several), or to every agent."""
    file, line = Place.of_caller()
    return DialogueBuilder(properties=_without_none(name=name, agent=agent), file=file, line=line)


def user(text: str | re.Pattern[str] = "*", **conditions: Unpack[ConditionOptions]) -> TurnsBuilder:
    """Begin an alternative of a branch; see `TurnsBuilder.user`."""
    return TurnsBuilder().user(text, **conditions)


def as_dialogue(source: Dialogue | DialogueBuilder) -> Dialogue:
    """Return the dialogue, built if it is a builder. Raises `DialogueError`."""
    return source.build() if isinstance(source, DialogueBuilder) else source


def _without_none(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _to_document(
    items: Sequence[ScriptItem], pointer: Pointer, values: dict[Pointer, TextPosition]
) -> list[dict[str, Any]]:
    """Return `items` as a YAML file has them, and add their lines to `values`."""
    document = []
    for index, item in enumerate(items):
        where = (*pointer, index)
        values[where] = TextPosition(item.line, 1)
        content = dict(item.content)
        if item.paths is not None:
            content["branch"] = [
                _to_document(path.items, (*where, "branch", number), values)
                for number, path in enumerate(item.paths)
            ]
        document.append(content)
    return document
