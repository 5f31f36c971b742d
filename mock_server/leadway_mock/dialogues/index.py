"""Dialogues of one agent, indexed by the messages that can begin them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Final, TypeAlias

from leadway_mock.dialogues.model import Dialogue, ScriptedTurn
from leadway_mock.util.cache import memoize

MAX_SCANNED: Final = 4
"""Up to this many first turns are tried one after the other, without an index."""

GRAM_CHARS: Final = 3
"""Length of the parts of words by which the index finds a text."""

MAX_CACHED_WORDS: Final = 10_000
MAX_CACHED_WORD_CHARS: Final = 40

FirstTurn: TypeAlias = tuple[Dialogue, ScriptedTurn]


class DialogueSequence(tuple[Dialogue, ...]):  # noqa: SLOT001 - the index needs a `__dict__`
    """Dialogues in the order in which they are tried, with an index of their first turns."""

    @cached_property
    def by_version(self) -> dict[str, Dialogue]:
        """The dialogues by their versions."""
        return {each.version: each for each in self}

    @cached_property
    def first_turns(self) -> FirstTurnIndex:
        """The index of the first turns."""
        turns = ((each, turn) for each in self for turn in each.following(0))
        return FirstTurnIndex(tuple(turns))


def as_sequence(dialogues: Sequence[Dialogue]) -> DialogueSequence:
    """Return `dialogues` with an index."""
    return dialogues if isinstance(dialogues, DialogueSequence) else DialogueSequence(dialogues)


class FirstTurnIndex:
    """Turns that may begin a dialogue, by what a message must contain."""

    def __init__(self, turns: Sequence[FirstTurn]) -> None:
        self.turns = turns
        """All turns, in the order in which they are tried."""

        self._unindexed: list[int] = []
        self._equal: dict[str, list[int]] = {}
        """Turns that expect a whole message, by the message."""

        self._parts: dict[int, str] = {}
        """Parts of messages that turns expect, without regard to case."""

        for position, (_, turn) in enumerate(turns):
            kind, text = turn.user.kind, turn.user.text
            if kind == "equals":
                self._equal.setdefault(text, []).append(position)
            elif kind == "contains" and _grams(text):
                self._parts[position] = text.casefold()
            else:
                self._unindexed.append(position)
        self._by_gram = _by_rarest_gram(self._parts)
        self._of_word = memoize(MAX_CACHED_WORDS, MAX_CACHED_WORD_CHARS)(self._find)

    def candidates(self, message: str) -> Iterable[FirstTurn]:
        """Return the turns that may expect `message`, in order: all that do, and some others."""
        if len(self.turns) <= MAX_SCANNED:
            return self.turns
        found = {*self._unindexed, *self._equal.get(message, ())}
        if self._parts:
            folded = message.casefold()
            of_words = set[int]().union(*map(self._of_word, set(folded.split())))
            found.update(each for each in of_words if self._parts[each] in folded)
        return map(self.turns.__getitem__, sorted(found))

    def _find(self, word: str) -> tuple[int, ...]:
        """Return the positions of the turns that a message with this word may be for."""
        grams = self._by_gram.keys() & _grams(word)
        return tuple(position for gram in grams for position in self._by_gram[gram])


def _by_rarest_gram(parts: Mapping[int, str]) -> dict[str, list[int]]:
    grams = {position: _grams(text) for position, text in parts.items()}
    counts = Counter(chain.from_iterable(grams.values()))
    positions: dict[str, list[int]] = {}
    for position, each in grams.items():
        positions.setdefault(min(each, key=counts.__getitem__), []).append(position)
    return positions


def _grams(text: str) -> set[str]:
    """Return the parts of the words in a text, without regard to case."""
    words = text.casefold().split()
    return {
        word[start : start + GRAM_CHARS]
        for word in words
        for start in range(len(word) - GRAM_CHARS + 1)
    }
