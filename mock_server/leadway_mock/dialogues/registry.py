"""The dialogues of a mock: those of its files, and those that each space was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leadway_mock.agents.replies import AgentReply
from leadway_mock.dialogues.builder import DialogueBuilder, as_dialogue
from leadway_mock.dialogues.model import Dialogue, ScriptedTurn
from leadway_mock.dialogues.position import DialoguePosition, position_in
from leadway_mock.dialogues.serialization import from_text, to_text
from leadway_mock.state.namespace import Namespace, Overrides
from leadway_mock.state.namespace_registry import NamespaceRegistry
from leadway_mock.util.cache import BoundedDict

OVERRIDE_KEY: Final = "dialogues"
"""The kind of a space's orders that is about dialogues: names, each with a version or null."""


MAX_CACHED: Final = 1_024


@dataclass(frozen=True, slots=True)
class TurnUsage:
    """How often sessions have taken one turn of a dialogue, in one space."""

    dialogue: Dialogue
    turn: ScriptedTurn
    times: int


class DialogueRegistry:
    """All dialogues, by space. What is put in outlives a restart if the store does."""

    def __init__(
        self, spaces: NamespaceRegistry, vet: Callable[[Dialogue], None] = lambda _: None
    ) -> None:
        """Begin with none; `vet` raises `DialogueError` for a dialogue that cannot be played."""
        self._spaces = spaces
        self._vet = vet
        self.files: Mapping[str, Dialogue] = {}
        """What every space knows from the mock's files, unless it is told otherwise."""

        self._cache: BoundedDict[str, Dialogue] = BoundedDict(MAX_CACHED)  # by version

    def serve(self, dialogues: Iterable[Dialogue]) -> None:
        """Let every space know `dialogues`, and no others from files; raises `DialogueError`."""
        found = {dialogue.name: dialogue for dialogue in dialogues}
        for each in found.values():
            self._vet(each)
        self.files = found

    def put(self, space: str, *dialogues: Dialogue | DialogueBuilder) -> Namespace:
        """Let the space called `space` know `dialogues`, each in the place of one of its name.

        Open sessions stay on the version they began with. Raises `DialogueError` for one
        that is wrong, and then changes nothing.
        """
        ready = [as_dialogue(each) for each in dialogues]
        for each in ready:
            self._vet(each)
        opened = self._spaces.change(space, lambda orders: orders)
        for each in ready:
            opened.put(_source(each.version), to_text(each))
            self._cache[each.version] = each
        versions = {each.name: each.version for each in ready}
        return self._spaces.change(space, lambda orders: _told(orders, versions))

    def remove(self, space: str, name: str) -> Namespace:
        """Let the space called `space` know no dialogue `name`, be it from a file or told."""
        return self._spaces.change(space, lambda orders: _told(orders, {name: None}))

    def of(self, space: Namespace) -> dict[str, Dialogue]:
        """Return the dialogues that `space` knows, by name and in the order of names."""
        told = space.overrides.get(OVERRIDE_KEY)
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

    def of_agent(self, space: Namespace, agent_id: str) -> list[Dialogue]:
        """Return the dialogues that `space` knows for one agent, in the order of names."""
        return [each for each in self.of(space).values() if each.applies_to(agent_id)]

    def knows_agent(self, space: Namespace, agent_id: str, state: Mapping[str, Any]) -> bool:
        """Tell whether a dialogue names the agent, which then exists if only for that.

        It may be one of today, or the one that a session with that `state` has begun.
        """
        begun = self._begun(space, position_in(state) or DialoguePosition())
        known = [*self.of(space).values(), *([begun] if begun else [])]
        return any(agent_id in each.agents for each in known)

    def candidates(
        self, space: Namespace, agent_id: str, state: Mapping[str, Any], *, new: bool
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

    def record_turn(
        self, space: Namespace, dialogues: Sequence[Dialogue], reply: AgentReply
    ) -> None:
        """Note that a session took a turn of `dialogues`, if `reply` comes from one.

        The turn is counted, and the version kept for as long as the space: the session goes on
        with it, whatever becomes of its file.
        """
        position = position_in(reply.state)
        if reply.rule or position is None or not position.begun:
            return
        space.increment(_used(position.version, position.after))
        for each in dialogues:
            if each.version == position.version and position.after in each.starts:
                space.put(_source(each.version), to_text(each), once=True)

    def uses(self, space: Namespace) -> list[TurnUsage]:
        """Return how often each turn was taken that `space` knows, in the order of writing."""
        return [
            use for dialogue in self.of(space).values() for use in self.uses_of(space, dialogue)
        ]

    def uses_of(self, space: Namespace, dialogue: Dialogue) -> list[TurnUsage]:
        """Return how often each turn of one dialogue was taken, in the order of writing."""
        return [
            TurnUsage(dialogue, turn, space.count(_used(dialogue.version, turn.number)))
            for turn in dialogue.turns
        ]

    def unused(self, space: Namespace) -> list[TurnUsage]:
        """Return the turns that no session has taken yet."""
        return [use for use in self.uses(space) if use.times == 0]

    def _begun(self, space: Namespace, position: DialoguePosition) -> Dialogue | None:
        if not position.begun:
            return None
        known = self.files.get(position.name)
        if known and known.version == position.version:
            return known
        return self._version(space, position.version)

    def _version(self, space: Namespace, version: str) -> Dialogue | None:
        found = self._cache.get(version)
        if found is None:
            text = space.get(_source(version))
            found = from_text(text) if text else None
            if found:
                self._cache[version] = found
        return found


def _told(orders: Overrides, versions: Mapping[str, str | None]) -> Overrides:
    return {**orders, OVERRIDE_KEY: {**orders.get(OVERRIDE_KEY, {}), **versions}}


def _source(version: str) -> str:
    return f"dialogues/{version}"


def _used(version: str, number: int) -> str:
    return f"used/{version}/{number}"
