"""Turns of a document, and which turns may follow which.

A turn is one mapping or several: `- user: …` and `- agent: …` as two list items are one turn, and
several `agent` items in a row are one reply. Values of the wrong type are skipped, because the
schema check reports them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
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
    reader = _EntryReader(document)
    entries = reader.entries(pointer, items if isinstance(items, list) else [])
    for number, turn in enumerate(turns_of(entries), start=1):
        turn.number = number
    return entries, reader.problems


def all_entries(entries: list[Entry]) -> Iterator[Entry]:
    """Yield `entries` and those in their branches, in the order of writing."""
    for entry in entries:
        yield entry
        if isinstance(entry, BranchEntry):
            yield from chain.from_iterable(map(all_entries, entry.paths))


def turns_of(entries: list[Entry]) -> Iterator[TurnEntry]:
    """Yield every turn of `entries`, in the order of writing."""
    return (each for each in all_entries(entries) if isinstance(each, TurnEntry))


@dataclass(slots=True)
class _EntryReader:
    document: Document
    problems: list[Problem] = field(default_factory=list)

    def entries(self, pointer: Pointer, found: object) -> list[Entry]:
        """Return the entries of a list, or of a mapping, which is a list of one."""
        items = [(pointer, found)]
        if isinstance(found, list):
            items = [((*pointer, index), item) for index, item in enumerate(found)]
        entries: list[Entry] = []
        for where, item in items:
            if isinstance(item, Mapping):
                self._add(where, item, entries)
        for entry in entries:
            if isinstance(entry, TurnEntry) and not entry.replies:
                self._report(entry.pointer, "this turn has no reply", "add an `agent` after it")
        return entries

    def _add(self, pointer: Pointer, item: Mapping[str, Any], entries: list[Entry]) -> None:
        """Add an item to `entries`, or to the turn before it."""
        replies = [((*pointer, "agent"), item["agent"])] if "agent" in item else []
        if "branch" in item:
            entries.append(self._branch(pointer, item))
        elif "user" in item:
            entries.append(TurnEntry(pointer, item, replies))
        elif not entries or not isinstance(entries[-1], TurnEntry):
            hint = "write a `user` before it; `*` expects any message"
            self._report(pointer, "this reply has no `user` before it", hint)
        else:
            turn = entries[-1]
            turn.replies += replies
            more = {name: value for name, value in item.items() if name != "agent"}
            for name in more.keys() & turn.content.keys():
                self._report((*pointer, name), f"`{name}` occurs twice in one turn", "keep one")
            turn.content = more | dict(turn.content)

    def _branch(self, pointer: Pointer, item: Mapping[str, Any]) -> BranchEntry:
        for name in item.keys() & {"user", "agent", "when", "latency", "then"}:
            what = f"`{name}` is not allowed beside `branch`"
            self._report((*pointer, name), what, "move it into the alternatives")
        found = item["branch"] if isinstance(item["branch"], list) else []
        paths = [
            self.entries((*pointer, "branch", index), path) for index, path in enumerate(found)
        ]
        return BranchEntry(pointer, item, [path for path in paths if path])

    def _report(self, pointer: Pointer, what: str, hint: str) -> None:
        self.problems.append(self.document.problem_at_key(pointer, what, hint))


def link_turns(entries: list[Entry]) -> dict[int, tuple[int, ...]]:
    """Return the numbers of the turns that may follow each turn, in the order they are tried.

    Those at 0 may begin the dialogue. A `then` with an unknown label is ignored.
    """
    successors: dict[int, tuple[int, ...]] = {}
    labels: dict[str, tuple[int, ...]] = {END: ()}

    def link(entries: list[Entry], following: tuple[int, ...]) -> tuple[int, ...]:
        """Put `following` after `entries`; return the turns that may begin `entries`."""
        for entry in reversed(entries):
            if isinstance(entry, TurnEntry):
                successors[entry.number] = following
                following = (entry.number,)
            else:
                ends = following
                following = tuple(each for path in entry.paths for each in link(path, ends))
            if entry.text("label") not in {"", END}:
                labels[entry.text("label")] = following
        return following

    successors[0] = link(entries, ())
    for turn in turns_of(entries):
        if turn.text("then") in labels:
            successors[turn.number] = labels[turn.text("then")]
    return successors
