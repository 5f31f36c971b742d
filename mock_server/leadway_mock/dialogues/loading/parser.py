"""Parser from a document to a dialogue, or to all its problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

from leadway_mock.dialogues.loading.checks import rule_problems
from leadway_mock.dialogues.loading.schema import schema_problems
from leadway_mock.dialogues.loading.turn_entries import (
    TurnEntry,
    TurnGraph,
    build_graph,
    read_entries,
    turns_of,
)
from leadway_mock.dialogues.model import (
    REJECT,
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

MAX_PROBLEMS: Final = 1_000
"""Maximum problems to find; a file of another kind may have more."""


class DialogueError(ProblemsError):
    """A dialogue that cannot be used; `str()` lists its problems, one per line."""


class DialoguesError(DialogueError):
    """The errors of several dialogues; `str()` lists every problem of each."""

    def __init__(self, errors: Iterable[DialogueError]) -> None:
        self.errors = tuple(errors)
        ValueError.__init__(self, "\n".join(map(str, self.errors)))
        self.file = ", ".join(error.file for error in self.errors)
        self.problems = tuple(problem for error in self.errors for problem in error.problems)


def read_dialogue(
    document: Document, *, file: str, name: str, problems: Iterable[Problem] = ()
) -> Dialogue:
    """Return the dialogue of `document`; `name` is its name if it declares none.

    `problems` are those found before. Raises `DialogueError`.
    """
    found = [*problems, *islice(schema_problems(document), MAX_PROBLEMS)]
    problems = sorted({*found, *islice(rule_problems(document), MAX_PROBLEMS)})
    if problems:
        raise DialogueError(file, problems)
    return _dialogue(document, file, name)


def _dialogue(document: Document, file: str, name: str) -> Dialogue:
    content: Any = document.value if isinstance(document.value, Mapping) else {}
    entries, _ = read_entries(document)
    graph = build_graph(entries)
    return Dialogue(
        name=content.get("name", name),
        turns=tuple(_turn(entry, graph, document) for entry in turns_of(entries)),
        starts=graph.starts,
        agents=_agents(content.get("agent", [])),
        fallback=_fallback(document, content.get("fallback", UNSCRIPTED)),
        at_end=content.get("at_end", UNSCRIPTED),
        file=file,
    )


def _turn(entry: TurnEntry, graph: TurnGraph, document: Document) -> ScriptedTurn:
    content = entry.content
    return ScriptedTurn(
        number=entry.number,
        user=parse_pattern(content["user"]) if "user" in content else ANY,
        reply=_join([_reply(document, *reply) for reply in entry.replies]),
        when=TurnConditions(**content.get("when", {})),
        label=entry.text("label"),
        latency=read_latency(content["latency"]) if "latency" in content else None,
        fault=read_fault(content["fault"]) if "fault" in content else None,
        then=graph.successors[entry.number],
        line=document.position(entry.pointer).line,
    )


def _join(replies: list[ScriptedReply]) -> ScriptedReply:
    """Return one reply from several: their texts as lines, and the fields of the last."""
    text = "\n".join(each.text for each in replies)
    return ScriptedReply(text, replies[-1].fields, replies[0].line)


def _reply(document: Document, pointer: Pointer, reply: str | Mapping[str, Any]) -> ScriptedReply:
    if isinstance(reply, str):
        return ScriptedReply(reply, line=document.position(pointer).line)
    line = document.position((*pointer, "response")).line
    return ScriptedReply(reply["response"], reply_fields(reply), line)


def _agents(agent: str | list[str]) -> tuple[str, ...]:
    return (agent,) if isinstance(agent, str) else tuple(agent)


def _fallback(document: Document, fallback: str | Mapping[str, Any]) -> ScriptedReply | str:
    if isinstance(fallback, str) and fallback in {UNSCRIPTED, REJECT}:
        return fallback
    return _reply(document, ("fallback",), fallback)
