"""The agents that sessions began with, whatever has become of their file since.

Each is kept in the store as its file described it, so that another worker, or the mock after a
restart, can go on with a session as it began.
"""

from __future__ import annotations

from leadway_mock.agents import Agent, AgentRegistry, restore_agent
from leadway_mock.store import Store

MAX_CACHED = 10_000
"""So many are remembered; those that are not have to be read again."""

_KEY = "agents/"
"""How the keys begin under which they are kept. They are in no space, and outlive its reset."""


class AgentVersions:
    """The agents of this and earlier casts, by their digests."""

    def __init__(self, store: Store) -> None:
        """Keep them in `store`, which others may share."""
        self._store = store
        self._known: dict[str, Agent] = {}

    def remember(self, cast: AgentRegistry) -> None:
        """Keep the agents of `cast` that a file describes."""
        for agent in cast.by_id.values():
            if agent.digest and agent.digest not in self._known:
                self._store.append(_KEY + agent.digest, agent.source, after=0, keep=1)
                self._know(agent)

    def forget(self) -> None:
        """Forget all, as the store has."""
        self._known.clear()

    def get(self, digest: str | None) -> Agent | None:
        """Return the agent of that digest; None for none, and where nobody has kept it."""
        if not digest:
            return None
        return self._known.get(digest) or self._read(digest)

    def _read(self, digest: str) -> Agent | None:
        item = self._store.last(_KEY + digest)
        return self._know(restore_agent(item.value)) if item else None

    def _know(self, agent: Agent) -> Agent:
        if len(self._known) >= MAX_CACHED:
            self._known.clear()
        self._known[agent.digest] = agent
        return agent
