"""The dialogues of a mock: those of its files, and those that each space was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leadway_mock.agents.replies import Reply
from leadway_mock.dialogues.builder import Script, built
from leadway_mock.dialogues.model import Dialogue, Turn
from leadway_mock.dialogues.position import Position, position_in
from leadway_mock.dialogues.serialization import dump, restore
from leadway_mock.state.namespace import Orders, Space
from leadway_mock.state.namespace_registry import Spaces

ORDER: Final = "dialogues"
"""The kind of a space's orders that is about dialogues: names, each with a version or null."""


MOST_KNOWN: Final = 1_024


@dataclass(frozen=True, slots=True)
class Use:
    """How often sessions have taken one turn of a dialogue, in one space."""

    dialogue: Dialogue
    turn: Turn
    times: int


class Repertoire:
    """All dialogues, by space. What is put in outlives a restart if the store does."""

    def __init__(self, spaces: Spaces, vet: Callable[[Dialogue], None] = lambda _: None) -> None:
        """Begin with none; `vet` raises `DialogueError` for a dialogue that cannot be played."""
        self._spaces = spaces
        self._vet = vet
        self.files: Mapping[str, Dialogue] = {}
        """What every space knows from the mock's files, unless it is told otherwise."""

        self._known: dict[str, Dialogue] = {}  # by version, so that it cannot be out of date

    def serve(self, dialogues: Iterable[Dialogue]) -> None:
        """Let every space know `dialogues`, and no others from files; raises `DialogueError`."""
        found = {dialogue.name: dialogue for dialogue in dialogues}
        for each in found.values():
            self._vet(each)
        self.files = found

    def put(self, space: str, *dialogues: Dialogue | Script) -> Space:
        """Let the space called `space` know `dialogues`, each in the place of one of its name.

        Open sessions stay on the version they began with. Raises `DialogueError` for one
        that is wrong, and then changes nothing.
        """
        ready = [built(each) for each in dialogues]
        for each in ready:
            self._vet(each)
        opened = self._spaces.change(space, lambda orders: orders)
        for each in ready:
            opened.keep(_source(each.version), dump(each))
            self._remember(each)
        versions = {each.name: each.version for each in ready}
        return self._spaces.change(space, lambda orders: _told(orders, versions))

    def remove(self, space: str, name: str) -> Space:
        """Let the space called `space` know no dialogue `name`, be it from a file or told."""
        return self._spaces.change(space, lambda orders: _told(orders, {name: None}))

    def of(self, space: Space) -> dict[str, Dialogue]:
        """Return the dialogues that `space` knows, by name and in the order of names."""
        told = space.orders.get(ORDER)
        if not self.files and not told:
            return {}
        found = dict(self.files)
        for name, version in (told or {}).items():
            dialogue = self._version(space, version) if version else None
            if dialogue:
                found[name] = dialogue
            else:
                found.pop(name, None)
        return {name: found[name] for name in sorted(found)}

    def of_agent(self, space: Space, agent_id: str) -> list[Dialogue]:
        """Return the dialogues that `space` knows for one agent, in the order of names."""
        return [each for each in self.of(space).values() if each.knows(agent_id)]

    def names(self, space: Space, agent_id: str, state: Mapping[str, Any]) -> bool:
        """Tell whether a dialogue names the agent, which then exists if only for that.

        It may be one of today, or the one that a session with that `state` has begun.
        """
        begun = self._begun(space, position_in(state) or Position())
        known = [*self.of(space).values(), *([begun] if begun else [])]
        return any(agent_id in each.agents for each in known)

    def playing(
        self, space: Space, agent_id: str, state: Mapping[str, Any], *, new: bool
    ) -> list[Dialogue]:
        """Return what a session may play: the version it began with, or what there is to begin.

        Empty for a session (`new` or not) that has nothing to do with dialogues.
        """
        position = position_in(state)
        if position is None:
            return self.of_agent(space, agent_id) if new else []
        if not position.begun:
            return self.of_agent(space, agent_id)
        dialogue = self._begun(space, position)
        return [dialogue] if dialogue else []

    def took(self, space: Space, dialogues: Sequence[Dialogue], reply: Reply) -> None:
        """Note that a session took a turn of `dialogues`, if `reply` comes from one.

        The turn is counted, and the version kept for as long as the space: the session goes on
        with it, whatever becomes of its file.
        """
        position = position_in(reply.state)
        if reply.rule or position is None or not position.begun:
            return
        space.tally(_used(position.version, position.after))
        for each in dialogues:
            if each.version == position.version and position.after in each.starts:
                space.keep(_source(each.version), dump(each), once=True)

    def uses(self, space: Space) -> list[Use]:
        """Return how often each turn was taken that `space` knows, in the order of writing."""
        return [
            use for dialogue in self.of(space).values() for use in self.uses_of(space, dialogue)
        ]

    def uses_of(self, space: Space, dialogue: Dialogue) -> list[Use]:
        """Return how often each turn of one dialogue was taken, in the order of writing."""
        return [
            Use(dialogue, turn, space.tallied(_used(dialogue.version, turn.number)))
            for turn in dialogue.turns
        ]

    def unused(self, space: Space) -> list[Use]:
        """Return the turns that no session has taken yet."""
        return [use for use in self.uses(space) if use.times == 0]

    def _begun(self, space: Space, position: Position) -> Dialogue | None:
        if not position.begun:
            return None
        known = self.files.get(position.name)
        if known and known.version == position.version:
            return known
        return self._version(space, position.version)

    def _version(self, space: Space, version: str) -> Dialogue | None:
        found = self._known.get(version)
        if found is None:
            text = space.kept(_source(version))
            found = restore(text) if text else None
            if found:
                self._remember(found)
        return found

    def _remember(self, dialogue: Dialogue) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[dialogue.version] = dialogue


def _told(orders: Orders, versions: Mapping[str, str | None]) -> Orders:
    return {**orders, ORDER: {**orders.get(ORDER, {}), **versions}}


def _source(version: str) -> str:
    return f"dialogues/{version}"


def _used(version: str, number: int) -> str:
    return f"used/{version}/{number}"
