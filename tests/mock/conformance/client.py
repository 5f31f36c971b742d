"""Client of an emulator whose requests are evaluated; may be interrupted by another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self
from urllib.parse import urlencode

from leadway_mock.agents.registry import Agent, AgentRegistry, ManagedDetails, Version
from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.config.settings import Settings, with_settings
from leadway_mock.conformance import ConformanceReport, JournalEntry, evaluate
from leadway_mock.contract.loader import load_contract
from leadway_mock.faults import Fault
from leadway_mock.http.messages import Response
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.state.fault_registry import arm, disarm
from leadway_mock.state.namespaces import SHARED
from leadway_mock.store import open_store
from tests.mock.client import EmulatorClient, content

CONTRACT = load_contract()
AGENTS = ("agent1", "agent2")
MANAGED = "managed1"
LOCATIONS = ("location1", "location2")
GOODBYE = "goodbye"
"""The word at which the agents have reached their goal."""


class EvaluatedClient:
    """Client of an emulator, with a conformance report on its requests."""

    def __init__(self, **settings: Any) -> None:
        self.clock = ManualClock()
        self._store = open_store("memory:")
        self._interruption: Callable[[], object] | None = None
        agents = {
            name: Agent(name, name, self._respond, versions=(Version("1"),)) for name in AGENTS
        }
        agents[MANAGED] = replace(agents[AGENTS[0]], id=MANAGED, managed=ManagedDetails())
        chosen = Settings(**({"validate_responses": True, "seed": 1} | settings))
        self.emulator = Emulator(chosen, CONTRACT, AgentRegistry(agents), self._store, self.clock)
        self.sender = EmulatorClient(self.emulator, self.clock)

    @property
    def entries(self) -> list[JournalEntry]:
        return [*self.emulator.journal.entries(after=0, limit=100_000)]

    @property
    def report(self) -> ConformanceReport:
        return evaluate(self.entries)

    def say(
        self,
        message: str = "hello",
        session: str | None = None,
        *,
        contact: str | None = None,
        agent: str = AGENTS[0],
        location: str = LOCATIONS[0],
        **more: Any,
    ) -> Response:
        """Send a good message, with headers, query or path changed by `more`."""
        body: dict[str, Any] = {"message": message, "locationId": location}
        body |= {"executionId": session} if session else {}
        body |= {"contactId": contact} if contact else {}
        body |= more.pop("body", {})
        path = f"/agent-studio/agent/{agent}/execute"
        return self.sender.send(body, **({"path": path} | more))

    def say_managed(
        self, message: str = "hello", session: str = "", *, key: str = "", **more: Any
    ) -> Response:
        """Send a good message to the managed agent, with an Idempotency-Key if `key` is given."""
        body: dict[str, Any] = {"message": message, "locationId": LOCATIONS[0], "contactId": "ann"}
        body |= {"sessionId": session} if session else {}
        body |= more.pop("body", {})
        headers = {"version": "v3"} | ({"idempotency-key": key} if key else {})
        path = f"/agent-studio/managed-agents/{MANAGED}/execute"
        return self.sender.send(body, path=path, headers=headers, **more)

    def begin_managed(self) -> str:
        """Begin a session with the managed agent and return its id."""
        return str(content(self.say_managed(key="first"))["sessionId"])

    def list_managed(self, query: str) -> Response:
        """List the managed agents, with parameters besides the location."""
        query = f"locationId={LOCATIONS[0]}&{query}"
        path, headers = "/agent-studio/managed-agents", {"version": "v3"}
        return self.sender.send(method="GET", path=path, query=query, headers=headers)

    def exchange(self, **fields: str) -> Response:
        """Exchange an authorization code for tokens."""
        return self._get_token(grant_type="authorization_code", **fields)

    def get_tokens(self, **fields: str) -> dict[str, Any]:
        """Do the same, and return the tokens."""
        return content(self.exchange(**fields))

    def refresh(self, refresh_token: str) -> Response:
        """Refresh tokens."""
        return self._get_token(grant_type="refresh_token", refresh_token=refresh_token)

    def get_location_token(self, token: str) -> Response:
        """Get a token of a location."""
        fields = {"companyId": "made-up", "locationId": LOCATIONS[0]}
        return self._send_form("/oauth/locationToken", fields, authorization=f"Bearer {token}")

    def _get_token(self, **fields: str) -> Response:
        app = {"client_id": "app", "client_secret": "made up"}
        return self._send_form("/oauth/token", app | fields, authorization=None)

    def _send_form(
        self, path: str, fields: dict[str, str], *, authorization: str | None
    ) -> Response:
        form = {"content-type": "application/x-www-form-urlencoded"}
        headers = form | {"authorization": authorization}
        return self.sender.send(urlencode(fields).encode(), path=path, headers=headers)

    def change_settings(self, **changes: Any) -> None:
        """Change settings of the mock from now on."""
        self.emulator.namespaces.change(SHARED, lambda before: with_settings(before, changes))

    def begin(self, message: str = "hello", **more: Any) -> str:
        """Begin a session and return its id."""
        return session_of(self.say(message, **more))

    def arm(self, **fault: Any) -> None:
        """Break the next call."""
        arm(self.emulator.namespaces, CONTRACT, SHARED, Fault(**fault))

    def remove_faults(self) -> None:
        """Disarm what may still be broken, and wait out every wait."""
        disarm(self.emulator.namespaces, SHARED)
        self.clock.advance(10)

    def forget_sessions(self) -> None:
        """Forget every session, as if newer ones had needed the room; the journal stays."""
        self._store.clear(f"{SHARED}/turns")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.emulator.close()

    @contextmanager
    def interrupted_by(self, interruption: Callable[[], object]) -> Iterator[None]:
        """Do something else while the agent processes the next message."""
        self._interruption = interruption
        yield
        assert self._interruption is None

    def _respond(self, received: AgentInput) -> AgentReply:
        interruption, self._interruption = self._interruption, None
        if interruption:
            interruption()
        return AgentReply(
            f"received {received.message}", goal_completion=received.message == GOODBYE
        )


def session_of(response: Response) -> str:
    assert response.status == 200, response
    return str(content(response)["executionId"])
