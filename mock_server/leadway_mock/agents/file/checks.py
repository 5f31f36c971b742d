"""Checks of an agents file that a JSON Schema cannot express, such as unique ids.

They also run when the file violates the schema, so that all problems are reported at once. Values
of the wrong type are skipped, because the schema check reports them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from leadway_mock.agents.patterns import PatternError, parse_condition, plain_text_warning
from leadway_mock.agents.registry import AGENT_ID_HINT, TEST_TOKENS, invisible_character
from leadway_mock.agents.templates import (
    BUILT_IN_NAMES,
    TemplateError,
    parse_template,
    placeholder_hint,
)
from leadway_mock.documents.problems import Problem, quote
from leadway_mock.documents.yaml_document import Document, Pointer

_CAPTURE = re.compile(r"\(\?P?<(\w+)>")
"""Named captures of an invalid pattern, so that its templates are not reported as well."""

ANY: Final = repr(None)
"""The text of a condition that is left out."""


class ListItem(NamedTuple):
    """A mapping in a list of the document, and where it is."""

    pointer: Pointer
    content: Mapping[str, object]

    def text(self, name: str) -> str | None:
        """Return the text called `name`, or `None` if there is none."""
        value = self.content.get(name)
        return value if isinstance(value, str) else None


def rule_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each rule that `document` breaks."""
    root = document.value if isinstance(document.value, Mapping) else {}
    file = ListItem((), root)
    yield from _duplicates(document, file, "agents", "id")
    yield from _duplicates(document, file, "tokens", "token", lambda _: "this token")
    for entry in _entries(file, "tokens"):
        if entry.text("token") in TEST_TOKENS:
            what = "this is a test token, whose meaning is fixed"
            yield document.problem_at((*entry.pointer, "token"), what, "choose another")
    for agent in _entries(file, "agents"):
        if character := invisible_character(agent.text("id") or ""):
            what = f"`id` has {character} in it, which is invisible"
            yield document.problem_at((*agent.pointer, "id"), what, AGENT_ID_HINT)
        yield from _duplicates(document, agent, "versions", "id")
        yield from _duplicates(document, agent, "inputVariables", "name")
        yield from _reply_problems(document, agent)


def warnings(document: Document) -> Iterator[Problem]:
    """Yield a warning for each condition of a valid `document` that looks like another form."""
    root = document.value if isinstance(document.value, Mapping) else {}
    for agent in _entries(ListItem((), root), "agents"):
        for reply in _entries(agent, "replies"):
            when = reply.text("when") or ""
            warning = plain_text_warning(parse_condition(when))
            if when == "*":
                warning = "`*` is plain text here", "leave `when` out to match any message"
            if warning:
                what, hint = warning
                hint += ", or `{contains: …}` for plain text"
                yield document.problem_at((*reply.pointer, "when"), what, hint)


def _entries(parent: ListItem, name: str) -> list[ListItem]:
    items = parent.content.get(name)
    return [
        ListItem((*parent.pointer, name, index), item)
        for index, item in enumerate(items if isinstance(items, list) else [])
        if isinstance(item, Mapping)
    ]


def _duplicates(
    document: Document, parent: ListItem, name: str, key: str, quote: Callable[[str], str] = quote
) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for entry in _entries(parent, name):
        text = entry.text(key)
        if text is None:
            continue
        pointer = (*entry.pointer, key)
        if text in lines:
            what = f"{quote(text)} is already used on line {lines[text]}"
            yield document.problem_at(pointer, what, f"give each its own `{key}`")
        lines.setdefault(text, document.position(pointer).line)


def _reply_problems(document: Document, agent: ListItem) -> Iterator[Problem]:
    replies = _entries(agent, "replies")
    names = {f"variables.{entry.text('name')}" for entry in _entries(agent, "inputVariables")}
    for reply in replies:
        captures, problems = _captures(document, reply)
        names.update(captures)
        yield from problems
    for reply in replies:
        yield from _template_problems(document, reply, names.union(BUILT_IN_NAMES))
    yield from _unreachable_replies(document, replies)


def _captures(document: Document, reply: ListItem) -> tuple[set[str], list[Problem]]:
    """Return the names that the condition of `reply` captures, and its problems."""
    when = reply.text("when")
    if not when:
        return set(), []
    pointer = (*reply.pointer, "when")
    try:
        captures = set(parse_condition(when).captures)
    except PatternError as error:
        return set(_CAPTURE.findall(when)), [
            document.problem_at(pointer, error.message, error.hint)
        ]
    return captures, [
        document.problem_at(pointer, f"a capture must not be named `{name}`", "choose another name")
        for name in captures.intersection(BUILT_IN_NAMES)
    ]


def _template_problems(
    document: Document, reply: ListItem, names: AbstractSet[str]
) -> Iterator[Problem]:
    pointer = (*reply.pointer, "response")
    try:
        used = parse_template(reply.text("response") or "").names
    except TemplateError as error:
        for message in error.messages:
            yield document.problem_at(pointer, message, error.hint)
        return
    for name in dict.fromkeys(used):
        if name not in names:
            hint = r"capture it in a `when` with (?P<name>…), or write `\{{` for two braces"
            if name.startswith("variables."):
                hint = "declare the variable under `inputVariables`"
            what = f"{quote('{{' + name + '}}')} is not defined"
            yield document.problem_at(pointer, what, placeholder_hint(name, names, hint))


def _unreachable_replies(document: Document, replies: list[ListItem]) -> Iterator[Problem]:
    given: dict[tuple[str, str], ListItem] = {}
    for reply in replies:
        turn, when = repr(reply.content.get("turn")), repr(reply.content.get("when"))
        wider = [(turn, when), (ANY, when), (turn, ANY), (ANY, ANY)]
        earlier = next((given[conditions] for conditions in wider if conditions in given), None)
        if earlier:
            line = document.position(earlier.pointer).line
            what = f"this reply is never used: the one on line {line} always matches first"
            yield document.problem_at(reply.pointer, what, "move it above that one, or remove it")
        given.setdefault((turn, when), reply)
