"""Agent definitions by digest, so that open sessions keep the version they started with.

Each is stored as its file described it, so that another worker, or the mock after a restart, can
continue a session with the same agent.
"""

from __future__ import annotations

from leadway_mock.agents.file.loader import restore_agent
from leadway_mock.agents.registry import Agent, AgentRegistry
from leadway_mock.store import Store
from leadway_mock.util.cache import BoundedDict

MAX_CACHED = 10_000
"""Limit of agents in memory; others are read from the store again."""

_KEY = "agents/"
"""Prefix of their keys. They are in no namespace, and survive its reset."""


class AgentVersions:
    """The agents of this and earlier registries, by digest."""

    def __init__(self, store: Store) -> None:
        """Use `store`, which other processes may share."""
        self._store = store
        self._cache: BoundedDict[str, Agent] = BoundedDict(MAX_CACHED)

    def save(self, agents: AgentRegistry) -> None:
        """Store the agents that a file describes."""
        for agent in agents.by_id.values():
            if agent.digest and agent.digest not in self._cache:
                self._store.append(_KEY + agent.digest, agent.source, after=0, keep=1)
                self._cache[agent.digest] = agent

    def clear_cache(self) -> None:
        """Empty the cache, after the store was cleared."""
        self._cache.clear()

    def get(self, digest: str) -> Agent | None:
        """Return the agent with that digest; None if it is not stored."""
        agent = self._cache.get(digest)
        if agent is None and (item := self._store.last(_KEY + digest)):
            agent = self._cache[digest] = self._store.decode(item.value, restore_agent)
        return agent
