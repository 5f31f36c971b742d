"""Dialogues of one agent, indexed by the messages that can begin them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias, overload

from leadway_mock.dialogues.model import Dialogue, ScriptedTurn

MAX_SCANNED: Final = 16
"""Up to this many first turns are tried one after the other, without an index."""

GRAM_CHARS: Final = 3
"""Length of the parts of a text by which the index finds it."""

FirstTurn: TypeAlias = tuple[Dialogue, ScriptedTurn]


class DialogueSequence(Sequence[Dialogue]):
    """Dialogues in the order in which they are tried; immutable."""

    def __init__(self, dialogues: Iterable[Dialogue]) -> None:
        self._dialogues = tuple(dialogues)

    @overload
    def __getitem__(self, index: int) -> Dialogue: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Dialogue]: ...

    def __getitem__(self, index: int | slice) -> Dialogue | Sequence[Dialogue]:
        return self._dialogues[index]

    def __len__(self) -> int:
        return len(self._dialogues)

    def find(self, version: str) -> Dialogue | None:
        """Return the dialogue of this version, or None."""
        return self._by_version.get(version)

    def first_turns(self) -> list[FirstTurn]:
        """Return the turns that may begin a dialogue, in the order in which they are tried."""
        return list(self._index.turns)

    def candidates(self, message: str) -> Iterable[FirstTurn]:
        """Return the first turns that may expect `message`: all that do, and some others."""
        return self._index.candidates(message)

    @cached_property
    def _by_version(self) -> dict[str, Dialogue]:
        return {each.version: each for each in self._dialogues}

    @cached_property
    def _index(self) -> _Index:
        return _build_index(
            [(each, turn) for each in self._dialogues for turn in each.following(0)]
        )


def as_sequence(dialogues: Sequence[Dialogue]) -> DialogueSequence:
    """Return `dialogues` with an index."""
    return dialogues if isinstance(dialogues, DialogueSequence) else DialogueSequence(dialogues)


class _Index(NamedTuple):
    """First turns, and their positions by what a message must contain."""

    turns: Sequence[FirstTurn]
    unindexed: Sequence[int]
    """Turns with a regular expression, with `*`, or with a text that is too short."""

    equal: dict[str, list[int]]
    """Turns that expect a whole message, by the message."""

    grams: dict[str, list[int]]
    """Turns that expect a part of the message, by the rarest gram of that part."""

    def candidates(self, message: str) -> Iterable[FirstTurn]:
        if len(self.turns) <= MAX_SCANNED:
            return self.turns
        found = [*self.unindexed, *self.equal.get(message, ())]
        if self.grams:
            for gram in self.grams.keys() & _grams(message.casefold()):
                found += self.grams[gram]
        return (self.turns[position] for position in sorted(found))


def _build_index(turns: Sequence[FirstTurn]) -> _Index:
    unindexed: list[int] = []
    equal: defaultdict[str, list[int]] = defaultdict(list)
    parts: dict[int, set[str]] = {}
    for position, (_, turn) in enumerate(turns):
        grams = _grams(turn.user.text.casefold()) if turn.user.kind == "contains" else set()
        if turn.user.kind == "equals":
            equal[turn.user.text].append(position)
        elif grams:
            parts[position] = grams
        else:
            unindexed.append(position)
    counts = Counter(gram for grams in parts.values() for gram in grams)
    by_gram: defaultdict[str, list[int]] = defaultdict(list)
    for position, grams in parts.items():
        by_gram[min(grams, key=lambda gram: (counts[gram], gram))].append(position)
    return _Index(turns, unindexed, dict(equal), dict(by_gram))


def _grams(text: str) -> set[str]:
    return {text[start : start + GRAM_CHARS] for start in range(len(text) - GRAM_CHARS + 1)}
