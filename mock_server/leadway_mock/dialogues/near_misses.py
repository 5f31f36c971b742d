"""Near misses: the turns that came closest to a message that none expects, and how to mend it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final

from leadway_mock.agents.replies import AgentInput, NearMiss
from leadway_mock.dialogues.model import MISSING, Dialogue, MatchPart, ScriptedTurn, comparison

MOST: Final = 3
"""How many near misses are told."""

MOST_COMPARED: Final = 200
"""How many turns are looked at; a conversation seldom waits at more than a few."""

LONGEST_COMPARED: Final = 2_000
"""How many characters of a message are compared."""


def near_misses(
    here: Sequence[tuple[Dialogue, ScriptedTurn]], scope: Sequence[Dialogue], heard: AgentInput
) -> tuple[NearMiss, ...]:
    """Return the near misses, closest first.

    They are the turns `here`, at which the session waits, and those elsewhere in `scope` that would
    have taken the message, had the session been there.
    """
    waiting = {(dialogue.name, turn.number) for dialogue, turn in here}
    missed = [_missed(*each, heard, "here") for each in here[:MOST_COMPARED]]
    elsewhere = (
        _missed(dialogue, turn, heard, "elsewhere")
        for dialogue in scope
        for turn in dialogue.turns[:MOST_COMPARED]
        if (dialogue.name, turn.number) not in waiting and turn.match(heard) is not None
    )
    missed.sort(key=lambda miss: -miss.closeness)  # A stable sort: the first written comes first.
    found = list(islice(elsewhere, 1))
    return (*missed[: MOST - len(found)], *found)


def _missed(dialogue: Dialogue, turn: ScriptedTurn, heard: AgentInput, where: str) -> NearMiss:
    parts = list(turn.parts(heard))
    return NearMiss(
        dialogue=dialogue.name,
        turn=turn.number,
        label=turn.label,
        file=dialogue.file,
        line=turn.line,
        position=where,
        closeness=round(sum(map(_closeness, parts)) / len(parts), 2),
        comparisons=tuple(map(comparison, parts)),
        hint=_mend(turn, parts) if where == "here" else _mend_place(turn),
    )


def _closeness(part: MatchPart) -> float:
    if part.captured is not None:
        return 1.0
    if part.found == MISSING:
        return 0.0
    return likeness(part.expected, part.found) * 0.99  # 1.0 is for what fits.


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0.0 to 1.0: the share of their pairs of letters.

    This takes time in proportion to their lengths, which no comparison of sequences does.
    """
    pairs, others = _pairs(one), _pairs(other)
    return 2 * (pairs & others).total() / (pairs.total() + others.total())


def _pairs(text: str) -> Counter[str]:
    letters = f" {text[:LONGEST_COMPARED].casefold()} "
    return Counter(letters[index : index + 2] for index in range(len(letters) - 1))


def _mend(turn: ScriptedTurn, parts: Sequence[MatchPart]) -> str:
    part = next(part for part in parts if part.captured is None)
    if part.name == "user":
        return _mend_message(turn, part)
    if part.name == "when.turn":
        return f"It is for message {part.expected} of a session, and this is number {part.found}."
    what = part.name.removeprefix("when.")
    if part.found == MISSING:
        return f"Send {what}, or take the condition away."
    if part.expected == MISSING:
        return f"Leave {what} out, or take the condition away."
    return f"Send {what} as expected, or change the condition."


def _mend_message(turn: ScriptedTurn, part: MatchPart) -> str:
    pattern, message = turn.user, part.found
    if pattern.kind == "regex" and "i" not in pattern.flags and _fits_in_any_case(turn, message):
        return f"Only upper and lower case differ: write /{pattern.text}/i{pattern.flags}."
    if pattern.kind == "equals" and pattern.text.strip() in message:
        return 'The words are there, but not they alone: write them without ="…".'
    plain = "" if pattern.kind == "regex" else _plain(part.expected)  # A regex is no wording.
    if plain and plain in _plain(message):
        return "Only spaces or punctuation differ: expect fewer words, or send these."
    return "Send what is expected, expect what was sent, or expect `*`, which is anything."


def _fits_in_any_case(turn: ScriptedTurn, message: str) -> bool:
    return re.search(turn.user.text, message, re.IGNORECASE) is not None


def _mend_place(turn: ScriptedTurn) -> str:
    return f"Turn {turn.number} expects this message, but the session is not there."


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text[:LONGEST_COMPARED].casefold()))
