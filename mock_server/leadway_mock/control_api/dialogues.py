"""Dialogues: put, checked, listed with the turns that were taken, and deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadway_mock.control_api.request_reader import ControlAPIError, ControlCall
from leadway_mock.control_api.router import ControlAPI
from leadway_mock.dialogues import Dialogue, DialogueError, TurnUsage, parse_dialogue, to_json
from leadway_mock.dialogues.lint import check_faults, warnings_of
from leadway_mock.documents.problems import Problem
from leadway_mock.http.messages import FieldError
from leadway_mock.util.json_text import to_json_text

LINE = "line {line}, column {column}: {message}"


def register(control: ControlAPI) -> None:
    """Answer the operations on dialogues."""

    @control.route("listDialogues")
    def listed(asked: ControlCall) -> dict[str, Any]:
        known = asked.emulator.dialogues.of(asked.namespace).values()
        return {"dialogues": [_summary(asked, each) for each in known]}

    @control.route("showDialogue")
    def shown(asked: ControlCall) -> dict[str, Any]:
        dialogue = _found(asked)
        return _summary(asked, dialogue) | {"content": to_json(dialogue)}

    @control.route("putDialogue")
    def put(asked: ControlCall) -> dict[str, Any]:
        dialogue = _read(asked, asked.path["name"])
        asked.emulator.dialogues.put(asked.namespace.name, dialogue)
        return _summary(asked, dialogue) | {"warnings": _told(warnings_of(dialogue))}

    @control.route("checkDialogue")
    def checked(asked: ControlCall) -> dict[str, Any]:
        try:
            dialogue = _parsed(asked, "dialogue")
        except DialogueError as error:
            return {"problems": _told(error.problems), "warnings": []}
        return {"problems": [], "warnings": _told(warnings_of(dialogue))}

    @control.route("deleteDialogue")
    def deleted(asked: ControlCall) -> dict[str, Any]:
        name = _found(asked).name
        asked.emulator.dialogues.remove(asked.namespace.name, name)
        return {"deleted": name}

    @control.route("listUnusedTurns")
    def unused(asked: ControlCall) -> dict[str, Any]:
        uses = asked.emulator.dialogues.unused(asked.namespace)
        return {"turns": [{"dialogue": use.dialogue.name} | _turn(use) for use in uses]}


def _found(asked: ControlCall) -> Dialogue:
    name = asked.path["name"]
    dialogue = asked.emulator.dialogues.of(asked.namespace).get(name)
    if dialogue is None:
        raise ControlAPIError(404, f"No dialogue is called '{name[:80]}' here.")
    return dialogue


def _read(asked: ControlCall, name: str) -> Dialogue:
    try:
        dialogue = _parsed(asked, name)
    except DialogueError as error:
        raise _refused(asked, error.problems) from error
    if dialogue.name != name:
        told = f"The dialogue calls itself '{dialogue.name[:80]}'; put it under that name."
        raise ControlAPIError(422, told)
    return dialogue


def _parsed(asked: ControlCall, name: str) -> Dialogue:
    text = asked.body.get("text")
    if text is None:
        text = to_json_text(asked.body["dialogue"])  # JSON is YAML
    dialogue = parse_dialogue(text, name=name)
    check_faults(dialogue, asked.emulator.contract)
    return dialogue


def _refused(asked: ControlCall, problems: Iterable[Problem]) -> ControlAPIError:
    pointer = "/text" if "text" in asked.body else "/dialogue"
    places = tuple(
        FieldError(pointer, LINE.format(**each.to_json()), each.hint) for each in problems
    )[:100]
    told = " ".join(f"{each.message} — {each.hint}." for each in places[:5])
    return ControlAPIError(422, told, problems=places)


def _told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [each.to_json() for each in problems]


def _summary(asked: ControlCall, dialogue: Dialogue) -> dict[str, Any]:
    uses = asked.emulator.dialogues.uses_of(asked.namespace, dialogue)
    return {
        "name": dialogue.name,
        "agents": list(dialogue.agents),
        "version": dialogue.version,
        "file": dialogue.file,
        "turns": [_turn(use) for use in uses],
    }


def _turn(use: TurnUsage) -> dict[str, Any]:
    return {
        "number": use.turn.number,
        "label": use.turn.label,
        "user": str(use.turn.user),
        "line": use.turn.line,
        "times": use.times,
    }
