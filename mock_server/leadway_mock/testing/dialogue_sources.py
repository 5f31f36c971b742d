"""Dialogue sources of a test: a text, a path, or a dialogue built in Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from textwrap import dedent
from typing import TypeAlias

from leadway_mock.agents.registry import AGENT_ID_HINT, is_agent_id
from leadway_mock.dialogues import (
    Dialogue,
    DialogueBuilder,
    DialogueError,
    as_dialogue,
    load_dialogues,
    parse_dialogue,
)
from leadway_mock.dialogues.builder import Place
from leadway_mock.dialogues.loading.files import TRANSCRIPTS, YAML
from leadway_mock.dialogues.reports import relative_file
from leadway_mock.documents.problems import Problem, TextPosition, quote
from leadway_mock.testing.arguments import check_type

SOURCE_TEXT = "a text (YAML, too), a path, or a dialogue built in Python"

DialogueSource: TypeAlias = str | Path | Dialogue | DialogueBuilder
"""A text of several lines, the path of a file or folder, or a dialogue built in Python."""


def read_source(
    source: DialogueSource,
    *,
    name: str,
    folder: Path,
    place: Place,
    agent: str | Sequence[str] | None = None,
) -> Iterator[Dialogue]:
    """Yield the dialogues of `source`; raises `DialogueError`.

    `name` names a text, which is written at `place` or elsewhere in its file. A path is relative to
    `folder` or else to the working directory. `agent` replaces the agents that the dialogues name.
    """
    check_type("dialogue()", source, DialogueSource, SOURCE_TEXT)
    check_type("agent", agent, str | list | tuple | None, "the id of an agent, or a list of ids")
    agents = (agent,) if isinstance(agent, str) else tuple(agent or ())
    for agent_id in agents:
        check_type("agent", agent_id, str, "the id of an agent, or a list of ids")
    invalid = [each for each in agents if not is_agent_id(each)]
    if invalid:
        message = f"invalid agent id {quote(invalid[0])}"
        raise DialogueError(name, [Problem(TextPosition(1), message, AGENT_ID_HINT)])
    for each in _read(source, name, folder, place):
        yield replace(each, agents=agents) if agents else each


def _read(source: DialogueSource, name: str, folder: Path, place: Place) -> Sequence[Dialogue]:
    if isinstance(source, Dialogue | DialogueBuilder):
        dialogue = as_dialogue(source)
        return (dialogue if dialogue.file else _move(dialogue, place, line=place.line),)
    path = _path(source, folder)
    if path is not None:
        return load_dialogues(path)
    text = str(source)
    content = dedent(text).strip("\n") + "\n"
    first, is_split = _first_line(text, place)
    # A literal of several lines has a line of the file for each of its own.
    line = None if is_split else first
    try:
        return (_move(parse_dialogue(content, name=name), place, line=line, offset=first - 1),)
    except DialogueError as error:
        margin = len(text.lstrip("\n")) - len(text.lstrip("\n "))
        problems = []
        for each in error.problems:
            at = each.location if isinstance(each.location, TextPosition) else TextPosition(1)
            moved = TextPosition(at.line + first - 1, at.column + margin)
            problems.append(each._replace(location=moved if is_split else TextPosition(first)))
        raise DialogueError(relative_file(place.file), problems) from None


def _move(
    dialogue: Dialogue, place: Place, *, line: int | None = None, offset: int = 0
) -> Dialogue:
    """Return the dialogue as one of the file of `place`, all turns on `line`, or `offset` later."""
    turns = tuple(
        replace(turn, line=turn.line + offset if line is None else line) for turn in dialogue.turns
    )
    return replace(dialogue, file=place.file, turns=turns)


def _first_line(text: str, place: Place) -> tuple[int, bool]:
    """Return the line of a text's first line that is not empty, and whether it is a literal.

    Of several such literals in the file, it is the last one that begins before the call.
    """
    lines = _literals(place.file).get(text, ())
    before = [each for each in lines if each <= place.line]
    if not lines:
        return place.line, False
    empty = len(text) - len(text.lstrip("\n"))
    return (before[-1] if before else lines[0]) + empty, True


@lru_cache(32)
def _literals(file: str) -> Mapping[str, Sequence[int]]:
    """Return the lines where literals of several lines begin in a Python file, by their text."""
    try:
        tree = ast.parse(Path(file).read_text("utf-8"))
    except (OSError, ValueError, SyntaxError):
        return {}
    found: dict[str, list[int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            breaks = node.value.count("\n")
            extra = (node.end_lineno or node.lineno) - node.lineno - breaks
            if breaks and extra in {0, 1}:  # 1 for a backslash behind the opening quotes.
                found.setdefault(node.value, []).append(node.lineno + extra)
    return {text: sorted(lines) for text, lines in found.items()}


def _path(source: str | Path, folder: Path) -> Path | None:
    """Return the path that `source` names, or None if it is the text of a dialogue."""
    if isinstance(source, str) and "\n" in source:
        return None
    path = folder / source
    if isinstance(source, Path) or path.suffix in (*TRANSCRIPTS, *YAML) or path.is_dir():
        return path if path.exists() else Path(source)
    return None
