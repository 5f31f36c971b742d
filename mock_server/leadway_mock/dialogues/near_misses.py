"""Near misses: the turns closest to a message that no turn expects, each with a hint."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final

from leadway_mock.agents.patterns import MatchTime, PatternTimeout
from leadway_mock.agents.replies import AgentInput, Comparison, NearMiss
from leadway_mock.dialogues.model import MISSING, Dialogue, MatchPart, ScriptedTurn

MAX_NEAR_MISSES: Final = 3
"""Maximum near misses of one message."""

MAX_COMPARED_TURNS: Final = 200
"""Maximum turns compared; a session seldom expects more than a few."""

MAX_COMPARED_CHARS: Final = 2_000
"""Maximum characters compared."""


def near_misses(
    here: Sequence[tuple[Dialogue, ScriptedTurn]],
    scope: Sequence[Dialogue],
    agent_input: AgentInput,
) -> tuple[NearMiss, ...]:
    """Return the near misses, closest first.

    They are the turns `here`, which the session expects, and a turn elsewhere in `scope` that
    matches the message. A turn for any message, such as `*`, matches elsewhere by chance and does
    not count. After the end of a dialogue, where `here` is empty, there are none.
    """
    if not here:
        return ()
    waiting = {(dialogue.name, turn.number) for dialogue, turn in here}
    missed = []
    try:
        for each in here[:MAX_COMPARED_TURNS]:
            missed.append(_near_miss(*each, agent_input, "here"))  # noqa: PERF401 - it may end early
    except PatternTimeout as error:  # Only the turns compared so far are near misses.
        missed = missed or [_uncompared(*here[0], str(error))]
    elsewhere = (
        _near_miss(dialogue, turn, agent_input, "elsewhere")
        for dialogue in scope
        for turn in dialogue.turns[:MAX_COMPARED_TURNS]
        if (dialogue.name, turn.number) not in waiting
        and turn.match(agent_input) is not None
        and not turn.user.is_catch_all
    )
    missed.sort(key=lambda miss: -miss.closeness)  # A stable sort: the first written comes first.
    found: list[NearMiss] = []
    with suppress(PatternTimeout):
        found.extend(islice(elsewhere, 1))
    return (*missed[: MAX_NEAR_MISSES - len(found)], *found)


def _near_miss(
    dialogue: Dialogue, turn: ScriptedTurn, agent_input: AgentInput, where: str
) -> NearMiss:
    parts = list(turn.parts(agent_input))
    # The message of a turn for any message says nothing about closeness; its conditions do.
    compared = parts[1:] if turn.user.is_catch_all and parts[1:] else parts
    elsewhere = f"Turn {turn.number} expects this message, but the session is not there."
    return NearMiss(
        dialogue=dialogue.name,
        turn=turn.number,
        label=turn.label,
        file=dialogue.file,
        line=turn.line,
        position=where,
        closeness=round(sum(map(_closeness, compared)) / len(compared), 2),
        comparisons=tuple(
            Comparison(each.name, each.expected, each.found, each.captured is not None)
            for each in parts
        ),
        hint=_hint(turn, parts, agent_input.match_time) if where == "here" else elsewhere,
    )


def _uncompared(dialogue: Dialogue, turn: ScriptedTurn, hint: str) -> NearMiss:
    where = (turn.label, dialogue.file, turn.line, "here")
    return NearMiss(dialogue.name, turn.number, *where, closeness=0.0, comparisons=(), hint=hint)


def _closeness(part: MatchPart) -> float:
    if part.captured is not None:
        return 1.0
    if part.found == MISSING:
        return 0.0
    return similarity(part.expected, part.found) * 0.99  # 1.0 is a match.


def similarity(one: str, other: str) -> float:
    """Return the similarity of two texts, from 0.0 to 1.0: the share of common letter pairs.

    This takes linear time, unlike a comparison of sequences.
    """
    pairs, others = _pairs(one), _pairs(other)
    return 2 * (pairs & others).total() / (pairs.total() + others.total())


def _pairs(text: str) -> Counter[str]:
    letters = f" {text[:MAX_COMPARED_CHARS].casefold()} "
    return Counter(letters[index : index + 2] for index in range(len(letters) - 1))


def _hint(turn: ScriptedTurn, parts: Sequence[MatchPart], match_time: MatchTime) -> str:
    part = next(part for part in parts if part.captured is None)
    if part.name == "user":
        return _message_hint(turn, part, match_time)
    if part.name == "when.turn":
        return f"It is for message {part.expected} of a session; this is message {part.found}."
    what = part.name.removeprefix("when.")
    if part.found == MISSING:
        return f"Send {what}, or remove the condition."
    if part.expected == MISSING:
        return f"Leave {what} out, or remove the condition."
    return f"Send {what} as expected, or change the condition."


def _message_hint(turn: ScriptedTurn, part: MatchPart, match_time: MatchTime) -> str:
    pattern, message = turn.user, part.found
    if pattern.kind == "regex":
        any_case = replace(pattern, flags=f"i{pattern.flags}")
        if "i" not in pattern.flags and any_case.find(message, match_time) is not None:
            return f"Only upper and lower case differ: write /{pattern.text}/i{pattern.flags}."
    elif pattern.kind == "equals" and pattern.text.strip() in message:
        return 'The message contains more than these words: write them without ="…".'
    elif (plain := _normalize(part.expected)) and plain in _normalize(message):
        return "Only spaces or punctuation differ: expect fewer words, or send these."
    return "Send the expected message, expect the received one, or expect `*` (any message)."


def _normalize(text: str) -> str:
    return " ".join(re.findall(r"\w+", text[:MAX_COMPARED_CHARS].casefold()))
