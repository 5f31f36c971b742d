"""Dialogue results for the journal, hints and test reports."""

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
    "The dialogue has ended: begin a new session, add a turn, or use `at_end: restart`."
)
"""Hint for a message without near misses, because no turn is left."""

MAX_TEXT_CHARS: Final = 500
"""Maximum characters of one text in a table."""


def dialogue_to_json(
    dialogues: Sequence[Dialogue], agent_input: AgentInput, reply: AgentReply
) -> dict[str, Any] | None:
    """Return the journal's `dialogue`, redacted, or None where no dialogue was involved.

    It has the dialogue's `name` (null before one begins), the number of the session's turn, and
    the dialogue's turn. If no turn matched, `turn` is null and `after` is the last turn taken.
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
    miss = _best_near_miss(reply.near_misses)
    return redact_text(f"No turn expects this message. Closest: {_title(miss)}. {miss.hint}")


def near_miss_report(
    agent_input: AgentInput, reply: AgentReply, *, width: int | None = None
) -> str:
    """Return the near misses of `reply` as tables, at most `width` columns wide.

    The left column is the expectation, the right one the received value. The default `width` is
    the terminal's.
    """
    width = width or shutil.get_terminal_size((100, 24)).columns
    return redact_text("\n".join(_report_lines(agent_input, reply, width)))


def _report_lines(agent_input: AgentInput, reply: AgentReply, width: int) -> Iterator[str]:
    yield f"No turn expects message {agent_input.turn} of session {agent_input.execution_id}."
    position = position_in(reply.state)
    if position and position.has_begun:
        after = f"after turn {position.after}" if position.after else "at its beginning"
        yield f"The session is in dialogue '{position.name}', {after}."
        if position.captures:
            yield "Captured: " + ", ".join(_capture_texts(position.captures))
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
            f"{each.part}: {_terminal_text(each.expected)}",
            f"{'message' if each.part == 'user' else each.part}: {_terminal_text(each.found)}",
            not each.matches,
        )
        for each in miss.comparisons
    ]
    lines = side_by_side((_title(miss), "received"), rows, width=width)
    return [*lines, f"  {miss.hint}"]


def _best_near_miss(misses: Sequence[NearMiss]) -> NearMiss:
    """Return the near miss to name: preferably a turn elsewhere, which matches completely."""
    return next((each for each in misses if each.position == "elsewhere"), misses[0])


def _title(miss: NearMiss) -> str:
    place = f", {_relative_path(miss.file)}:{miss.line}" if miss.line else ""
    label = f" '{miss.label}'" if miss.label else ""
    return f"turn {miss.turn}{label} of '{miss.dialogue}'{place}"


def _relative_path(file: str) -> str:
    """Return the path relative to the working directory, if it is below it."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _capture_texts(captures: Mapping[str, str]) -> Iterator[str]:
    for name, text in captures.items():
        yield f"{name} = {_terminal_text(text)}"


def _terminal_text(text: str) -> str:
    """Return `text` for a terminal: shortened, with control characters escaped."""
    short = text[:MAX_TEXT_CHARS]
    plain = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in short)
    return plain if text == short else f"{plain}… [{len(text)} characters]"
