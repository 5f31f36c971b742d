"""Turns of a document, and which turns may follow which.

A turn is one mapping or several: `- user: …` and `- agent: …` as two list items are one turn, and
several `agent` items in a row are one reply. Values of the wrong type are skipped, because the
schema check reports them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from leadway_mock.dialogues.model import END
from leadway_mock.documents.problems import Problem
from leadway_mock.documents.yaml_document import Document, Pointer


@dataclass(slots=True)
class ListEntry:
    """One list item as written."""

    pointer: Pointer
    content: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return the text called `name`, or an empty one."""
        value = self.content.get(name)
        return value if isinstance(value, str) else ""


@dataclass(slots=True)
class TurnEntry(ListEntry):
    """One turn: its mapping, and the replies in it and after it."""

    replies: list[tuple[Pointer, Any]] = field(default_factory=list)
    number: int = 0


@dataclass(slots=True)
class BranchEntry(ListEntry):
    """Alternatives, each a list of entries."""

    paths: list[list[Entry]]


Entry: TypeAlias = TurnEntry | BranchEntry


def read_entries(document: Document) -> tuple[list[Entry], list[Problem]]:
    """Return the entries of a document, numbered in the order of writing, and the problems."""
    root = document.value
    pointer: Pointer = () if isinstance(root, list) else ("turns",)
    items = root.get("turns") if isinstance(root, Mapping) else root
    problems: list[Problem] = []
    entries = _entries(document, pointer, items if isinstance(items, list) else [], problems)
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
    document: Document, pointer: Pointer, found: object, problems: list[Problem]
) -> list[Entry]:
    """Return the entries of a list, or of a mapping, which is a list of one."""
    items = [(pointer, found)]
    if isinstance(found, list):
        items = [((*pointer, index), item) for index, item in enumerate(found)]
    entries: list[Entry] = []
    for where, item in items:
        if isinstance(item, Mapping):
            _add(document, where, item, entries, problems)
    for entry in entries:
        if isinstance(entry, TurnEntry) and not entry.replies:
            what, hint = "this turn has no reply", "add an `agent` after it"
            problems.append(document.problem_at(entry.pointer, what, hint))
    return entries


def _add(
    document: Document,
    pointer: Pointer,
    item: Mapping[str, Any],
    entries: list[Entry],
    problems: list[Problem],
) -> None:
    """Add an item to `entries`, or to the turn before it."""
    if "branch" in item:
        entries.append(_branch(document, pointer, item, problems))
        for name in item.keys() & {"user", "agent", "when", "latency", "then"}:
            what, hint = f"`{name}` is not allowed beside `branch`", "move it into the alternatives"
            problems.append(document.problem_at_key((*pointer, name), what, hint))
    elif "user" in item:
        replies = [((*pointer, "agent"), item["agent"])] if "agent" in item else []
        entries.append(TurnEntry(pointer, item, replies))
    elif not entries or not isinstance(entries[-1], TurnEntry):
        what = "this reply has no `user` before it"
        hint = "write a `user` before it; `*` expects any message"
        problems.append(document.problem_at(pointer, what, hint))
    else:
        problems += _continue(document, pointer, item, entries[-1])


def _continue(
    document: Document, pointer: Pointer, item: Mapping[str, Any], turn: TurnEntry
) -> Iterator[Problem]:
    """Add an item without `user` to the turn before it."""
    if "agent" in item:
        turn.replies.append(((*pointer, "agent"), item["agent"]))
    more = {name: value for name, value in item.items() if name != "agent"}
    for name in more:
        if name in turn.content:
            what = f"`{name}` occurs twice in one turn"
            yield document.problem_at_key((*pointer, name), what, "keep one")
    turn.content = more | dict(turn.content)


def _branch(
    document: Document, pointer: Pointer, item: Mapping[str, Any], problems: list[Problem]
) -> BranchEntry:
    found = item["branch"]
    paths = []
    for index, path in enumerate(found if isinstance(found, list) else []):
        where: Pointer = (*pointer, "branch", index)
        paths.append(_entries(document, where, path, problems))
    return BranchEntry(pointer, item, [path for path in paths if path])


@dataclass(frozen=True, slots=True)
class TurnGraph:
    """Which turns may follow which, by the numbers of the turns."""

    starts: tuple[int, ...]
    successors: Mapping[int, tuple[int, ...]]
    """For each turn, the turns that may follow it, in the order in which they are tried."""


def build_graph(entries: list[Entry]) -> TurnGraph:
    """Return the graph of `entries`. A `then` with an unknown label is ignored."""
    linker = _Linker()
    starts = linker.link(entries, ())
    labels = linker.labels | {END: ()}
    jumps = {
        turn.number: labels[turn.text("then")]
        for turn in turns_of(entries)
        if turn.text("then") in labels
    }
    return TurnGraph(starts, linker.successors | jumps)


@dataclass(slots=True)
class _Linker:
    successors: dict[int, tuple[int, ...]] = field(default_factory=dict)
    labels: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def link(self, entries: list[Entry], following: tuple[int, ...]) -> tuple[int, ...]:
        """Put `following` after `entries`; return the turns that may begin `entries`."""
        for entry in reversed(entries):
            if isinstance(entry, BranchEntry):
                following = tuple(
                    number for path in entry.paths for number in self.link(path, following)
                )
            else:
                self.successors[entry.number] = following
                following = (entry.number,)
            if entry.text("label"):
                self.labels[entry.text("label")] = following
        return following
