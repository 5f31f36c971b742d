"""Registry of dialogues: those from files, and those of each namespace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from leadway_mock.agents.replies import AgentReply
from leadway_mock.dialogues.builder import DialogueBuilder, as_dialogue
from leadway_mock.dialogues.model import Dialogue, ScriptedTurn
from leadway_mock.dialogues.position import DialoguePosition, position_in
from leadway_mock.dialogues.serialization import from_text, to_text
from leadway_mock.state.namespaces import Namespace, NamespaceRegistry, Overrides
from leadway_mock.store import LazyText, Write
from leadway_mock.util.cache import BoundedDict

OVERRIDE_KEY: Final = "dialogues"
"""Key of the dialogues in a namespace's overrides: names, each with a version or null."""

MAX_CACHED_DIALOGUES: Final = 1_024


@dataclass(frozen=True, slots=True)
class TurnUsage:
    """How often the sessions of a namespace have taken one turn."""

    dialogue: Dialogue
    turn: ScriptedTurn
    times: int


class DialogueRegistry:
    """Dialogues of files and namespaces. Those of a namespace are in the store."""

    def __init__(
        self, namespaces: NamespaceRegistry, check: Callable[[Dialogue], None] = lambda _: None
    ) -> None:
        """Create an empty registry; `check` raises `DialogueError` for an invalid dialogue."""
        self._namespaces = namespaces
        self._check = check
        self.files: Mapping[str, Dialogue] = {}
        """Dialogues of all namespaces, unless a namespace overrides them."""

        self._by_version = BoundedDict[str, Dialogue](MAX_CACHED_DIALOGUES)

    def serve(self, dialogues: Iterable[Dialogue]) -> None:
        """Replace the dialogues of files; raises `DialogueError`."""
        found = {dialogue.name: dialogue for dialogue in dialogues}
        for each in found.values():
            self._check(each)
        self.files = found

    def put(self, namespace: str, *dialogues: Dialogue | DialogueBuilder) -> Namespace:
        """Add or replace dialogues of the namespace, by name.

        Open sessions keep the version they began with. If a dialogue is invalid, it raises
        `DialogueError` and changes nothing.
        """
        ready = [as_dialogue(each) for each in dialogues]
        for each in ready:
            self._check(each)
        opened = self._namespaces.change(namespace, lambda overrides: overrides)
        for each in ready:
            opened.put(_source_key(each.version), to_text(each))
            self._by_version[each.version] = each
        versions = {each.name: each.version for each in ready}
        return self._namespaces.change(
            namespace, lambda overrides: _with_versions(overrides, versions)
        )

    def remove(self, namespace: str, name: str) -> Namespace:
        """Remove the dialogue `name` from the namespace, even if it comes from a file."""
        return self._namespaces.change(
            namespace, lambda overrides: _with_versions(overrides, {name: None})
        )

    def of(self, namespace: Namespace) -> dict[str, Dialogue]:
        """Return the dialogues of the namespace by name, in name order."""
        versions = namespace.overrides.get(OVERRIDE_KEY)
        if not self.files and not versions:
            return {}
        found = dict(self.files)
        for name, version in (versions or {}).items():
            dialogue = self._load(namespace, version) if version else None
            if dialogue:
                found[name] = dialogue
            else:
                found.pop(name, None)
        return {name: found[name] for name in sorted(found)}

    def of_agent(self, namespace: Namespace, agent_id: str) -> list[Dialogue]:
        """Return the dialogues of one agent, in name order."""
        return [each for each in self.of(namespace).values() if each.applies_to(agent_id)]

    def knows_agent(self, namespace: Namespace, agent_id: str, state: Mapping[str, Any]) -> bool:
        """Return whether a dialogue names the agent, which exists for that reason alone.

        The dialogues are those of the namespace and the one that a session with `state` is in.
        """
        begun = self._dialogue_at(namespace, position_in(state) or DialoguePosition())
        known = [*self.of(namespace).values(), *([begun] if begun else [])]
        return any(agent_id in each.agents for each in known)

    def candidates(
        self, namespace: Namespace, agent_id: str, state: Mapping[str, Any], *, new: bool
    ) -> list[Dialogue]:
        """Return the dialogues for the next turn of a session.

        It is the version that the session began with, or all that it may begin. A session without
        dialogues, `new` or not, has none.
        """
        if new:
            return self.of_agent(namespace, agent_id)
        position = position_in(state)
        if position is None:
            return []
        if not position.has_begun:
            return self.of_agent(namespace, agent_id)
        dialogue = self._dialogue_at(namespace, position)
        return [dialogue] if dialogue else []

    def turn_writes(
        self, namespace: Namespace, dialogues: Sequence[Dialogue], reply: AgentReply
    ) -> list[Write]:
        """Return the writes that count the turn of `dialogues` that made `reply`, if one did.

        A first turn also stores its dialogue, because the session continues with this version
        when the file changes.
        """
        position = position_in(reply.state)
        if reply.rule or position is None or not position.has_begun:
            return []
        writes = [namespace.count_write(_usage_key(position.version, position.after))]
        for each in dialogues:
            if each.version == position.version and position.after in each.starts:
                text = LazyText(partial(to_text, each))
                writes.append(namespace.text_write(_source_key(each.version), text))
        return writes

    def uses(self, namespace: Namespace) -> list[TurnUsage]:
        """Return the usage of every turn, in the order of writing."""
        return [
            use
            for dialogue in self.of(namespace).values()
            for use in self.uses_of(namespace, dialogue)
        ]

    def uses_of(self, namespace: Namespace, dialogue: Dialogue) -> list[TurnUsage]:
        """Return the usage of each turn of one dialogue, in the order of writing."""
        return [
            TurnUsage(dialogue, turn, namespace.count(_usage_key(dialogue.version, turn.number)))
            for turn in dialogue.turns
        ]

    def unused(self, namespace: Namespace) -> list[TurnUsage]:
        """Return the turns that no session has taken."""
        return [use for use in self.uses(namespace) if use.times == 0]

    def _dialogue_at(self, namespace: Namespace, position: DialoguePosition) -> Dialogue | None:
        if not position.has_begun:
            return None
        known = self.files.get(position.name)
        if known and known.version == position.version:
            return known
        return self._load(namespace, position.version)

    def _load(self, namespace: Namespace, version: str) -> Dialogue | None:
        found = self._by_version.get(version)
        if found is None:
            text = namespace.get(_source_key(version))
            found = from_text(text) if text else None
            if found:
                self._by_version[version] = found
        return found


def _with_versions(overrides: Overrides, versions: Mapping[str, str | None]) -> Overrides:
    return {**overrides, OVERRIDE_KEY: {**overrides.get(OVERRIDE_KEY, {}), **versions}}


def _source_key(version: str) -> str:
    return f"dialogues/{version}"


def _usage_key(version: str, number: int) -> str:
    return f"used/{version}/{number}"
