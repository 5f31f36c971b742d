"""Dialogues as JSON values, and what tells one version of a dialogue from another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from leadway_mock.faults import as_json
from leadway_mock.messages import dump_json

if TYPE_CHECKING:
    from leadway_mock.dialogues.model import Dialogue, Saying, Turn

ANSWER_FIELDS: Final[Mapping[str, str]] = {
    "type": "type",
    "nextExpectedInput": "next_expected_input",
    "goalCompletion": "goal_completion",
    "executionStatus": "execution_status",
    "flowSwitch": "flow_switch",
    "success": "success",
    "attachments": "attachments",
    "generativeOutputs": "generative_outputs",
}
"""What an answer may set besides its text, by its name in the API, and in `Reply`."""


def plain(dialogue: Dialogue) -> dict[str, Any]:
    """Return a dialogue as JSON values, with the place it was read from."""
    return {
        "name": dialogue.name,
        "agents": list(dialogue.agents),
        "otherwise": _plain_otherwise(dialogue.otherwise),
        "after": dialogue.after,
        "starts": list(dialogue.starts),
        "turns": [_plain_turn(turn) for turn in dialogue.turns],
        "file": dialogue.file,
    }


def digest(dialogue: Dialogue) -> str:
    """Return what tells this version of a dialogue from others: the same words, the same text.

    Where it is written does not count.
    """
    content = plain(dialogue) | {"file": ""}
    content["turns"] = [turn | {"line": 0} for turn in content["turns"]]
    return hashlib.blake2b(dump_json(content).encode(), digest_size=16).hexdigest()


def _plain_turn(turn: Turn) -> dict[str, Any]:
    return {
        "number": turn.number,
        "label": turn.label,
        "user": [turn.user.kind, turn.user.text, turn.user.flags],
        "when": asdict(turn.when),
        "agent": _plain_saying(turn.saying),
        "latency": asdict(turn.latency) if turn.latency else None,
        "fault": as_json(turn.fault) if turn.fault else None,
        "then": list(turn.then),
        "line": turn.line,
    }


def _plain_saying(saying: Saying) -> dict[str, Any]:
    said = {name: getattr(saying.fields, field) for name, field in ANSWER_FIELDS.items()}
    return {"response": saying.text} | {
        name: list(value) if isinstance(value, tuple) else value for name, value in said.items()
    }


def _plain_otherwise(otherwise: Saying | str) -> str | dict[str, Any]:
    return otherwise if isinstance(otherwise, str) else _plain_saying(otherwise)
