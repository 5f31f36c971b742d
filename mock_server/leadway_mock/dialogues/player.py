"""Player of dialogues: from a session's position and an agent input to a reply.

The functions are pure. The next position is in `AgentReply.state`, so it is stored in the same
commit as the turn, and a turn that lost a race can be played again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.dialogues.model import (
    REJECT,
    REPEAT,
    RESTART,
    Dialogue,
    ScriptedReply,
    ScriptedTurn,
)
from leadway_mock.dialogues.near_misses import near_misses
from leadway_mock.dialogues.position import DialoguePosition, position_in

UNSCRIPTED_RULE: Final = "unscripted-message"
"""Behaviour of the response to a message that no turn expects."""

FALLBACK_RULE: Final = "dialogue-fallback"
"""Behaviour of a dialogue's own reply to such a message."""

REJECTED_RULE: Final = "unscripted-rejected"
"""Behaviour of the error response to such a message, with `fallback: reject`."""


def play(dialogues: Sequence[Dialogue], agent_input: AgentInput) -> AgentReply:
    """Return the reply of the turn that expects the message, or the fallback.

    A session without a dialogue begins the first of `dialogues` that expects the message. A
    session with a dialogue continues in the version it began with, which must be in `dialogues`.
    If no turn expects the message, the position stays the same, and the reply has the rule
    `UNSCRIPTED_RULE`, `REJECTED_RULE` or `FALLBACK_RULE`, and the near misses.
    """
    position = position_in(agent_input.state) or DialoguePosition()
    for dialogue, turn in expected_turns(dialogues, position):
        captured = turn.match(agent_input)
        if captured is not None:
            captures = {} if _ended(dialogue, position) else position.captures
            return _take(dialogue, turn, agent_input, {**captures, **captured})
    if position.has_begun:
        dialogue = _current(dialogues, position)
        if dialogue.at_end == REPEAT and _ended(dialogue, position):
            return _take(dialogue, dialogue.turn(position.after), agent_input, position.captures)
    return _unscripted(dialogues, position, agent_input)


def expected_turns(
    dialogues: Sequence[Dialogue], position: DialoguePosition
) -> list[tuple[Dialogue, ScriptedTurn]]:
    """Return the turns that a session at `position` expects, in the order they are tried."""
    if not position.has_begun:
        return [(each, turn) for each in dialogues for turn in each.following(0)]
    dialogue = _current(dialogues, position)
    again = dialogue.at_end == RESTART and _ended(dialogue, position)
    return [(dialogue, turn) for turn in dialogue.following(0 if again else position.after)]


def _current(dialogues: Sequence[Dialogue], position: DialoguePosition) -> Dialogue:
    return next(each for each in dialogues if each.version == position.version)


def _ended(dialogue: Dialogue, position: DialoguePosition) -> bool:
    return position.after > 0 and not dialogue.turn(position.after).then


def _take(
    dialogue: Dialogue, turn: ScriptedTurn, agent_input: AgentInput, captures: Mapping[str, str]
) -> AgentReply:
    reply = turn.reply.reply(agent_input, captures)
    position = DialoguePosition(dialogue.name, dialogue.version, turn.number, captures)
    delay = turn.latency.seconds(_random_fraction(agent_input)) if turn.latency else 0.0
    return replace(reply, state=position.state(), delay=delay, fault=turn.fault)


def _random_fraction(agent_input: AgentInput) -> float:
    """Return a number between 0 and 1, the same for the same turn of the same session.

    With a seed, the session's id is reproducible, and so is this number.
    """
    seed = f"{agent_input.execution_id}/{agent_input.turn}".encode()
    number = int.from_bytes(hashlib.blake2b(seed, digest_size=6).digest(), "big")
    return (number + 1) / (2**48 + 1)


def _unscripted(
    dialogues: Sequence[Dialogue], position: DialoguePosition, agent_input: AgentInput
) -> AgentReply:
    here = expected_turns(dialogues, position)
    scope = [_current(dialogues, position)] if position.has_begun else list(dialogues)
    fallback = scope[0].fallback
    missed = near_misses(here, scope, agent_input)
    if isinstance(fallback, ScriptedReply):
        reply, rule = fallback.reply(agent_input, position.captures), FALLBACK_RULE
    else:
        reply = AgentReply(_fallback_text(scope, position))
        rule = REJECTED_RULE if fallback == REJECT else UNSCRIPTED_RULE
    return replace(reply, state=position.state(), rule=rule, near_misses=missed)


def _fallback_text(scope: Sequence[Dialogue], position: DialoguePosition) -> str:
    if not position.has_begun:
        return "I have no answer to that. (This is the mock: no dialogue begins with this message.)"
    name = scope[0].name
    if _ended(scope[0], position):
        return f"I have no more to say. (This is the mock: the dialogue '{name}' has ended.)"
    return (
        f"I have no answer to that. (This is the mock: the dialogue '{name}' does not expect this "
        "message here.)"
    )
