"""Calls of the operations on agents, without HTTP."""

from __future__ import annotations

from typing import Any

from leadway_mock.http.messages import Response
from tests.mock.client import LOCATION, EmulatorClient, content

AGENTS = "/agent-studio/agent"
PAGE = "limit=100&offset=0"


class Studio:
    """Calls the operations on agents in one location."""

    def __init__(self, client: EmulatorClient, location: str = LOCATION) -> None:
        self.client = client
        self.location = location

    def read(self, path: str = "", *, method: str = "GET", query: str | None = None) -> Response:
        page = "" if path else PAGE  # Only the list has pages.
        query = f"locationId={self.location}&{page if query is None else query}"
        return self.client.send(b"", path=f"{AGENTS}{path}", method=method, query=query)

    def write(self, method: str, path: str, **fields: Any) -> Response:
        body = {"locationId": self.location} | fields
        return self.client.send(body, path=f"{AGENTS}{path}", method=method)

    def create(self, **fields: Any) -> tuple[str, str]:
        """Create an agent; return its id, and that of its version."""
        created = content(self.try_create(**fields))
        return created["agent"]["agentId"], created["versions"][0]["versionId"]

    def try_create(self, **fields: Any) -> Response:
        return self.write("POST", "", **{"name": "New", "status": "active", "version": {}} | fields)

    def published(self, **fields: Any) -> tuple[str, str]:
        """Create an agent and publish its version; return its id, and that of its draft."""
        agent, version = self.create(**fields)
        published = self.publish(version)
        assert published.status == 200, published
        return agent, content(published)["data"]["newDraftVersion"]["versionId"]

    def publish(self, version: str, **fields: Any) -> Response:
        return self.write("POST", f"/versions/{version}/publish", **fields)

    def update(self, version: str, **fields: Any) -> Response:
        return self.write("PATCH", f"/versions/{version}", **fields)

    def change(self, agent: str, **fields: Any) -> Response:
        return self.write("PATCH", f"/{agent}", **fields)

    def delete(self, agent: str) -> Response:
        return self.read(f"/{agent}", method="DELETE")

    def say(self, agent: str, **fields: Any) -> Response:
        return self.client.say(agent=agent, locationId=self.location, **fields)

    def listed(self, query: str = PAGE) -> list[str]:
        return [each["agentId"] for each in content(self.read(query=query))["agents"]]
