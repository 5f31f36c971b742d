"""Registry of dialogues: those from files, and those of each namespace."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from leadway_mock.agents.replies import AgentReply
from leadway_mock.dialogues.builder import DialogueBuilder, as_dialogue
from leadway_mock.dialogues.index import DialogueSequence, as_sequence
from leadway_mock.dialogues.model import Dialogue, ScriptedTurn, from_json, to_text
from leadway_mock.dialogues.player import STATE, DialoguePosition, position_in
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


class DialogueTable:
    """Dialogues by name and by agent; immutable."""

    def __init__(self, dialogues: Mapping[str, Dialogue]) -> None:
        self.by_name = {name: dialogues[name] for name in sorted(dialogues)}
        self.agents = frozenset(agent for each in dialogues.values() for agent in each.agents)
        """Ids of the agents that the dialogues name."""

        self._by_agent: dict[str, DialogueSequence] = {}

    def of_agent(self, agent_id: str) -> DialogueSequence:
        """Return the dialogues of one agent, in name order."""
        key = agent_id if agent_id in self.agents else ""  # Limits the number of keys.
        if key not in self._by_agent:
            of_agent = (
                each for each in self.by_name.values() if not each.agents or key in each.agents
            )
            self._by_agent[key] = DialogueSequence(of_agent)
        return self._by_agent[key]


class DialogueRegistry:
    """Dialogues of files and namespaces. Those of a namespace are in the store."""

    def __init__(
        self, namespaces: NamespaceRegistry, check: Callable[[Dialogue], None] = lambda _: None
    ) -> None:
        """Create an empty registry; `check` raises `DialogueError` for an invalid dialogue."""
        self._namespaces = namespaces
        self._check = check
        self._files = DialogueTable({})
        self._tables: WeakKeyDictionary[Namespace, DialogueTable] = WeakKeyDictionary()
        """Tables of the namespaces that override the dialogues of files."""

        self._by_version = BoundedDict[str, Dialogue](MAX_CACHED_DIALOGUES)

    @property
    def files(self) -> Mapping[str, Dialogue]:
        """Dialogues of all namespaces by name, unless a namespace overrides them."""
        return self._files.by_name

    def serve(self, dialogues: Iterable[Dialogue]) -> None:
        """Replace the dialogues of files; raises `DialogueError`."""
        found = {dialogue.name: dialogue for dialogue in dialogues}
        for each in found.values():
            self._check(each)
        self._files = DialogueTable(found)
        self._tables = WeakKeyDictionary()  # After the files; `_table` reads it before them.

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
        return self._change(namespace, versions)

    def remove(self, namespace: str, name: str) -> Namespace:
        """Remove the dialogue `name` from the namespace, even if it comes from a file."""
        return self._change(namespace, {name: None})

    def of(self, namespace: Namespace) -> Mapping[str, Dialogue]:
        """Return the dialogues of the namespace by name, in name order."""
        return self._table(namespace).by_name

    def knows_agent(self, namespace: Namespace, agent_id: str, state: Mapping[str, Any]) -> bool:
        """Return whether a dialogue names the agent, which exists for that reason alone.

        The dialogues are those of the namespace and the one that a session with `state` is in.
        """
        begun = self._dialogue_at(namespace, position_in(state))
        named = agent_id in self._table(namespace).agents
        return named or (begun is not None and agent_id in begun.agents)

    def candidates(
        self, namespace: Namespace, agent_id: str, state: Mapping[str, Any], *, new: bool
    ) -> Sequence[Dialogue]:
        """Return the dialogues for the next turn of a session.

        It is the version that the session began with, or all that a `new` session may begin. A
        session that began without dialogues has none.
        """
        if STATE not in state:
            return self._table(namespace).of_agent(agent_id) if new else ()
        position = position_in(state)
        if not position.has_begun:
            return self._table(namespace).of_agent(agent_id)
        dialogue = self._dialogue_at(namespace, position)
        return (dialogue,) if dialogue else ()

    def turn_writes(
        self, namespace: Namespace, dialogues: Sequence[Dialogue], reply: AgentReply
    ) -> list[Write]:
        """Return the writes that count the turn of `dialogues` that made `reply`, if one did.

        A first turn also stores its dialogue, because the session continues with this version
        when the file changes.
        """
        position = position_in(reply.state)
        if reply.rule or not position.has_begun:
            return []
        writes = [namespace.count_write(_usage_key(position.version, position.after))]
        taken = as_sequence(dialogues).by_version.get(position.version)
        if taken and position.after in taken.starts:
            text = LazyText(to_text, taken)
            writes.append(namespace.text_write(_source_key(taken.version), text))
        return writes

    def uses(self, namespace: Namespace) -> list[TurnUsage]:
        """Return the usage of every turn, in the order of writing."""
        dialogues = self.of(namespace).values()
        return [use for dialogue in dialogues for use in self.uses_of(namespace, dialogue)]

    def uses_of(self, namespace: Namespace, dialogue: Dialogue) -> list[TurnUsage]:
        """Return the usage of each turn of one dialogue, in the order of writing."""
        return [
            TurnUsage(dialogue, turn, namespace.count(_usage_key(dialogue.version, turn.number)))
            for turn in dialogue.turns
        ]

    def unused(self, namespace: Namespace) -> list[TurnUsage]:
        """Return the turns that no session has taken."""
        return [use for use in self.uses(namespace) if use.times == 0]

    def _change(self, namespace: str, versions: Mapping[str, str | None]) -> Namespace:
        def change(overrides: Overrides) -> Overrides:
            return {**overrides, OVERRIDE_KEY: {**overrides.get(OVERRIDE_KEY, {}), **versions}}

        return self._namespaces.change(namespace, change)

    def _table(self, namespace: Namespace) -> DialogueTable:
        tables, files = self._tables, self._files
        versions: Mapping[str, str | None] = namespace.overrides.get(OVERRIDE_KEY, {})
        table = tables.get(namespace) if versions else files
        if table is None:
            own = {name: v and self._load(namespace, v) for name, v in versions.items()}
            found = {**files.by_name, **own}
            table = DialogueTable({name: each for name, each in found.items() if each})
            if all(own[name] for name, version in versions.items() if version):
                tables[namespace] = table
        return table

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
            found = namespace.store.decode(text, from_json, parse=json.loads) if text else None
            if found:
                self._by_version[version] = found
        return found


def _source_key(version: str) -> str:
    return f"dialogues/{version}"


def _usage_key(version: str, number: int) -> str:
    return f"used/{version}/{number}"
