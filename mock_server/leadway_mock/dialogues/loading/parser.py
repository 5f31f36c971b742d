"""From a document to a dialogue, or to every problem it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

from leadway_mock.dialogues.loading.checks import rule_problems
from leadway_mock.dialogues.loading.schema import schema_problems
from leadway_mock.dialogues.loading.turn_entries import TurnEntry, read_entries, turns_of
from leadway_mock.dialogues.loading.turn_graph import Flow, flow_of
from leadway_mock.dialogues.model import (
    REFUSE,
    UNSCRIPTED,
    Dialogue,
    ScriptedReply,
    ScriptedTurn,
    TurnConditions,
)
from leadway_mock.dialogues.patterns import ANY, parse_pattern
from leadway_mock.dialogues.serialization import reply_fields
from leadway_mock.documents.problems import Problem, ProblemsError
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.faults import read_fault, read_latency

MOST_PROBLEMS: Final = 1_000
"""After so many the rest is not looked for: the file is of another kind."""


class DialogueError(ProblemsError):
    """A dialogue that cannot be used; `str()` of it lists every problem, one a line."""


class DialoguesError(DialogueError):
    """The errors of several dialogues; `str()` of it lists every problem of each."""

    def __init__(self, errors: Iterable[DialogueError]) -> None:
        self.errors = tuple(errors)
        ValueError.__init__(self, "\n".join(map(str, self.errors)))
        self.file = ", ".join(error.file for error in self.errors)
        self.problems = tuple(problem for error in self.errors for problem in error.problems)


def read_dialogue(
    document: Document, *, file: str, name: str, already: Iterable[Problem] = ()
) -> Dialogue:
    """Return the dialogue that `document` describes; `name` is for one that names itself not.

    `already` are problems found on the way to the document. Raises `DialogueError`.
    """
    found = [*already, *islice(schema_problems(document), MOST_PROBLEMS)]
    problems = sorted({*found, *islice(rule_problems(document), MOST_PROBLEMS)})
    if problems:
        raise DialogueError(file, problems)
    return _dialogue(document, file, name)


def _dialogue(document: Document, file: str, name: str) -> Dialogue:
    content: Any = document.value if isinstance(document.value, Mapping) else {}
    entries, _ = read_entries(document)
    flow = flow_of(entries)
    return Dialogue(
        name=content.get("name", name),
        turns=tuple(_turn(entry, flow, document) for entry in turns_of(entries)),
        starts=flow.starts,
        agents=_agents(content.get("agent", [])),
        fallback=_fallback(document, content.get("fallback", UNSCRIPTED)),
        at_end=content.get("at_end", UNSCRIPTED),
        file=file,
    )


def _turn(entry: TurnEntry, flow: Flow, document: Document) -> ScriptedTurn:
    content = entry.content
    return ScriptedTurn(
        number=entry.number,
        user=parse_pattern(content["user"]) if "user" in content else ANY,
        reply=_join([_reply(document, *answer) for answer in entry.answers]),
        when=TurnConditions(**content.get("when", {})),
        label=entry.text("label"),
        latency=read_latency(content["latency"]) if "latency" in content else None,
        fault=read_fault(content["fault"]) if "fault" in content else None,
        then=flow.following[entry.number],
        line=document.position(entry.pointer).line,
    )


def _join(sayings: list[ScriptedReply]) -> ScriptedReply:
    """Return one answer of several: their texts as lines, and the fields of the last."""
    text = "\n".join(each.text for each in sayings)
    return ScriptedReply(text, sayings[-1].fields, sayings[0].line)


def _reply(document: Document, pointer: Pointer, answer: str | Mapping[str, Any]) -> ScriptedReply:
    if isinstance(answer, str):
        return ScriptedReply(answer, line=document.position(pointer).line)
    line = document.position((*pointer, "response")).line
    return ScriptedReply(answer["response"], reply_fields(answer), line)


def _agents(said: str | list[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _fallback(document: Document, said: str | Mapping[str, Any]) -> ScriptedReply | str:
    if isinstance(said, str) and said in {UNSCRIPTED, REFUSE}:
        return said
    return _reply(document, ("fallback",), said)
