"""Parser from a document to a dialogue, or to all its problems."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from itertools import chain
from typing import Any, Final

from leadway_mock.agents.patterns import ANY, parse_pattern
from leadway_mock.agents.replies import REPLY_FIELDS, reply_fields
from leadway_mock.dialogues.loading.checks import rule_problems
from leadway_mock.dialogues.loading.turn_entries import (
    TurnEntry,
    link_turns,
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
from leadway_mock.documents.problems import MAX_PROBLEMS_IN_TEXT, Problem, ProblemsError
from leadway_mock.documents.schema_errors import FileKind, document_problems
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.faults import Latency, read_fault, read_latency


class DialogueError(ProblemsError):
    """A dialogue that cannot be used; `str()` lists its problems, one per line."""


class DialoguesError(DialogueError):
    """The errors of several dialogues; `str()` lists every problem of each."""

    def __init__(self, errors: Iterable[DialogueError]) -> None:
        self.errors = tuple(errors)
        lines = [line for each in self.errors for line in str(each).splitlines()]
        more = len(lines) - MAX_PROBLEMS_IN_TEXT
        ends = [f"and {more} more"] if more > 0 else []
        ValueError.__init__(self, "\n".join([*lines[:MAX_PROBLEMS_IN_TEXT], *ends]))
        self.file = ", ".join(error.file for error in self.errors)
        self.problems = tuple(problem for error in self.errors for problem in error.problems)


def read_dialogue(
    document: Document, *, file: str, name: str, problems: Iterable[Problem] = ()
) -> Dialogue:
    """Return the dialogue of `document`; `name` is its name if it declares none.

    `problems` are those found before. Raises `DialogueError`.
    """
    rules = chain(problems, rule_problems(document))
    if found := document_problems(document, _file_kind(), rules):
        raise DialogueError(file, found)
    return _dialogue(document, file, name)


def _dialogue(document: Document, file: str, name: str) -> Dialogue:
    content: Any = document.value if isinstance(document.value, Mapping) else {}
    entries, _ = read_entries(document)
    following, agent = link_turns(entries), content.get("agent", [])
    fallback = content.get("fallback", UNSCRIPTED)
    if fallback not in (UNSCRIPTED, REJECT):
        fallback = _reply(document, ("fallback",), fallback)
    latency = read_latency(content["latency"]) if "latency" in content else None
    return Dialogue(
        name=content.get("name", name),
        turns=tuple(
            _turn(each, following[each.number], document, latency) for each in turns_of(entries)
        ),
        starts=following[0],
        agents=(agent,) if isinstance(agent, str) else tuple(agent),
        fallback=fallback,
        at_end=content.get("at_end", UNSCRIPTED),
        file=file,
    )


def _turn(
    entry: TurnEntry, then: tuple[int, ...], document: Document, latency: Latency | None
) -> ScriptedTurn:
    content = entry.content
    replies = [_reply(document, *reply) for reply in entry.replies]
    text = "\n".join(each.text for each in replies)
    return ScriptedTurn(
        number=entry.number,
        user=parse_pattern(content["user"]) if "user" in content else ANY,
        reply=ScriptedReply(text, replies[-1].fields, replies[0].line),
        when=TurnConditions(**content.get("when", {})),
        label=entry.text("label"),
        latency=read_latency(content["latency"]) if "latency" in content else latency,
        fault=read_fault(content["fault"]) if "fault" in content else None,
        then=then,
        line=document.position(entry.pointer).line,
    )


def _reply(document: Document, pointer: Pointer, reply: str | Mapping[str, Any]) -> ScriptedReply:
    if isinstance(reply, str):
        return ScriptedReply(reply, line=document.position(pointer).line)
    line = document.position((*pointer, "response")).line
    return ScriptedReply(reply["response"], reply_fields(reply), line)


@cache
def schema_text() -> str:
    """Return the JSON Schema of a dialogue file, as editors use it."""
    return resources.files(__package__).joinpath("dialogues.schema.json").read_text("utf-8")


@cache
def _file_kind() -> FileKind:
    start = "start it with a line `turns:`, or with `- user: …`"
    return FileKind(json.loads(schema_text()), start, SYNONYMS, MISPLACED)


SYNONYMS: Final = {
    "after": ("at_end",),
    "agentId": ("agent",),
    "agents": ("agent",),
    "alternatives": ("branch",),
    "answer": ("agent", "response"),
    "assistant": ("agent",),
    "attachment": ("attachments",),
    "branches": ("branch",),
    "contactId": ("contact",),
    "delay": ("latency",),
    "goto": ("then",),
    "id": ("label", "name"),
    "message": ("user",),
    "next": ("then",),
    "otherwise": ("fallback",),
    "reply": ("agent",),
    "text": ("response", "user"),
}
"""Names that users may try, with the names to suggest."""

_REPLY = "it belongs to the reply, as in `agent: {response: Hi, goalCompletion: true}`"
_GENERATED = "leave it out: the mock generates one for each response"
_TOP = "it belongs at the top of the file, beside `turns`"
_TURN = "it belongs to the turn, beside `user` and `agent`"
_WHEN = "it belongs to the conditions, as in `when: {turn: 1}`"

MISPLACED: Final = {
    **dict.fromkeys(("executionId", "interactionId"), _GENERATED),
    **dict.fromkeys(("at_end", "fallback", "name"), _TOP),
    "turns": "it belongs at the top of the file, once",
    **dict.fromkeys(("branch", "fault", "label", "latency", "then", "when"), _TURN),
    **dict.fromkeys(("contact", "turn", "variables"), _WHEN),
    **dict.fromkeys(("response", *REPLY_FIELDS), _REPLY),
    "user": "it begins a turn: write `- user: …` under `turns`, or name a transcript `.txt`",
    "attachments": "sent attachments belong under `when`, those of the reply under `agent`",
}
"""Hints for names that are valid elsewhere in the file, or nowhere."""
