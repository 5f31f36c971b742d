"""What a dialogue did, told to people, to the journal and to tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from leadway_mock.agents.replies import AgentInput, AgentReply, NearMiss
from leadway_mock.dialogues.model import Dialogue
from leadway_mock.dialogues.position import position_in
from leadway_mock.util.redaction import redact_json, redact_text
from leadway_mock.util.text_table import side_by_side

DIALOGUE_ENDED: Final = (
    "The dialogue has ended: begin a new session, write one more turn, or `after: restart`."
)
"""How to mend a message that has no near miss, because no turn is left."""

LONGEST: Final = 500
"""How many characters of one text a table shows."""


def dialogue_to_json(
    dialogues: Sequence[Dialogue], agent_input: AgentInput, reply: AgentReply
) -> dict[str, Any] | None:
    """Return the journal's `dialogue`, redacted, or None where no dialogue was involved.

    It has the dialogue's `name` (null if none has begun), the session's turn, and the dialogue's
    turn that was taken; where none was, `turn` is null and `after` the turn before.
    """
    position = position_in(reply.state)
    if position is None or not dialogues:
        return None
    content: dict[str, Any] = {"name": position.name or None, "sessionTurn": agent_input.turn}
    taken = next((each for each in dialogues if each.version == position.version), None)
    if taken and not reply.rule:
        turn = taken.turn(position.after)
        content |= {
            "turn": turn.number,
            "label": turn.label,
            "file": taken.file,
            "line": turn.line,
        }
    else:
        content |= {"turn": None, "after": position.after}
    content["captures"] = dict(position.captures)
    redacted: Any = redact_json(content)
    return redacted  # type: ignore[no-any-return]  # the shape does not change


def near_misses_to_json(reply: AgentReply) -> list[dict[str, Any]]:
    """Return the journal's `nearMisses`, redacted."""
    redacted: Any = redact_json([near_miss_to_json(each) for each in reply.near_misses])
    return redacted  # type: ignore[no-any-return]  # the shape does not change


def near_miss_to_json(miss: NearMiss) -> dict[str, Any]:
    """Return a near miss as JSON values."""
    content = asdict(miss)
    content["comparisons"] = [asdict(each) for each in miss.comparisons]
    return content


def near_miss_hint(reply: AgentReply) -> str:
    """Return one line that names the closest near miss; empty where a turn was taken."""
    if not reply.rule:
        return ""
    if not reply.near_misses:
        return f"No turn expects this message. {DIALOGUE_ENDED}"
    miss = _best(reply.near_misses)
    return redact_text(f"No turn expects this message. Closest: {_title(miss)}. {miss.hint}")


def near_miss_report(heard: AgentInput, reply: AgentReply, *, width: int | None = None) -> str:
    """Return the near misses of `reply` as tables, at most `width` columns wide.

    Left is what the turn expects, right what was heard. Without `width`, it is the terminal's.
    """
    width = width or shutil.get_terminal_size((100, 24)).columns
    return redact_text("\n".join(_lines(heard, reply, width)))


def _lines(heard: AgentInput, reply: AgentReply, width: int) -> Iterator[str]:
    yield f"No turn expects message {heard.turn} of session {heard.execution_id}."
    position = position_in(reply.state)
    if position and position.begun:
        after = f"after turn {position.after}" if position.after else "at its beginning"
        yield f"The session is in dialogue '{position.name}', {after}."
        if position.captures:
            yield "Captured: " + ", ".join(_captures(position.captures))
    else:
        yield "The session has not begun any dialogue."
    for miss in reply.near_misses:
        yield ""
        yield from near_miss_table(miss, width=width)
    if not reply.near_misses:
        yield DIALOGUE_ENDED


def near_miss_table(miss: NearMiss, *, width: int) -> list[str]:
    """Return one near miss as the lines of a table."""
    rows = [
        (
            f"{each.part}: {_shown(each.expected)}",
            f"{'message' if each.part == 'user' else each.part}: {_shown(each.found)}",
            not each.matches,
        )
        for each in miss.comparisons
    ]
    lines = side_by_side((_title(miss), "heard"), rows, width=width)
    return [*lines, f"  {miss.hint}"]


def _best(misses: Sequence[NearMiss]) -> NearMiss:
    """Return the one to name: a turn elsewhere that takes the whole message tells the most."""
    return next((each for each in misses if each.position == "elsewhere"), misses[0])


def _title(miss: NearMiss) -> str:
    place = f", {_near(miss.file)}:{miss.line}" if miss.line else ""
    label = f" '{miss.label}'" if miss.label else ""
    return f"turn {miss.turn}{label} of '{miss.dialogue}'{place}"


def _near(file: str) -> str:
    """Return a path as short as it can be from here."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _captures(captures: Mapping[str, str]) -> Iterator[str]:
    for name, text in captures.items():
        yield f"{name} = {_shown(text)}"


def _shown(text: str) -> str:
    """Return `text` as a terminal may show it: nothing that moves its cursor, and not endless."""
    short = text[:LONGEST]
    plain = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in short)
    return plain if text == short else f"{plain}… [{len(text)} characters]"
