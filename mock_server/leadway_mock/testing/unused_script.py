"""What was prepared and never came about: turns that no session took, faults that never fired."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from leadway_mock.dialogues import Dialogue, ScriptedTurn


def missed_turns(dialogue: Dialogue, used: Collection[int]) -> Iterator[ScriptedTurn]:
    """Yield the turns that a conversation should have taken and did not, in the order of writing.

    `used` are the numbers of those that were taken. Where one alternative of a branch was taken,
    the others and what follows from them alone are not missed.
    """
    missed: set[int] = set()
    seen: set[int] = set()
    waiting = [dialogue.starts]
    while waiting:
        choices = waiting.pop()
        taken = [number for number in choices if number in used]
        missed.update(() if taken else choices)
        for number in taken or choices:
            if number not in seen:
                seen.add(number)
                waiting.append(dialogue.turn(number).then)
    return (dialogue.turn(number) for number in sorted(missed - set(used)))


def format_turn(dialogue: Dialogue, turn: ScriptedTurn) -> str:
    """Return a turn that was missed as a line of text."""
    label = f" '{turn.label}'" if turn.label else ""
    place = f", {_near(dialogue.file)}:{turn.line}" if turn.line else ""
    return f"turn {turn.number}{label} of '{dialogue.name}'{place}: user: {turn.user}"


def _near(file: str) -> str:
    """Return a path as short as it can be from here."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file
