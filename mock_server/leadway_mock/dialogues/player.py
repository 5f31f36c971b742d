"""Player of dialogues: from a session's position and an agent input to a reply.

The functions are pure. The next position is in `AgentReply.state`, so it is stored in the same
commit as the turn, and a turn that lost a race can be played again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from leadway_mock.agents.patterns import PatternTimeout
from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.dialogues.index import FirstTurn, as_sequence
from leadway_mock.dialogues.model import (
    REJECT,
    REPEAT,
    RESTART,
    Dialogue,
    ScriptedReply,
    ScriptedTurn,
)
from leadway_mock.dialogues.near_misses import near_misses
from leadway_mock.documents.problems import quote
from leadway_mock.util.printable_text import escape_controls

STATE: Final = "dialogue"
"""Key of the position in a session's state."""

UNSCRIPTED_RULE: Final = "unscripted-message"
"""Behaviour of the response to a message that no turn expects."""

FALLBACK_RULE: Final = "dialogue-fallback"
"""Behaviour of a dialogue's own reply to such a message."""

REJECTED_RULE: Final = "unscripted-rejected"
"""Behaviour of the error response to such a message, with `fallback: reject`."""


@dataclass(frozen=True, slots=True)
class DialoguePosition:
    """Position in the version of a dialogue that the session began with."""

    name: str = ""
    """Empty before a dialogue begins."""

    version: str = ""
    after: int = 0
    """Number of the last turn taken; 0 at the beginning."""

    captures: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_begun(self) -> bool:
        """Whether the session is in a dialogue."""
        return bool(self.name)

    def state(self) -> dict[str, object]:
        """Return the position as the state of a session."""
        if not self.has_begun:
            return {STATE: {}}
        position = {"name": self.name, "version": self.version, "after": self.after}
        return {STATE: position | {"captures": dict(self.captures)}}


def position_in(state: Mapping[str, Any]) -> DialoguePosition:
    """Return the position in a session's `state`; it has not begun for one without dialogues."""
    return DialoguePosition(**state.get(STATE, {}))


def turn_key(reply: AgentReply) -> str:
    """Return a unique key of the scripted turn that made `reply`."""
    position = position_in(reply.state)
    return f"{position.version}/{position.after}"


def play(dialogues: Sequence[Dialogue], agent_input: AgentInput) -> AgentReply:
    """Return the reply of the turn that expects the message, or the fallback.

    A session without a dialogue begins the first of `dialogues` that expects the message. A
    session with a dialogue continues in the version it began with, which must be in `dialogues`.
    If no turn expects the message, the position stays the same, and the reply has the rule
    `UNSCRIPTED_RULE`, `REJECTED_RULE` or `FALLBACK_RULE`, and the near misses.
    """
    known = as_sequence(dialogues)
    position = position_in(agent_input.state)
    current = known.by_version.get(position.version) if position.has_begun else None
    here = _expected_turns(current, position) if current else known.first_turns.turns
    turns = here if current else known.first_turns.candidates(agent_input.message)
    for dialogue, turn in turns:
        try:
            captured = turn.match(agent_input)
        except PatternTimeout as error:
            place = f" of turn {turn.number} of the dialogue {quote(dialogue.name)}"
            at = f" ({escape_controls(dialogue.file)}:{turn.line})" if dialogue.file else ""
            raise PatternTimeout(error.pattern, place + at) from None
        if captured is not None:
            captures = {} if _has_ended(dialogue, position) else position.captures
            return _take(dialogue, turn, agent_input, {**captures, **captured})
    if current and current.at_end == REPEAT and _has_ended(current, position):
        return _take(current, current.turn(position.after), agent_input, position.captures)
    return _unscripted_reply([current] if current else known, here, position, agent_input)


def _expected_turns(dialogue: Dialogue, position: DialoguePosition) -> Sequence[FirstTurn]:
    """Return the turns that a session in `dialogue` expects, in the order they are tried."""
    again = dialogue.at_end == RESTART and _has_ended(dialogue, position)
    return [(dialogue, turn) for turn in dialogue.following(0 if again else position.after)]


def _has_ended(dialogue: Dialogue, position: DialoguePosition) -> bool:
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


def _unscripted_reply(
    scope: Sequence[Dialogue],
    here: Sequence[FirstTurn],
    position: DialoguePosition,
    agent_input: AgentInput,
) -> AgentReply:
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
    if _has_ended(scope[0], position):
        return f"I have no more to say. (This is the mock: the dialogue '{name}' has ended.)"
    return (
        f"I have no answer to that. (This is the mock: the dialogue '{name}' does not expect this "
        "message here.)"
    )
