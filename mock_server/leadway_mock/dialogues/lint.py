"""Static analysis of dialogues: warnings, and faults that the contract does not allow.

Warnings are turns that no session can take and placeholders that nothing fills. A dialogue with
warnings is usable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from leadway_mock.agents.patterns import Pattern, PatternTimeout, plain_text_warning
from leadway_mock.agents.templates import BUILT_IN_NAMES, placeholder_hint
from leadway_mock.contract.model import Contract
from leadway_mock.dialogues.loading.files import TRANSCRIPTS
from leadway_mock.dialogues.loading.parser import DialogueError
from leadway_mock.dialogues.model import (
    RESTART,
    Dialogue,
    ScriptedReply,
    ScriptedTurn,
    TurnConditions,
)
from leadway_mock.documents.problems import Problem, TextPosition, quote
from leadway_mock.faults.model import contract_problems


class _Paths(NamedTuple):
    """Turns that sessions can reach, and turns that earlier ones hide."""

    successors: dict[int, tuple[int, ...]]
    """For each reachable turn (0 is the beginning), the turns that can follow."""

    shadows: dict[int, int]
    """Turns that are never taken, with the earlier turn that always matches first."""


def warnings_of(dialogue: Dialogue) -> list[Problem]:
    """Return the warnings about one dialogue, in the order of its lines."""
    paths = _find_paths(dialogue)
    return sorted(
        {
            *_unreachable_turns(dialogue, paths),
            *_unfilled_placeholders(dialogue, paths),
            *_plain_texts(dialogue),
        }
    )


def conflict_warnings(dialogues: Sequence[Dialogue]) -> Iterator[tuple[Dialogue, Problem]]:
    """Yield warnings about the dialogues of one mock, which are in name order.

    A dialogue with a first turn that an earlier dialogue always matches never begins.
    """
    for index, later in enumerate(dialogues):
        turns = [
            (each, turn)
            for each in dialogues[:index]
            if not each.agents or (later.agents and set(later.agents) <= set(each.agents))
            for turn in each.following(0)
        ]
        for start in later.following(0):
            shadow = next((each for each, turn in turns if covers(turn, start)), None)
            if shadow:
                what = f"the dialogue {quote(shadow.name)} is earlier and matches the same"
                hint = "change its first turn, its agent, or its name so that it comes earlier"
                yield later, Problem(TextPosition(start.line), what, hint)


def check_faults(dialogue: Dialogue, contract: Contract) -> None:
    """Raise `DialogueError` if a fault of `dialogue` cannot occur with `contract`."""
    problems = [
        Problem(TextPosition(turn.line), f"its fault: {problem.message}", problem.hint)
        for turn in dialogue.turns
        if turn.fault
        for problem in contract_problems(turn.fault, contract)
    ]
    if problems:
        raise DialogueError(dialogue.file or dialogue.name, problems)


def covers(wide: ScriptedTurn, narrow: ScriptedTurn) -> bool:
    """Return whether `wide` certainly expects every message that `narrow` expects."""
    return _covers_text(wide.user, narrow.user) and _covers_conditions(wide.when, narrow.when)


def _covers_text(wide: Pattern, narrow: Pattern) -> bool:
    if wide.kind == "any" or wide == narrow:
        return True
    if wide.kind == "contains" and narrow.kind in {"contains", "equals"}:
        return wide.text.casefold() in narrow.text.casefold()
    if narrow.kind != "equals":
        return False
    try:
        return wide.find(narrow.text) is not None
    except PatternTimeout:
        return False


def _covers_conditions(wide: TurnConditions, narrow: TurnConditions) -> bool:
    return (
        wide.turn in {None, narrow.turn}
        and wide.contact in {None, narrow.contact}
        and (wide.attachments is None or wide.attachments == narrow.attachments)
        and all(
            name in narrow.variables and narrow.variables[name] == expected
            for name, expected in wide.variables.items()
        )
    )


def _find_paths(dialogue: Dialogue) -> _Paths:
    paths = _Paths({}, {})
    waiting = [0]
    while waiting:
        after = waiting.pop()
        if after in paths.successors:
            continue
        tried = dialogue.following(after)
        if not tried and dialogue.at_end == RESTART:
            tried = dialogue.following(0)
        reachable = []
        for index, turn in enumerate(tried):
            shadow = next((each for each in tried[:index] if covers(each, turn)), None)
            if shadow is None:
                reachable.append(turn.number)
            else:
                paths.shadows.setdefault(turn.number, shadow.number)
        paths.successors[after] = tuple(reachable)
        waiting += reachable
    return paths


def _unreachable_turns(dialogue: Dialogue, paths: _Paths) -> Iterator[Problem]:
    reached = set(chain.from_iterable(paths.successors.values()))
    for turn in dialogue.turns:
        if turn.number in reached:
            continue
        what = "unreachable: no turn leads here"
        hint = "give it a `label` that a `then` names, or remove it"
        if turn.number in paths.shadows:
            line = dialogue.turn(paths.shadows[turn.number]).line
            what = f"never taken: the turn on line {line} always matches first"
            hint = "move it above that one, or change its pattern"
        yield Problem(TextPosition(turn.line), what, hint)


def _plain_texts(dialogue: Dialogue) -> Iterator[Problem]:
    """Yield a warning for each plain text that looks like a regular expression or the like."""
    is_transcript = Path(dialogue.file).suffix.lower() in TRANSCRIPTS
    quoted = '"{}"' if is_transcript else "'\"{}\"'"
    for turn in dialogue.turns:
        for pattern in turn.patterns:
            warning = plain_text_warning(pattern)
            if warning:
                what, hint = warning
                hint = f"{hint}, or {quote(quoted.format(pattern.text))} for plain text"
                yield Problem(TextPosition(turn.line), what, hint)


def _unfilled_placeholders(dialogue: Dialogue, paths: _Paths) -> Iterator[Problem]:
    captures = _captures_by_turn(dialogue, paths)
    all_captures = frozenset(chain.from_iterable(turn.captures for turn in dialogue.turns))
    for number, names in captures.items():
        turn = dialogue.turn(number)
        yield from _placeholder_problems(
            turn.reply, turn.reply.line or turn.line, names, all_captures
        )
    if isinstance(dialogue.fallback, ScriptedReply):
        line = dialogue.fallback.line or 1
        yield from _placeholder_problems(dialogue.fallback, line, all_captures, all_captures)


def _captures_by_turn(dialogue: Dialogue, paths: _Paths) -> dict[int, frozenset[str]]:
    """Return, for each reachable turn, the names that may be captured by then."""
    captures: dict[int, frozenset[str]] = {}
    waiting = [(number, frozenset[str]()) for number in paths.successors[0]]
    while waiting:
        number, before = waiting.pop()
        names = before | dialogue.turn(number).captures | captures.get(number, frozenset())
        if names != captures.get(number):
            captures[number] = names
            kept = names if dialogue.following(number) else frozenset[str]()
            waiting += [(following, kept) for following in paths.successors[number]]
    return captures


def _placeholder_problems(
    reply: ScriptedReply, line: int, names: AbstractSet[str], all_captures: AbstractSet[str]
) -> Iterator[Problem]:
    known = {*names, *BUILT_IN_NAMES}
    for name in dict.fromkeys(reply.placeholders):
        if name in known or name.startswith("variables."):
            continue
        placeholder = quote("{{" + name + "}}")
        if name in all_captures:
            what = f"{placeholder} is empty here: it is captured later, or on another path"
            yield Problem(TextPosition(line), what, "capture it before, or remove it")
        else:
            hint = r"capture it with (?P<name>…), or write `\{{` for two braces"
            what = f"{placeholder} is never captured"
            yield Problem(TextPosition(line), what, placeholder_hint(name, known, hint))
