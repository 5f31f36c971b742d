"""What is no mistake in a dialogue, and yet surely not meant.

Turns that no session can take, because an earlier one fits whenever they do or because nothing
leads there; and placeholders that nothing fills. A dialogue with warnings is played all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain

from leadway_mock.agents.template_values import BUILT_IN_NAMES
from leadway_mock.dialogues.model import (
    RESTART,
    Dialogue,
    ScriptedReply,
    ScriptedTurn,
    TurnConditions,
)
from leadway_mock.dialogues.patterns import Pattern
from leadway_mock.documents.problems import Problem, TextPosition
from leadway_mock.documents.yaml_errors import quote
from leadway_mock.util.suggestions import closest


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways through a dialogue that a session can really go."""

    after: dict[int, tuple[int, ...]]
    """Behind each turn that can be taken (0 is the beginning), those that can be taken next."""

    shadows: dict[int, int]
    """Turns that are tried somewhere, but never taken: an earlier one fits whenever they do."""


def warnings_of(dialogue: Dialogue) -> list[Problem]:
    """Return the warnings about one dialogue, in the order of its lines."""
    ways = _ways(dialogue)
    return sorted({*_never_taken(dialogue, ways), *_unfilled(dialogue, ways)})


def warnings_among(dialogues: Sequence[Dialogue]) -> Iterator[tuple[Dialogue, Problem]]:
    """Yield warnings about several dialogues, in name order, that one mock is to serve.

    A dialogue that begins with what an earlier one begins with, too, is never begun.
    """
    for index, later in enumerate(dialogues):
        earlier = [each for each in dialogues[:index] if _known_to_all_of(each, later)]
        turns = [(each, turn) for each in earlier for turn in each.following(0)]
        for start in later.following(0):
            shadow = next((each for each, turn in turns if covers(turn, start)), None)
            if shadow:
                what = f"the dialogue {quote(shadow.name)} comes first, and expects what this does"
                mend = "begin it otherwise, give it another agent, or a name that comes earlier"
                yield later, Problem(TextPosition(start.line), what, mend)


def covers(wide: ScriptedTurn, narrow: ScriptedTurn) -> bool:
    """Tell whether `wide` surely expects every message that `narrow` expects."""
    return _covers_text(wide.user, narrow.user) and _covers_rest(wide.when, narrow.when)


def _covers_text(wide: Pattern, narrow: Pattern) -> bool:
    if wide.kind == "any" or wide == narrow:
        return True
    if wide.kind == "contains" and narrow.kind in {"contains", "equals"}:
        return wide.text.casefold() in narrow.text.casefold()
    return narrow.kind == "equals" and wide.find(narrow.text) is not None


def _covers_rest(wide: TurnConditions, narrow: TurnConditions) -> bool:
    return (
        wide.turn in {None, narrow.turn}
        and wide.contact in {None, narrow.contact}
        and (wide.attachments is None or wide.attachments == narrow.attachments)
        and all(
            name in narrow.variables and narrow.variables[name] == expected
            for name, expected in wide.variables.items()
        )
    )


def _known_to_all_of(earlier: Dialogue, later: Dialogue) -> bool:
    return not earlier.agents or (bool(later.agents) and set(later.agents) <= set(earlier.agents))


def _ways(dialogue: Dialogue) -> _Ways:
    ways = _Ways({}, {})
    waiting = [0]
    while waiting:
        after = waiting.pop()
        if after not in ways.after:
            ways.after[after] = tuple(_taken(_tried(dialogue, after), ways.shadows))
            waiting += ways.after[after]
    return ways


def _tried(dialogue: Dialogue, after: int) -> tuple[ScriptedTurn, ...]:
    following = dialogue.following(after)
    return following or (dialogue.following(0) if dialogue.at_end == RESTART else ())


def _taken(tried: Sequence[ScriptedTurn], shadows: dict[int, int]) -> Iterator[int]:
    for index, turn in enumerate(tried):
        shadow = next((each for each in tried[:index] if covers(each, turn)), None)
        if shadow is None:
            yield turn.number
        else:
            shadows.setdefault(turn.number, shadow.number)


def _never_taken(dialogue: Dialogue, ways: _Ways) -> Iterator[Problem]:
    reached = set(chain.from_iterable(ways.after.values()))
    for turn in dialogue.turns:
        if turn.number in reached:
            continue
        shadow = ways.shadows.get(turn.number)
        if shadow:
            line = dialogue.turn(shadow).line
            what = f"never taken: the turn on line {line} fits whenever this one does"
            yield Problem(
                TextPosition(turn.line), what, "move it above that one, or expect something else"
            )
        else:
            mend = "give it a `label` that a `then` names, or remove it"
            yield Problem(TextPosition(turn.line), "never reached: no turn leads here", mend)


def _unfilled(dialogue: Dialogue, ways: _Ways) -> Iterator[Problem]:
    filled = _filled(dialogue, ways)
    everywhere = frozenset(chain.from_iterable(turn.captures for turn in dialogue.turns))
    for number, names in filled.items():
        turn = dialogue.turn(number)
        yield from _empty(turn.reply, turn.reply.line or turn.line, names, everywhere)
    if isinstance(dialogue.fallback, ScriptedReply):
        line = dialogue.fallback.line or 1
        yield from _empty(dialogue.fallback, line, everywhere, everywhere)


def _filled(dialogue: Dialogue, ways: _Ways) -> dict[int, frozenset[str]]:
    """Return, for each turn that can be taken, what may have been captured when it answers."""
    filled: dict[int, frozenset[str]] = {}
    waiting = [(number, frozenset[str]()) for number in ways.after[0]]
    while waiting:
        number, before = waiting.pop()
        names = before | dialogue.turn(number).captures | filled.get(number, frozenset())
        if names != filled.get(number):
            filled[number] = names
            kept = names if dialogue.following(number) else frozenset[str]()
            waiting += [(following, kept) for following in ways.after[number]]
    return filled


def _empty(
    saying: ScriptedReply, line: int, names: AbstractSet[str], everywhere: AbstractSet[str]
) -> Iterator[Problem]:
    known = {*names, *BUILT_IN_NAMES}
    for name in dict.fromkeys(saying.placeholders):
        if name in known or name.startswith("variables."):
            continue
        placeholder = quote("{{" + name + "}}")
        if name in everywhere:
            what = f"{placeholder} is still empty here: it is captured later, or on another way"
            yield Problem(TextPosition(line), what, "capture it before, or say it without")
        else:
            yield Problem(
                TextPosition(line), f"{placeholder} is captured nowhere", _meant(name, known)
            )


def _meant(name: str, known: AbstractSet[str]) -> str:
    close = closest(name, sorted(known))
    if close:
        return f"did you mean `{{{{{close}}}}}`?"
    return r"capture it with (?P<name>…), or write `\{{` for two braces"
