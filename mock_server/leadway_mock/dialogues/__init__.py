"""Dialogues: conversations on demand, keyed by the session id that the mock itself mints.

A dialogue is written as a transcript, as YAML or in Python, and is the same `Dialogue` each time:

    parse_dialogue(text, name="booking")
    load_dialogue("booking.txt")              # .txt and .dialogue: transcripts; .yaml, .yml: YAML
    load_dialogues("dialogues/")              # a file, or a folder in name order: a tuple
    dialogue("booking").user("haircut").agent("Which day?").build()

All of them raise `DialogueError` (`.problems`, and `str()` with file, line, column and the cure for
each). A `Script`, which is what `dialogue(...)` returns, may be given wherever a `Dialogue` may.

    play([booking], heard)                    # pure: `Heard` in, `Reply` out, state inside both

`Repertoire`, which is `emulator.dialogues`, holds what each space is told, in the store:

    emulator.dialogues.put(space.name, booking)      # same name: takes its place
    emulator.dialogues.remove(space.name, "booking")
    emulator.dialogues.of(space)                     # {name: Dialogue}, in name order
    emulator.dialogues.unused(space)                 # turns that no session has taken yet
    emulator.dialogues.uses(space)                   # how often each turn was taken

`warnings_of` tells what is surely not meant, `plain` and `dump` give a dialogue as JSON, and
`write_transcript` makes a transcript of a conversation that took place.

Open sessions stay on the version they began with. A reply to a message that no turn expects has
the rule `unscripted-message` (or is refused as `unscripted-refused`, or answered by the dialogue's
own `dialogue-fallback`) and `near_misses`, which
`near_miss_report` shows side by side; the journal has them as JSON under `nearMisses`.
"""

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
from leadway_mock.dialogues.player import FALLBACK_RULE, REFUSED_RULE, UNSCRIPTED_RULE, play
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
    "REFUSED_RULE",
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
