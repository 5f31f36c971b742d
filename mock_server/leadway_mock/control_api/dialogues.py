"""Operations on dialogues: list, show, put, validate and delete."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadway_mock.control_api.blueprint import ControlAPI
from leadway_mock.control_api.request_reader import (
    MAX_QUOTE_CHARS,
    ControlAPIError,
    ControlCall,
    invalid_file,
    not_found,
)
from leadway_mock.dialogues import Dialogue, DialogueError, parse_dialogue
from leadway_mock.dialogues.lint import check_faults, warnings_of
from leadway_mock.dialogues.model import to_json
from leadway_mock.dialogues.registry import TurnUsage
from leadway_mock.documents.problems import Problem
from leadway_mock.util.json_text import to_json_text


def register(control: ControlAPI) -> None:
    """Add the handlers of the operations on dialogues."""

    @control.route("listDialogues")
    def list_all(call: ControlCall) -> dict[str, Any]:
        dialogues = call.emulator.dialogues.of(call.namespace).values()
        return {"dialogues": [_summary(call, each) for each in dialogues]}

    @control.route("showDialogue")
    def show(call: ControlCall) -> dict[str, Any]:
        dialogue = _find(call)
        return _summary(call, dialogue) | {"content": to_json(dialogue)}

    @control.route("putDialogue")
    def put(call: ControlCall) -> dict[str, Any]:
        name = call.path["name"]
        try:
            dialogue = _parse(call, name)
        except DialogueError as error:
            raise invalid_file(error, "/text" if "text" in call.body else "/dialogue") from error
        if dialogue.name != name:
            own = dialogue.name[:MAX_QUOTE_CHARS]
            message = f"The name in the dialogue is '{own}'; put it under that name."
            raise ControlAPIError(422, message)
        call.emulator.dialogues.put(call.namespace.name, dialogue)
        return _summary(call, dialogue) | {"warnings": _problems_to_json(warnings_of(dialogue))}

    @control.route("validateDialogue")
    def validate(call: ControlCall) -> dict[str, Any]:
        try:
            dialogue = _parse(call, "dialogue")
        except DialogueError as error:
            return {"problems": _problems_to_json(error.problems), "warnings": []}
        return {"problems": [], "warnings": _problems_to_json(warnings_of(dialogue))}

    @control.route("deleteDialogue")
    def delete(call: ControlCall) -> dict[str, Any]:
        name = _find(call).name
        call.emulator.dialogues.remove(call.namespace.name, name)
        return {"deleted": name}

    @control.route("listUnusedTurns")
    def list_unused(call: ControlCall) -> dict[str, Any]:
        uses = call.emulator.dialogues.unused(call.namespace)
        return {"turns": [{"dialogue": use.dialogue.name} | _turn_to_json(use) for use in uses]}


def _find(call: ControlCall) -> Dialogue:
    name = call.path["name"]
    dialogue = call.emulator.dialogues.of(call.namespace).get(name)
    if dialogue is None:
        raise not_found("dialogue", name)
    return dialogue


def _parse(call: ControlCall, name: str) -> Dialogue:
    text = call.body.get("text")
    if text is None:
        text = to_json_text(call.body["dialogue"])  # JSON is YAML
    dialogue = parse_dialogue(text, name=name)
    check_faults(dialogue, call.emulator.contract)
    return dialogue


def _problems_to_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [each.to_json() for each in problems]


def _summary(call: ControlCall, dialogue: Dialogue) -> dict[str, Any]:
    uses = call.emulator.dialogues.uses_of(call.namespace, dialogue)
    return {
        "name": dialogue.name,
        "agents": list(dialogue.agents),
        "version": dialogue.version,
        "file": dialogue.file,
        "turns": [_turn_to_json(use) for use in uses],
    }


def _turn_to_json(use: TurnUsage) -> dict[str, Any]:
    return {
        "number": use.turn.number,
        "label": use.turn.label,
        "user": str(use.turn.user),
        "line": use.turn.line,
        "times": use.times,
    }
