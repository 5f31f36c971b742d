"""The turns of a document, put together: a turn may be written as one mapping, or as several.

`- user: …` and `- agent: …` as two entries of a list are one turn, as in a transcript, and several
agents in a row are one answer. What has the wrong type is passed over here: the schema has
complained of it already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from leadway_mock.documents.problems import Problem
from leadway_mock.documents.yaml_document import Document, Pointer


@dataclass(slots=True)
class TurnEntry:
    """One turn as written: its own mapping, and the answers that stand in it and behind it."""

    pointer: Pointer
    content: Mapping[str, Any]
    answers: list[tuple[Pointer, Any]] = field(default_factory=list)
    number: int = 0

    def text(self, name: str) -> str:
        """Return the text called `name`, or an empty one."""
        value = self.content.get(name)
        return value if isinstance(value, str) else ""


@dataclass(slots=True)
class BranchEntry:
    """Alternatives at one place, each a list of entries."""

    pointer: Pointer
    content: Mapping[str, Any]
    paths: list[list[Entry]]

    def text(self, name: str) -> str:
        """Return the text called `name`, or an empty one."""
        value = self.content.get(name)
        return value if isinstance(value, str) else ""


Entry: TypeAlias = TurnEntry | BranchEntry


def read_entries(document: Document) -> tuple[list[Entry], list[Problem]]:
    """Return the entries of a document, numbered in the order of writing, and what is wrong."""
    root = document.value
    pointer: Pointer = () if isinstance(root, list) else ("turns",)
    items = root.get("turns") if isinstance(root, Mapping) else root
    problems: list[Problem] = []
    entries = _entries(document, pointer, items, problems)
    for number, turn in enumerate(turns_of(entries), start=1):
        turn.number = number
    return entries, problems


def turns_of(entries: list[Entry]) -> Iterator[TurnEntry]:
    """Yield every turn of `entries`, in the order of writing."""
    for entry in entries:
        if isinstance(entry, TurnEntry):
            yield entry
        else:
            for path in entry.paths:
                yield from turns_of(path)


def _entries(
    document: Document, pointer: Pointer, items: object, problems: list[Problem]
) -> list[Entry]:
    entries: list[Entry] = []
    for index, item in enumerate(items if isinstance(items, list) else []):
        if _is(item):
            _add(document, (*pointer, index), item, entries, problems)
    problems += _unanswered(document, entries)
    return entries


def _add(
    document: Document,
    pointer: Pointer,
    item: Mapping[str, Any],
    entries: list[Entry],
    problems: list[Problem],
) -> None:
    if "branch" in item:
        entries.append(_branch(document, pointer, item, problems))
        problems += _not_of_a_branch(document, pointer, item)
    elif "user" in item:
        answers = [((*pointer, "agent"), item["agent"])] if "agent" in item else []
        entries.append(TurnEntry(pointer, item, answers))
    elif not entries or not isinstance(entries[-1], TurnEntry):
        what = "nobody has said anything that this could answer"
        mend = "write a `user` before it; `*` expects anything"
        problems.append(document.problem_at(pointer, what, mend))
    else:
        problems += _continue(document, pointer, item, entries[-1])


def _continue(
    document: Document, pointer: Pointer, item: Mapping[str, Any], turn: TurnEntry
) -> Iterator[Problem]:
    """Take an entry without `user` as more of the turn before it."""
    if "agent" in item:
        turn.answers.append(((*pointer, "agent"), item["agent"]))
    more = {name: value for name, value in item.items() if name != "agent"}
    for name in more:
        if name in turn.content:
            what = f"`{name}` stands twice in one turn"
            yield document.problem_at_key((*pointer, name), what, "keep one")
    turn.content = more | dict(turn.content)


def _branch(
    document: Document, pointer: Pointer, item: Mapping[str, Any], problems: list[Problem]
) -> BranchEntry:
    found = item["branch"]
    paths = []
    for index, path in enumerate(found if isinstance(found, list) else []):
        where: Pointer = (*pointer, "branch", index)
        if isinstance(path, list):
            paths.append(_entries(document, where, path, problems))
        elif _is(path):
            single: list[Entry] = []
            _add(document, where, path, single, problems)
            problems += _unanswered(document, single)
            paths.append(single)
    return BranchEntry(pointer, item, [path for path in paths if path])


def _not_of_a_branch(
    document: Document, pointer: Pointer, item: Mapping[str, Any]
) -> Iterator[Problem]:
    for name in item:
        if name in {"user", "agent", "when", "latency", "then"}:
            mend = "move it into the alternatives, which are turns of their own"
            what = f"`{name}` cannot stand beside `branch`"
            yield document.problem_at_key((*pointer, name), what, mend)


def _unanswered(document: Document, entries: list[Entry]) -> Iterator[Problem]:
    for entry in entries:
        if isinstance(entry, TurnEntry) and not entry.answers:
            what = "the agent has no answer to this"
            yield document.problem_at(
                entry.pointer, what, "write what it says as `agent` behind it"
            )


def _is(value: object) -> bool:
    return isinstance(value, Mapping)
