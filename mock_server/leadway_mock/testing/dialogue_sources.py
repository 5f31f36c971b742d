"""Dialogue sources of a test: a text, a path, or a dialogue built in Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
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
from leadway_mock.dialogues.loading.files import TRANSCRIPTS, YAML
from leadway_mock.documents.problems import Problem, TextPosition, quote

DialogueSource: TypeAlias = str | Path | Dialogue | DialogueBuilder
"""A text of several lines, the path of a file or folder, or a dialogue built in Python."""


def read_source(
    source: DialogueSource, *, name: str, folder: Path, agent: str | Sequence[str] | None = None
) -> Iterator[Dialogue]:
    """Yield the dialogues of `source`; raises `DialogueError`.

    `name` names a text. A path is relative to `folder` or else to the working directory. `agent`
    replaces the agents that the dialogues name.
    """
    agents = (agent,) if isinstance(agent, str) else tuple(agent or ())
    invalid = next((each for each in agents if not is_agent_id(each)), None)
    if invalid is not None:
        message = f"invalid agent id {quote(invalid)}"
        raise DialogueError(name, [Problem(TextPosition(1), message, AGENT_ID_HINT)])
    for each in _read(source, name, folder):
        yield replace(each, agents=agents) if agents else each


def _read(source: DialogueSource, name: str, folder: Path) -> Sequence[Dialogue]:
    if isinstance(source, Dialogue | DialogueBuilder):
        return (as_dialogue(source),)
    path = _path(source, folder)
    if path is not None:
        return load_dialogues(path)
    return (parse_dialogue(dedent(str(source)).strip("\n") + "\n", name=name),)


def _path(source: str | Path, folder: Path) -> Path | None:
    """Return the path that `source` names, or None if it is the text of a dialogue."""
    if isinstance(source, str) and "\n" in source:
        return None
    path = folder / source
    if isinstance(source, Path) or path.suffix in (*TRANSCRIPTS, *YAML) or path.is_dir():
        return path if path.exists() else Path(source)
    return None
