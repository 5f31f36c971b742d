"""Dialogues in Python: what a file says, this says, and what it makes is the same."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypedDict, Unpack

from leadway_mock.dialogues.loading.parser import DialogueError, read_dialogue
from leadway_mock.dialogues.model import ANSWER_FIELDS, Dialogue
from leadway_mock.documents.problems import Problem, TextPosition
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.faults import Fault, as_json
from leadway_mock.util.json_text import to_json_text

_LETTERS = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"))


class Conditions(TypedDict, total=False):
    """What `user` may be told besides the message."""

    equals: str
    turn: int
    variables: Mapping[str, Any]
    contact: str
    attachments: int | Sequence[Mapping[str, Any]]
    label: str


class Fields(TypedDict, total=False):
    """What `agent` may be told besides the text."""

    type: str
    next_expected_input: str
    goal_completion: bool
    execution_status: str
    flow_switch: bool
    success: bool
    attachments: Sequence[Mapping[str, Any]]
    generative_outputs: Sequence[Mapping[str, Any]]
    latency: str | Mapping[str, Any]
    fault: Mapping[str, Any] | Fault
    then: str


@dataclass(frozen=True, slots=True)
class ScriptItem:
    """One entry of a script, as YAML would have it, and the line of Python that wrote it."""

    content: Mapping[str, Any]
    line: int
    paths: tuple[TurnsBuilder, ...] | None = None
    """The alternatives, if it is a branch."""


@dataclass(frozen=True, slots=True)
class TurnsBuilder:
    """Turns, one after the other. Each method returns a longer one, and changes nothing."""

    items: tuple[ScriptItem, ...] = ()

    def user(self, text: str | re.Pattern[str] = "*", **conditions: Unpack[Conditions]) -> Self:
        """Expect a message: `text` as in a transcript, a compiled pattern, or anything.

        `equals` is the whole message instead; `turn`, `variables`, `contact` and `attachments` are
        what `when:` has in YAML; `label` names the turn.
        """
        told = dict(conditions)
        label, equals = told.pop("label", None), told.pop("equals", None)
        said = _said(text) if equals is None else {"equals": equals}
        return self._and(_given(label=label, user=said, when=_given(**told) or None))

    def agent(self, text: str, **fields: Unpack[Fields]) -> Self:
        """Answer with `text`, a template; several in a row are one answer of several lines.

        `fields` are the answer's other fields, and `latency` (a duration such as `200ms`, or a
        distribution as in YAML), `fault`, and `then`, the label with which the dialogue goes on,
        or `end`.
        """
        told = dict(fields)
        fault = told.pop("fault", None)
        turn = _given(
            latency=told.pop("latency", None),
            fault=as_json(fault) if isinstance(fault, Fault) else fault,
            then=told.pop("then", None),
        )
        answer = {api: told[name] for api, name in ANSWER_FIELDS.items() if name in told}
        return self._and({"agent": {"response": text, **answer} if answer else text, **turn})

    def branch(self, *paths: TurnsBuilder, label: str | None = None) -> Self:
        """Go on with the first of `paths` whose first turn expects the message."""
        return self._and(_given(label=label), paths)

    def _and(
        self, content: Mapping[str, Any], paths: tuple[TurnsBuilder, ...] | None = None
    ) -> Self:
        return replace(self, items=(*self.items, ScriptItem(content, _caller()[1], paths)))


@dataclass(frozen=True, slots=True)
class DialogueBuilder(TurnsBuilder):
    """A dialogue in the making: turns, and what holds for all of them. `build` ends it."""

    head: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    line: int = 0

    def fallback(self, said: str | Mapping[str, Any]) -> Self:
        """Say what a message gets that no turn expects: `unscripted`, `refuse`, or an answer."""
        return replace(self, head={**self.head, "otherwise": said})

    def at_end(self, what: str) -> Self:
        """Say what a message gets after the end: `unscripted`, `repeat` or `restart`."""
        return replace(self, head={**self.head, "after": what})

    def build(self) -> Dialogue:
        """Return the dialogue. Raises `DialogueError`, which lists all that is wrong."""
        values: dict[Pointer, TextPosition] = {(): TextPosition(self.line, 1)}
        turns = _written(self.items, ("turns",), values)
        try:
            content = json.loads(to_json_text({**self.head, "turns": turns}).encode())
        except (TypeError, ValueError, RecursionError) as error:
            problem = Problem(
                TextPosition(self.line), f"this is no JSON: {error}", "use plain values alone"
            )
            raise DialogueError(self.file, [problem]) from error
        return read_dialogue(Document(content, values, {}), file=self.file, name="")


def dialogue(name: str, *, agent: str | Sequence[str] | None = None) -> DialogueBuilder:
    """Begin a dialogue, known to `agent` (an id, or several), or to every agent."""
    file, line = _caller()
    return DialogueBuilder(head=_given(name=name, agent=agent), file=file, line=line)


def user(text: str | re.Pattern[str] = "*", **conditions: Unpack[Conditions]) -> TurnsBuilder:
    """Begin an alternative of a branch; see `Turns.user`."""
    return TurnsBuilder().user(text, **conditions)


def as_dialogue(one: Dialogue | DialogueBuilder) -> Dialogue:
    """Return `one` as a dialogue. Raises `DialogueError`."""
    return one.build() if isinstance(one, DialogueBuilder) else one


def _said(text: str | re.Pattern[str]) -> str:
    if isinstance(text, str):
        return text
    flags = "".join(letter for flag, letter in _LETTERS if text.flags & flag)
    return f"/{text.pattern}/{flags}"


def _given(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _written(
    items: Sequence[ScriptItem], pointer: Pointer, values: dict[Pointer, TextPosition]
) -> list[dict[str, Any]]:
    """Return `items` as YAML would have them, and note their lines in `values`."""
    written = []
    for index, item in enumerate(items):
        where = (*pointer, index)
        values[where] = TextPosition(item.line, 1)
        content = dict(item.content)
        if item.paths is not None:
            branch = (*where, "branch")
            content["branch"] = [
                _written(path.items, (*branch, number), values)
                for number, path in enumerate(item.paths)
            ]
        written.append(content)
    return written


def _caller() -> tuple[str, int]:
    """Return the file and line outside this module that brought us here."""
    frame = sys._getframe(1)  # noqa: SLF001 - a line for errors is worth it; every Python has it
    while frame.f_code.co_filename == __file__ and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno
