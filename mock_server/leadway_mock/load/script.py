"""Lines of a talker: numbered messages, or those of a dialogue with the replies they must get."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from re import _constants as codes
from re import _parser as parser
from typing import Any, Final, NamedTuple

from leadway_mock.agents.patterns import Pattern
from leadway_mock.agents.templates import parse_template
from leadway_mock.dialogues.model import Dialogue, ScriptedTurn, TurnConditions

ECHO_TURN: Final = re.compile(r"Turn ([0-9]{1,9})\.")
"""Beginning of a reply of the built-in agent that counts turns."""

_CATEGORIES: Final = {
    codes.CATEGORY_DIGIT: "1",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_WORD: " ",
    codes.CATEGORY_NOT_SPACE: "a",
}
MAX_REPEATS: Final = 100


class ScriptError(Exception):
    """A dialogue cannot be played by talkers; the text says which turn, and why."""


class Line(NamedTuple):
    """A message, and the reply that it must get; None where any will do."""

    message: str
    reply: str | None = None
    is_first: bool = False
    """Whether it begins a conversation."""

    may_be_marked: bool = True
    """Whether a word can be added to the message."""


def numbered_lines(turns: int) -> tuple[Line, ...]:
    """Return the lines of one conversation with any agent."""
    return tuple(Line(f"Message {number}", is_first=number == 1) for number in range(1, turns + 1))


def dialogue_lines(dialogue: Dialogue, turns: int) -> tuple[Line, ...]:
    """Return so many lines of a dialogue, played again and again; raises `ScriptError`."""
    once = list(_play(dialogue))
    if not once:
        raise ScriptError(f"{dialogue.file or dialogue.name}: the dialogue has no turn.")
    return tuple(once[number % len(once)] for number in range(turns))


def _play(dialogue: Dialogue) -> Iterator[Line]:
    """Yield the lines along the first turn that may follow each, up to a turn that was used."""
    captures: dict[str, str] = {}
    used: set[int] = set()
    following: Sequence[ScriptedTurn] = dialogue.following(0)
    while following and following[0].number not in used:
        turn = following[0]
        message = _message_for(turn, dialogue)
        found = turn.user.find(message)
        captures |= found or {}
        template = parse_template(turn.reply.text)
        is_known = set(template.names) <= captures.keys()
        reply = template.fill(captures) if is_known else None
        may_be_marked = turn.user.find(f"{message} marker-1") == found
        yield Line(message, reply, is_first=not used, may_be_marked=may_be_marked)
        used.add(turn.number)
        following = dialogue.following(turn.number)


def _message_for(turn: ScriptedTurn, dialogue: Dialogue) -> str:
    where = f"{dialogue.file or dialogue.name}:{turn.line}"
    if replace(turn.when, turn=None) != TurnConditions():
        hint = "talkers send messages only"
        raise ScriptError(f"{where}: this turn needs variables, a contact or attachments; {hint}.")
    message = _sample(turn.user)
    if turn.user.find(message) is None:
        raise ScriptError(f"{where}: no message for {turn.user} was found; use a simpler pattern.")
    return message


def _sample(pattern: Pattern) -> str:
    if pattern.is_catch_all:
        return "Hello"
    if pattern.kind != "regex":
        return pattern.text
    try:
        return _sample_of(parser.parse(pattern.text)) or "Hello"
    except (re.error, ValueError, OverflowError):
        return "Hello"


def _sample_of(parts: Any) -> str:  # noqa: ANN401 - Python's private types
    return "".join(_sample_part(code, value) for code, value in parts)


def _sample_part(code: Any, value: Any) -> str:  # noqa: ANN401, PLR0911 - as above
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.ANY or code is codes.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if code is codes.IN:
        return _sample_set(value)
    if code is codes.BRANCH:
        return _sample_of(value[1][0])
    if code in (codes.SUBPATTERN, codes.ATOMIC_GROUP):
        return _sample_of(value[-1] if code is codes.SUBPATTERN else value)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        least = max(value[0], 1 if value[1] else 0)
        return _sample_of(value[2]) * min(int(least), MAX_REPEATS)
    return ""


def _sample_set(items: Any) -> str:  # noqa: ANN401 - as above
    code, value = items[0]
    if code is codes.RANGE:
        return chr(value[0])
    if code is codes.CATEGORY:
        return _CATEGORIES.get(value, "a")
    return chr(value) if code is codes.LITERAL else "~"
