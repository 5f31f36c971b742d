"""Dialogues: scripted conversations from transcripts, YAML or Python. See docs/dialogues.md."""

from leadway_mock.agents.patterns import Pattern, parse_pattern
from leadway_mock.dialogues.builder import (
    DialogueBuilder,
    TurnsBuilder,
    as_dialogue,
    dialogue,
    user,
)
from leadway_mock.dialogues.loading.files import load_dialogue, load_dialogues, parse_dialogue
from leadway_mock.dialogues.loading.parser import DialogueError, DialoguesError
from leadway_mock.dialogues.loading.transcripts import write_transcript
from leadway_mock.dialogues.model import Dialogue, ScriptedReply, ScriptedTurn, TurnConditions
from leadway_mock.dialogues.player import (
    FALLBACK_RULE,
    REJECTED_RULE,
    UNSCRIPTED_RULE,
    play,
    turn_key,
)
from leadway_mock.dialogues.registry import DialogueRegistry

__all__ = [
    "FALLBACK_RULE",
    "REJECTED_RULE",
    "UNSCRIPTED_RULE",
    "Dialogue",
    "DialogueBuilder",
    "DialogueError",
    "DialogueRegistry",
    "DialoguesError",
    "Pattern",
    "ScriptedReply",
    "ScriptedTurn",
    "TurnConditions",
    "TurnsBuilder",
    "as_dialogue",
    "dialogue",
    "load_dialogue",
    "load_dialogues",
    "parse_dialogue",
    "parse_pattern",
    "play",
    "turn_key",
    "user",
    "write_transcript",
]
