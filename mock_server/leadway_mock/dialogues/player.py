"""Playing a dialogue: from where a session stands and what was heard, to what is said.

Pure: the same dialogues and the same `Heard` give the same `Reply`. Where the session stands next
is in `Reply.state`, so it is kept with the turn, at once or not at all, and a turn that lost a race
is simply played again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.dialogues.model import (
    REFUSE,
    REPEAT,
    RESTART,
    Dialogue,
    ScriptedReply,
    ScriptedTurn,
)
from leadway_mock.dialogues.near_misses import near_misses
from leadway_mock.dialogues.position import DialoguePosition, position_in

UNSCRIPTED_RULE: Final = "unscripted-message"
"""The behaviour of an answer to a message that no turn expects."""

FALLBACK_RULE: Final = "dialogue-fallback"
"""The behaviour of the answer that a dialogue has of its own for such a message."""

REFUSED_RULE: Final = "unscripted-refused"
"""The refusal of such a message, where the dialogue asks for it."""


def play(dialogues: Sequence[Dialogue], heard: AgentInput) -> AgentReply:
    """Take the turn that expects `heard`, or say that there is none.

    A session without a dialogue begins the first of `dialogues` that expects the message; one with
    a dialogue goes on in the very version it began with, which has to be among them. A message
    that no turn expects leaves the session where it is: the reply has the rule `UNSCRIPTED_RULE`,
    `REFUSED_RULE` or `OTHERWISE_RULE`, and the near misses.
    """
    position = position_in(heard.state) or DialoguePosition()
    for dialogue, turn in expected_turns(dialogues, position):
        captured = turn.match(heard)
        if captured is not None:
            kept = {} if _ended(dialogue, position) else position.captures
            return _take(dialogue, turn, heard, {**kept, **captured})
    if position.begun:
        dialogue = _current(dialogues, position)
        if dialogue.at_end == REPEAT and _ended(dialogue, position):
            return _take(dialogue, dialogue.turn(position.after), heard, position.captures)
    return _unscripted(dialogues, position, heard)


def expected_turns(
    dialogues: Sequence[Dialogue], position: DialoguePosition
) -> list[tuple[Dialogue, ScriptedTurn]]:
    """Return the turns at which a session at `position` waits, in the order they are tried."""
    if not position.begun:
        return [(each, turn) for each in dialogues for turn in each.following(0)]
    dialogue = _current(dialogues, position)
    again = dialogue.at_end == RESTART and _ended(dialogue, position)
    return [(dialogue, turn) for turn in dialogue.following(0 if again else position.after)]


def _current(dialogues: Sequence[Dialogue], position: DialoguePosition) -> Dialogue:
    return next(each for each in dialogues if each.version == position.version)


def _ended(dialogue: Dialogue, position: DialoguePosition) -> bool:
    return position.after > 0 and not dialogue.turn(position.after).then


def _take(
    dialogue: Dialogue, turn: ScriptedTurn, heard: AgentInput, captures: Mapping[str, str]
) -> AgentReply:
    reply = turn.reply.reply(heard, captures)
    position = DialoguePosition(dialogue.name, dialogue.version, turn.number, captures)
    delay = turn.latency.seconds(_chance(heard)) if turn.latency else 0.0
    return replace(reply, state=position.state(), delay=delay, fault=turn.fault)


def _chance(heard: AgentInput) -> float:
    """Return a number between 0 and 1, the same for the same turn of the same session.

    The session's id comes from the mock's seed where it has one, so the seed decides this too.
    """
    seed = f"{heard.execution_id}/{heard.turn}".encode()
    number = int.from_bytes(hashlib.blake2b(seed, digest_size=6).digest(), "big")
    return (number + 1) / (2**48 + 1)


def _unscripted(
    dialogues: Sequence[Dialogue], position: DialoguePosition, heard: AgentInput
) -> AgentReply:
    here = expected_turns(dialogues, position)
    scope = [_current(dialogues, position)] if position.begun else list(dialogues)
    otherwise = scope[0].fallback
    missed = near_misses(here, scope, heard)
    if isinstance(otherwise, ScriptedReply):
        reply, rule = otherwise.reply(heard, position.captures), FALLBACK_RULE
    else:
        reply = AgentReply(_apology(scope, position))
        rule = REFUSED_RULE if otherwise == REFUSE else UNSCRIPTED_RULE
    return replace(reply, state=position.state(), rule=rule, near_misses=missed)


def _apology(scope: Sequence[Dialogue], position: DialoguePosition) -> str:
    if not position.begun:
        return "I have no answer to that. (This is the mock: no dialogue begins with this message.)"
    name = scope[0].name
    if _ended(scope[0], position):
        return f"I have no more to say. (This is the mock: the dialogue '{name}' has ended.)"
    return (
        f"I have no answer to that. (This is the mock: the dialogue '{name}' does not expect this "
        "message here.)"
    )
