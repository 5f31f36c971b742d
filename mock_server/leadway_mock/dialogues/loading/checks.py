"""Checks of a dialogue that a JSON Schema cannot express: labels, patterns, templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from leadway_mock.agents.patterns import PatternError, parse_pattern
from leadway_mock.agents.registry import AGENT_ID_HINT, invisible_character
from leadway_mock.agents.templates import BUILT_IN_NAMES, TemplateError, parse_template
from leadway_mock.dialogues.loading.turn_entries import (
    Entry,
    TurnEntry,
    all_entries,
    read_entries,
    turns_of,
)
from leadway_mock.dialogues.model import END
from leadway_mock.documents.problems import Problem, quote
from leadway_mock.documents.yaml_document import Document, Pointer
from leadway_mock.faults import FaultError, read_fault, read_latency
from leadway_mock.util.json_pointer import to_path
from leadway_mock.util.json_text import texts_in
from leadway_mock.util.names import closest

TEMPLATE_FIELDS: Final = ("response", "attachments", "generativeOutputs", "generatedMedia")
"""Properties of a reply with placeholders."""


def rule_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each rule that `document` breaks."""
    entries, problems = read_entries(document)
    yield from problems
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
