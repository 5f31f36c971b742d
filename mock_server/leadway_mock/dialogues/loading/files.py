"""Dialogue files: a transcript or YAML, one file or a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from leadway_mock.dialogues.loading.parser import DialogueError, DialoguesError, read_dialogue
from leadway_mock.dialogues.loading.transcripts import read_transcript
from leadway_mock.dialogues.model import Dialogue
from leadway_mock.documents.problems import DocumentError, Problem, TextPosition, quote
from leadway_mock.documents.yaml_document import load, read_text

TRANSCRIPTS: Final = (".txt", ".dialogue")
JSON: Final = ".json"
YAML: Final = (".yaml", ".yml", JSON)
"""Endings of YAML files. JSON is YAML; folders have other JSON files, such as the schema."""

MAX_FILES: Final = 1_000

_YAML_START = re.compile(r"""^["']?turns["']?:|^\s*[\[{]|^- """, re.MULTILINE)


def load_dialogues(path: str | Path) -> tuple[Dialogue, ...]:
    """Read the dialogue file at `path`, or every one in the folder `path`, in name order.

    Raises `DialogueError`, which lists every problem of every file.
    """
    dialogues, errors = read_files(dialogue_files(path))
    if errors:
        raise errors[0] if len(errors) == 1 else DialoguesError(errors)
    return tuple(dialogues)


def load_dialogue(path: str | Path) -> Dialogue:
    """Read the dialogue file at `path`. Raises `DialogueError`."""
    path = Path(path)
    try:
        text = read_text(path)
    except DocumentError as error:
        raise DialogueError(str(path), [error.problem]) from None
    return parse_dialogue(text, name=path.stem, file=str(path))


def parse_dialogue(text: str, *, name: str = "dialogue", file: str = "") -> Dialogue:
    """Return the dialogue in `text`: a transcript, or YAML if `file` ends as YAML or JSON does.

    Without a `file`, a text with a line `turns:` and a list are YAML. Raises `DialogueError`.
    """
    if _is_yaml(Path(file)) if file else _YAML_START.search(text):
        try:
            document = load(text)
        except DocumentError as error:
            raise DialogueError(file or name, [error.problem]) from None
        return read_dialogue(document, file=file or name, name=name)
    document, problems = read_transcript(text)
    if not document.value:
        hint = "start it with a line `user: …`, and a line `agent: …` below it"
        empty = Problem(TextPosition(1), "the file has no turns", hint)
        raise DialogueError(file or name, problems or [empty])
    return read_dialogue(document, file=file or name, name=name, problems=problems)


def dialogue_files(path: str | Path) -> list[Path]:
    """Return the file `path`, or the dialogue files in the folder `path`, in name order.

    Raises `DialogueError` for a folder with none or too many.
    """
    path = Path(path)
    if not path.is_dir():
        return [path]
    known = {*TRANSCRIPTS, *YAML} - {JSON}
    files = sorted(
        each for each in path.iterdir() if each.suffix.lower() in known and each.is_file()
    )
    if not files or len(files) > MAX_FILES:
        what = f"{len(files) or 'no'} dialogue files are in this folder"
        hint = f"put in up to {MAX_FILES} that end in {', '.join(sorted(known))}"
        raise DialogueError(str(path), [Problem(TextPosition(1), what, hint)])
    return files


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in YAML


def is_agents_file(path: Path) -> bool:
    """Return whether the file at `path` is an agents file, not a dialogue."""
    try:
        content = load(read_text(path)).value if _is_yaml(path) else None
    except DocumentError:
        return False
    if not isinstance(content, Mapping) or "turns" in content:
        return False
    return "tokens" in content or isinstance(content.get("agents"), list)


def read_files(files: Iterable[Path]) -> tuple[list[Dialogue], list[DialogueError]]:
    """Return the dialogues of `files` in name order, and an error for each that has problems."""
    found: dict[str, Dialogue] = {}
    errors = []
    for file in files:
        try:
            dialogue = load_dialogue(file)
        except DialogueError as error:
            errors.append(error)
            continue
        if dialogue.name in found:
            what = f"the name {quote(dialogue.name)} is already used by {found[dialogue.name].file}"
            problem = Problem(TextPosition(1), what, "choose another name")
            errors.append(DialogueError(str(file), [problem]))
        found.setdefault(dialogue.name, dialogue)
    return [found[name] for name in sorted(found)], errors
