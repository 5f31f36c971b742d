"""Dialogue results for the journal, hints and test reports, as text for terminals."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, cast

from leadway_mock.agents.replies import AgentInput, AgentReply, NearMiss
from leadway_mock.dialogues.index import as_sequence
from leadway_mock.dialogues.model import Dialogue
from leadway_mock.dialogues.player import position_in
from leadway_mock.util.printable_text import short_lines
from leadway_mock.util.redaction import redact_json, redact_text

DIALOGUE_ENDED: Final = (
    "The dialogue has ended: begin a new session, add a turn, or write `at_end: restart` or "
    "`at_end: repeat`."
)
"""Hint for a message without near misses, because no turn is left."""

MAX_TEXT_CHARS: Final = 500
"""Maximum characters of one text in a table."""

MIN_WIDTH: Final = 40
DIFFERENCE_MARK: Final = "<-"


def dialogue_to_json(
    dialogues: Sequence[Dialogue], agent_input: AgentInput, reply: AgentReply
) -> dict[str, Any]:
    """Return the journal's `dialogue`, redacted.

    It has the dialogue's `name` (null before one begins), the number of the session's turn, and
    the dialogue's turn. If no turn matched, `turn` is null and `after` is the last turn taken.
    """
    position = position_in(reply.state)
    taken = as_sequence(dialogues).by_version.get(position.version)
    if taken and not reply.rule:
        turn = taken.turn(position.after)
        details = {"turn": turn.number, "label": turn.label, "file": taken.file, "line": turn.line}
    else:
        details = {"turn": None, "after": position.after}
    content = {
        "name": position.name or None,
        "sessionTurn": agent_input.turn,
        **details,
        "captures": dict(position.captures),
    }
    return cast("dict[str, Any]", redact_json(content))


def near_misses_to_json(reply: AgentReply) -> list[dict[str, Any]]:
    """Return the journal's `nearMisses`, redacted."""
    misses = [
        asdict(each) | {"comparisons": list(map(asdict, each.comparisons))}
        for each in reply.near_misses
    ]
    return cast("list[dict[str, Any]]", redact_json(misses))


def near_miss_hint(reply: AgentReply) -> str:
    """Return one line that names the closest near misses; empty where a turn was taken."""
    if not reply.rule:
        return ""
    position = position_in(reply.state)
    if not reply.near_misses:
        ended = f"'{position.name}' ended after turn {position.after}"
        return redact_text(f"No turn expects this message: {ended}. {DIALOGUE_ENDED}")
    miss = reply.near_misses[0]
    hint = f"No turn expects this message. Closest: {_title(miss)}. {miss.hint}"
    elsewhere = [each for each in reply.near_misses[1:] if each.position == "elsewhere"]
    hints = (f" Elsewhere: {_title(each)}. {each.hint}" for each in elsewhere)
    return redact_text(hint + "".join(hints))


def near_miss_report(
    agent_input: AgentInput, reply: AgentReply, *, width: int | None = None
) -> str:
    """Return the near misses of `reply` as tables, by default as wide as the terminal."""
    width = width or shutil.get_terminal_size((100, 24)).columns
    position = position_in(reply.state)
    lines = [f"No turn expects message {agent_input.turn} of session {agent_input.execution_id}."]
    if position.has_begun:
        after = f"after turn {position.after}" if position.after else "at its beginning"
        lines.append(f"The session is in dialogue '{position.name}', {after}.")
        captures = (f"{name} = {_terminal_text(text)}" for name, text in position.captures.items())
        if position.captures:
            lines.append(f"Captured: {', '.join(captures)}")
    else:
        lines.append("The session has not begun any dialogue.")
    for miss in reply.near_misses:
        lines += ["", *near_miss_table(miss, width=width)]
    if not reply.near_misses:
        lines.append(DIALOGUE_ENDED)
    return redact_text("\n".join(lines))


def near_miss_table(miss: NearMiss, *, width: int) -> list[str]:
    """Return one near miss as the lines of a table, at most `width` terminal columns wide.

    The left column is the expectation, the right one the received value; a mark shows differences.
    """
    side = (max(width, MIN_WIDTH) - len("  | " + " | " + " | " + DIFFERENCE_MARK)) // 2
    rule = f"  +{'-' * (side + 2)}+{'-' * (side + 2)}+"
    lines = [rule, *_row(_title(miss), "received", side), rule]
    for each in miss.comparisons:
        expected = f"{each.part}: {_terminal_text(each.expected)}"
        part = "message" if each.part == "user" else each.part
        found = f"{part}: {_terminal_text(each.found)}"
        lines += _row(expected, found, side, "" if each.matches else DIFFERENCE_MARK)
    return [*lines, rule, f"  {miss.hint}"]


def turn_title(turn: int, label: str, dialogue: str, file: str, line: int) -> str:
    """Return a turn for messages: number, label, dialogue, and where it is written if known."""
    place = f", {relative_file(file)}:{line}" if line else ""
    name = f" '{label}'" if label else ""
    return f"turn {turn}{name} of '{dialogue}'{place}"


def relative_file(file: str) -> str:
    """Return the path of a file; one below the working directory is relative to it."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _title(miss: NearMiss) -> str:
    return turn_title(miss.turn, miss.label, miss.dialogue, miss.file, miss.line)


def _terminal_text(text: str) -> str:
    """Return `text` for a terminal: shortened, with control characters escaped."""
    shown = short_lines(text, MAX_TEXT_CHARS)
    return shown if len(text) <= MAX_TEXT_CHARS else f"{shown} [{len(text)} characters]"


def _row(left: str, right: str, side: int, mark: str = "") -> Iterator[str]:
    for cells in zip_longest(_wrap(left, side), _wrap(right, side), fillvalue=""):
        one, other = (cell + " " * (side - columns(cell)) for cell in cells)
        yield f"  | {one} | {other} | {mark}".rstrip()
        mark = ""


def _wrap(text: str, width: int) -> Iterator[str]:
    """Yield `text` as lines of at most `width` columns, broken at spaces if possible."""
    for line in text.split("\n"):
        start = 0
        while columns(line[start:]) > width:
            end = _break(line, start, width)
            yield line[start:end].rstrip()
            start = end
        yield line[start:]


def columns(text: str) -> int:
    """Return the width of `text` in columns: two for a wide character, none for an accent."""
    return sum(map(_character_columns, text))


def _character_columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _break(line: str, start: int, width: int) -> int:
    """Return where to break a line that is too long: after the last space, or in a word."""
    end, used = start, 0
    while used + _character_columns(line[end]) <= width:
        used += _character_columns(line[end])
        end += 1
    space = line.rfind(" ", start + 1, end + 1)
    return space + 1 if space > start else end
