"""Dialogues: put, checked, listed with the turns that were taken, and deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadway_mock.control_api.request_reader import Asked, Refused
from leadway_mock.control_api.router import Control
from leadway_mock.dialogues import Dialogue, DialogueError, Use, parse_dialogue, plain
from leadway_mock.dialogues.contract_check import vet
from leadway_mock.dialogues.lint import warnings_of
from leadway_mock.documents.problems import Problem
from leadway_mock.http.messages import Violation
from leadway_mock.util.json_text import dump_json


def register(control: Control) -> None:
    """Answer the operations on dialogues."""

    @control.route("listDialogues")
    def listed(asked: Asked) -> dict[str, Any]:
        known = asked.emulator.dialogues.of(asked.space).values()
        return {"dialogues": [_summary(asked, each) for each in known]}

    @control.route("showDialogue")
    def shown(asked: Asked) -> dict[str, Any]:
        dialogue = _found(asked)
        return _summary(asked, dialogue) | {"content": plain(dialogue)}

    @control.route("putDialogue")
    def put(asked: Asked) -> dict[str, Any]:
        dialogue = _read(asked, asked.path["name"])
        asked.emulator.dialogues.put(asked.space.name, dialogue)
        return _summary(asked, dialogue) | {"warnings": _told(warnings_of(dialogue))}

    @control.route("checkDialogue")
    def checked(asked: Asked) -> dict[str, Any]:
        try:
            dialogue = _parsed(asked, "dialogue")
        except DialogueError as error:
            return {"problems": _told(error.problems), "warnings": []}
        return {"problems": [], "warnings": _told(warnings_of(dialogue))}

    @control.route("deleteDialogue")
    def deleted(asked: Asked) -> dict[str, Any]:
        name = _found(asked).name
        asked.emulator.dialogues.remove(asked.space.name, name)
        return {"deleted": name}

    @control.route("listUnusedTurns")
    def unused(asked: Asked) -> dict[str, Any]:
        uses = asked.emulator.dialogues.unused(asked.space)
        return {"turns": [{"dialogue": use.dialogue.name} | _turn(use) for use in uses]}


def _found(asked: Asked) -> Dialogue:
    name = asked.path["name"]
    dialogue = asked.emulator.dialogues.of(asked.space).get(name)
    if dialogue is None:
        raise Refused(404, f"No dialogue is called '{name[:80]}' here.")
    return dialogue


def _read(asked: Asked, name: str) -> Dialogue:
    try:
        dialogue = _parsed(asked, name)
    except DialogueError as error:
        raise _refused(asked, error.problems) from error
    if dialogue.name != name:
        told = f"The dialogue calls itself '{dialogue.name[:80]}'; put it under that name."
        raise Refused(422, told)
    return dialogue


def _parsed(asked: Asked, name: str) -> Dialogue:
    text = asked.body.get("text")
    if text is None:
        text = dump_json(asked.body["dialogue"])  # JSON is YAML
    dialogue = parse_dialogue(text, name=name)
    vet(dialogue, asked.emulator.contract)
    return dialogue


def _refused(asked: Asked, problems: Iterable[Problem]) -> Refused:
    pointer = "/text" if "text" in asked.body else "/dialogue"
    places = tuple(
        Violation(pointer, f"line {each.line}, column {each.column}: {each.what}", each.mend)
        for each in problems
    )[:100]
    told = " ".join(f"{each.message} — {each.hint}." for each in places[:5])
    return Refused(422, told, problems=places)


def _told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [
        {"line": each.line, "column": each.column, "message": each.what, "hint": each.mend}
        for each in problems
    ]


def _summary(asked: Asked, dialogue: Dialogue) -> dict[str, Any]:
    uses = asked.emulator.dialogues.uses_of(asked.space, dialogue)
    return {
        "name": dialogue.name,
        "agents": list(dialogue.agents),
        "version": dialogue.version,
        "file": dialogue.file,
        "turns": [_turn(use) for use in uses],
    }


def _turn(use: Use) -> dict[str, Any]:
    return {
        "number": use.turn.number,
        "label": use.turn.label,
        "user": str(use.turn.user),
        "line": use.turn.line,
        "times": use.times,
    }
