"""Parser from a document to a dialogue, or to all its problems."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import chain
from typing import Any, Final

from leadway_mock.agents.patterns import ANY, PatternError, parse_pattern
from leadway_mock.agents.registry import AGENT_ID_HINT, invisible_character
from leadway_mock.agents.replies import REPLY_FIELDS, reply_fields
from leadway_mock.agents.templates import BUILT_IN_NAMES, TemplateError, parse_template
from leadway_mock.dialogues.loading.turn_entries import (
    Entry,
    TurnEntry,
    all_entries,
    link_turns,
    read_entries,
    turns_of,
)
from leadway_mock.dialogues.model import (
    END,
    REJECT,
    UNSCRIPTED,
    Dialogue,
    ScriptedReply,
    ScriptedTurn,
    TurnConditions,
)
from leadway_mock.documents.problems import MAX_PROBLEMS_IN_TEXT, Problem, ProblemsError, quote
from leadway_mock.documents.schema_errors import FileKind, document_problems
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.faults import FaultError, Latency, read_fault, read_latency
from leadway_mock.util.json_pointer import to_path
from leadway_mock.util.json_text import texts_in
from leadway_mock.util.names import closest

TEMPLATE_FIELDS: Final = ("response", "attachments", "generativeOutputs", "generatedMedia")
"""Properties of a reply with placeholders."""


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
    entries, misplaced = read_entries(document)
    rules = chain(problems, misplaced, _rule_problems(document, entries))
    if found := document_problems(document, _file_kind(), rules):
        raise DialogueError(file, found)
    return _dialogue(document, entries, file, name)


def _dialogue(document: Document, entries: list[Entry], file: str, name: str) -> Dialogue:
    content: Any = document.value if isinstance(document.value, Mapping) else {}
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


def _rule_problems(document: Document, entries: list[Entry]) -> Iterator[Problem]:
    """Yield a problem for each rule that `document` breaks, which a JSON Schema cannot express."""
    yield from _label_problems(document, entries)
    for turn in turns_of(entries):
        yield from _pattern_problems(document, turn)
        yield from _fault_problems(document, turn.pointer, turn.content)
        for pointer, reply in turn.replies:
            yield from _template_problems(document, pointer, reply)
    head = document.value if isinstance(document.value, Mapping) else {}
    yield from _template_problems(document, ("fallback",), head.get("fallback"))
    yield from _fault_problems(
        document, (), {each: head[each] for each in ("latency",) if each in head}
    )
    yield from _agent_problems(document, head.get("agent"))


def _agent_problems(document: Document, agent: object) -> Iterator[Problem]:
    places: list[tuple[Pointer, object]] = [(("agent",), agent)]
    if isinstance(agent, list):
        places = [(("agent", index), each) for index, each in enumerate(agent)]
    for pointer, each in places:
        character = invisible_character(each) if isinstance(each, str) else ""
        if character:
            what = f"`agent` has {character} in it, which is invisible"
            yield document.problem_at(pointer, what, AGENT_ID_HINT)


def _label_problems(document: Document, entries: list[Entry]) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for entry in all_entries(entries):
        label, pointer = entry.text("label"), (*entry.pointer, "label")
        if label and label in lines:
            what = f"the label {quote(label)} is already used on line {lines[label]}"
            yield document.problem_at(pointer, what, "choose another")
        elif label:
            lines[label] = document.position(pointer).line
    for turn in turns_of(entries):
        target = turn.text("then")
        if target and target != END and target not in lines:
            close = closest(target, [*lines, END])
            hint = f"add `label: {target}` to the next turn, or write `then: {END}`"
            what = f"{quote(target)} is not a label of this dialogue"
            hint = f"did you mean `{close}`?" if close else hint
            yield document.problem_at((*turn.pointer, "then"), what, hint)


def _pattern_problems(document: Document, turn: TurnEntry) -> Iterator[Problem]:
    for pointer, pattern in _patterns(turn):
        try:
            captures = set(parse_pattern(pattern).captures)
        except PatternError as error:
            yield document.problem_at(pointer, error.message, error.hint)
            continue
        for name in sorted(captures.intersection(BUILT_IN_NAMES)):
            what = f"a capture must not be named `{name}`, which is a built-in placeholder"
            yield document.problem_at(pointer, what, "choose another name")


def _patterns(turn: TurnEntry) -> Iterator[tuple[Pointer, str | Mapping[str, str]]]:
    """Yield the pattern of the message, and the texts that `match_value` compares."""
    user, when = turn.content.get("user"), turn.content.get("when")
    condition = user if isinstance(user, Mapping) else {}
    is_valid = all(isinstance(text, str) for text in condition.values())
    if is_valid and set(condition) in ({"equals"}, {"contains"}):
        yield (*turn.pointer, "user"), condition
    places: list[tuple[Pointer, Any]] = [((*turn.pointer, "user"), user)]
    if isinstance(when, Mapping):
        pointer = (*turn.pointer, "when")
        places.append(((*pointer, "contact"), when.get("contact")))
        places += _members((*pointer, "variables"), when.get("variables"))
        attachments = when.get("attachments")
        for index, each in enumerate(attachments if isinstance(attachments, list) else []):
            places += _members((*pointer, "attachments", index), each)
    yield from ((where, text) for where, text in places if isinstance(text, str))


def _members(pointer: Pointer, value: object) -> Iterator[tuple[Pointer, Any]]:
    if isinstance(value, Mapping):
        yield from (((*pointer, name), each) for name, each in value.items())


def _fault_problems(
    document: Document, pointer: Pointer, content: Mapping[str, Any]
) -> Iterator[Problem]:
    readers: dict[str, Callable[[object], object]] = {"latency": read_latency, "fault": read_fault}
    for name, read in readers.items():
        try:
            if name in content:
                read(content[name])
        except FaultError as error:
            for problem in error.problems:
                where = (*pointer, name, *to_path(str(problem.location)))
                yield document.problem_at(where, problem.message, problem.hint)


def _template_problems(document: Document, pointer: Pointer, reply: object) -> Iterator[Problem]:
    named = reply if isinstance(reply, Mapping) else {}
    places = [((*pointer, name), named.get(name)) for name in TEMPLATE_FIELDS] if named else []
    for where, value in places or [(pointer, reply)]:
        for text in texts_in(value):
            try:
                parse_template(text)
            except TemplateError as error:
                for message in error.messages:
                    yield document.problem_at(where, message, error.hint)


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
