"""Dialogues: scripted conversations from transcripts, YAML or Python. See docs/dialogues.md."""

from leadway_mock.dialogues.builder import (
    DialogueBuilder,
    TurnsBuilder,
    as_dialogue,
    dialogue,
    user,
)
from leadway_mock.dialogues.lint import warnings_of
from leadway_mock.dialogues.loading.files import load_dialogue, load_dialogues, parse_dialogue
from leadway_mock.dialogues.loading.parser import DialogueError, DialoguesError
from leadway_mock.dialogues.loading.transcripts import write_transcript
from leadway_mock.dialogues.model import (
    Dialogue,
    ScriptedReply,
    ScriptedTurn,
    TurnConditions,
    to_json,
)
from leadway_mock.dialogues.patterns import Pattern, parse_pattern
from leadway_mock.dialogues.player import FALLBACK_RULE, REJECTED_RULE, UNSCRIPTED_RULE, play
from leadway_mock.dialogues.position import turn_key
from leadway_mock.dialogues.registry import DialogueRegistry, TurnUsage
from leadway_mock.dialogues.reports import (
    DIALOGUE_ENDED,
    near_miss_report,
    near_miss_table,
    near_miss_to_json,
)
from leadway_mock.dialogues.serialization import from_text, to_text

__all__ = [
    "DIALOGUE_ENDED",
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
    "TurnUsage",
    "TurnsBuilder",
    "as_dialogue",
    "dialogue",
    "from_text",
    "load_dialogue",
    "load_dialogues",
    "near_miss_report",
    "near_miss_table",
    "near_miss_to_json",
    "parse_dialogue",
    "parse_pattern",
    "play",
    "to_json",
    "to_text",
    "turn_key",
    "user",
    "warnings_of",
    "write_transcript",
]
