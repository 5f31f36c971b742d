"""Dialogues as text for the store, so that open sessions keep their version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from leadway_mock.agents.replies import REPLY_FIELDS, AgentReply
from leadway_mock.dialogues.model import (
    Dialogue,
    ScriptedReply,
    ScriptedTurn,
    TurnConditions,
    to_json,
)
from leadway_mock.dialogues.patterns import Pattern
from leadway_mock.faults import Latency, read_fault
from leadway_mock.util.json_text import to_json_text


def to_text(dialogue: Dialogue) -> str:
    """Return a dialogue as text that `from_text` reads."""
    return to_json_text(to_json(dialogue))


def from_text(text: str) -> Dialogue:
    """Return the dialogue from the text of `to_text`, without checks."""
    content = json.loads(text)
    return Dialogue(
        name=content["name"],
        turns=tuple(map(_turn, content["turns"])),
        starts=tuple(content["starts"]),
        agents=tuple(content["agents"]),
        fallback=_fallback(content["fallback"]),
        at_end=content["at_end"],
        file=content["file"],
    )


def _turn(content: Mapping[str, Any]) -> ScriptedTurn:
    return ScriptedTurn(
        number=content["number"],
        user=Pattern(*content["user"]),
        reply=_reply(content["agent"]),
        when=TurnConditions(**content["when"]),
        label=content["label"],
        latency=Latency(**content["latency"]) if content["latency"] else None,
        fault=read_fault(content["fault"]) if content["fault"] else None,
        then=tuple(content["then"]),
        line=content["line"],
    )


def _reply(content: Mapping[str, Any]) -> ScriptedReply:
    return ScriptedReply(content["response"], reply_fields(content))


def reply_fields(content: Mapping[str, Any]) -> AgentReply:
    """Return a reply without text from response fields, which have the names of the API."""
    fields: dict[str, Any] = {
        # Lists become tuples, so that equal dialogues are equal.
        field: tuple(content[name]) if isinstance(content[name], list) else content[name]
        for name, field in REPLY_FIELDS.items()
        if name in content
    }
    return AgentReply("", **fields)


def _fallback(content: str | Mapping[str, Any]) -> ScriptedReply | str:
    return content if isinstance(content, str) else _reply(content)
