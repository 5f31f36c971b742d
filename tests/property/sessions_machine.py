"""Model of sessions, and a state machine that compares the emulator with it.

The model is a dictionary of lists. Every rule acts on both, and they must agree on every response,
every stored turn and every count.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
)

from leadway_mock.agents.registry import Agent, AgentRegistry, Version
from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.http.messages import Request, Response
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.store import open_store

CONTRACT = load_contract()
MEMORY = Path("/dev/shm")  # noqa: S108 - a disk takes a hundred times longer to open a database
IDLE = 1800
AGENTS = ("first", "second")
LOCATIONS = ("here", "there")
PATHS = ("/agent-studio/agent/{}/execute", "/agent-studio/public-api/agents/{}/execute")
HEADERS = {
    "authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc",
    "version": "2021-07-28",
    "content-type": "application/json",
}

messages = st.text("abc", min_size=1, max_size=3)
paths = st.sampled_from(PATHS)


@dataclass
class ModelTurn:
    """One turn of the model."""

    message: str
    response: str
    interaction_id: str


@dataclass
class Conversation:
    """One session of the model; `last_turn_at` is the time of its newest turn."""

    agent: str
    location: str
    last_turn_at: float
    turns: list[ModelTurn] = field(default_factory=list)

    def reply_to(self, message: str) -> str:
        """Return the expected reply: the number of the turn and all messages so far."""
        said = [turn.message for turn in self.turns] + [message]
        return f"{len(said)}: {' '.join(said)}"


class Responder:
    """Responder of the agents: repeats all messages; a test may interrupt it."""

    interruption: Callable[[], None] | None = None

    def __call__(self, agent_input: AgentInput) -> AgentReply:
        """Call the interruption, if there is one, then repeat the conversation."""
        interruption, self.interruption = self.interruption, None
        if interruption:
            interruption()
        said: list[str] = [*agent_input.state.get("said", []), agent_input.message]  # type: ignore[misc]
        text = f"{agent_input.turn}: {' '.join(said)}"
        return AgentReply(text, goal_completion=agent_input.turn >= 3, state={"said": said})


REJECTED: dict[str, tuple[str, Mapping[str, Any]]] = {
    "no message": ("body-invalid", {"body": {"message": ""}}),
    "unknown property": ("body-invalid", {"body": {"input": "x"}}),
    "no location": ("location-missing", {"body": {"locationId": ""}}),
    "unpublished version": ("version-unpublished", {"body": {"versionId": "none"}}),
    "not JSON": ("body-malformed", {"raw": b"{"}),
    "not JSON by its type": ("media-type-unsupported", {"headers": {"content-type": "a/b"}}),
    "no token": ("token-invalid", {"headers": {"authorization": ""}}),
    "no version": ("version-missing", {"headers": {"version": ""}}),
    "unknown agent": ("agent-unknown", {"agent": "nobody"}),
    "wrong method": ("method-not-allowed", {"method": "GET"}),
    "only an example": ("server-error", {"headers": {"prefer": "code=500"}}),
}
"""Requests that change nothing: the expected rule, and the difference to a valid request."""


class SessionsMachine(RuleBasedStateMachine):
    """Actions of clients, clock and restarts on sessions, with the expected results."""

    store = "memory:"
    unknown_session = "404"

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.clock = ManualClock()
        self.responder = Responder()
        self.emulator = self._start()
        self.conversations: dict[str, Conversation] = {}
        self.ever_seen: set[str] = set()
        self.requests = 0

    def teardown(self) -> None:
        """Compare everything that is stored with the model."""
        try:
            for execution_id in self.conversations:
                self._compare(execution_id)
            listed = self.emulator.sessions.walk()
            assert [session.id for _, session in listed] == list(self.conversations)
        finally:
            self.emulator.close()
            self.folder.cleanup()

    # Actions of clients

    @rule(
        target=ids,
        agent=st.sampled_from(AGENTS),
        location=st.sampled_from(LOCATIONS),
        path=paths,
        message=messages,
        absent=st.sampled_from([{}, {"executionId": ""}]),
    )
    def begin(
        self, agent: str, location: str, path: str, message: str, absent: Mapping[str, str]
    ) -> str:
        """Start a conversation, with `executionId` absent or empty."""
        result = self._post(path, agent, {"message": message, "locationId": location, **absent})
        return self._expect_new(result, agent, location, message)

    @rule(
        target=ids,
        execution_id=ids,
        path=paths,
        message=messages,
        pause=st.sampled_from([0, 0, IDLE // 2 + 1]),
    )
    def continue_session(
        self, execution_id: str, path: str, message: str, pause: int
    ) -> MultipleResults[str]:
        """Continue a session correctly, on either path; it may have expired."""
        self.clock.advance(pause)
        known = self.conversations.get(execution_id)
        agent, location = (known.agent, known.location) if known else (AGENTS[0], LOCATIONS[0])
        return self._say(execution_id, path, agent, location, message)

    @rule(
        target=ids,
        execution_id=ids,
        path=paths,
        agent=st.sampled_from(AGENTS),
        location=st.sampled_from(LOCATIONS),
        message=messages,
    )
    def continue_elsewhere(
        self, execution_id: str, path: str, agent: str, location: str, message: str
    ) -> MultipleResults[str]:
        """Continue a session, perhaps with another agent or in another location."""
        return self._say(execution_id, path, agent, location, message)

    @rule(
        target=ids,
        execution_id=st.text("abcdefghij0123456789", min_size=1, max_size=24),
        path=paths,
        message=messages,
    )
    def continue_unknown(self, execution_id: str, path: str, message: str) -> MultipleResults[str]:
        """Continue a session that does not exist."""
        return self._say(execution_id, path, AGENTS[0], LOCATIONS[0], message)

    @rule(execution_id=ids, path=paths, flaw=st.sampled_from(sorted(REJECTED)))
    def send_rejected(self, execution_id: str, path: str, flaw: str) -> None:
        """Send a request that is rejected before it reaches the agent."""
        known = self.conversations.get(execution_id)
        agent, location = (known.agent, known.location) if known else (AGENTS[0], LOCATIONS[0])
        expected_rule, change = REJECTED[flaw]
        body = {"message": "x", "locationId": location, "executionId": execution_id}
        body |= change.get("body", {})
        result = self._post(path, change.get("agent", agent), body, change)
        assert result.rule == expected_rule

    @rule(target=ids, execution_id=ids, path=paths, message=messages, faster=messages)
    def overtake(
        self, execution_id: str, path: str, message: str, faster: str
    ) -> MultipleResults[str]:
        """Send a message, and another one while the agent still works on the first."""
        known = self.conversations.get(execution_id)
        if known is None or self._expected_error(execution_id, known.agent, known.location):
            return multiple()
        self.responder.interruption = lambda: self._send_overtaking(execution_id, path, faster)
        return self._say(execution_id, path, known.agent, known.location, message)

    # Other events

    @rule(seconds=st.sampled_from([1, IDLE // 2 + 1, IDLE, IDLE + 1]))
    def wait(self, seconds: int) -> None:
        """Advance the clock."""
        self.clock.advance(seconds)

    @precondition(lambda self: len(self.conversations) > 2)
    @rule()
    def reset(self) -> None:
        """Reset the emulator; earlier ids become unknown."""
        self.emulator.reset()
        self.conversations.clear()
        self.requests = 0

    @precondition(lambda self: self.store != "memory:")
    @rule()
    def restart(self) -> None:
        """Restart on the same file: sessions continue."""
        self.emulator.close()
        self.emulator = self._start()

    @invariant()
    def counts_agree(self) -> None:
        """The journal has every request, the index every session."""
        assert self.emulator.journal.count() == self.requests
        assert self.emulator.sessions.count() == len(self.conversations)

    # Expected results

    def _expected_error(self, execution_id: str, agent: str, location: str) -> str | None:
        """Return the rule of the expected error, or None."""
        known = self.conversations.get(execution_id)
        if known is None:
            return "session-unknown"
        if known.agent != agent:
            return "session-foreign-agent"
        if known.location != location:
            return "session-foreign-location"
        return "session-expired" if self.clock.now() - known.last_turn_at > IDLE else None

    def _say(
        self, execution_id: str, path: str, agent: str, location: str, message: str
    ) -> MultipleResults[str]:
        error = self._expected_error(execution_id, agent, location)
        body = {"message": message, "locationId": location, "executionId": execution_id}
        result = self._post(path, agent, body)
        if error is None:
            self._expect_turn(result, execution_id, message)
        elif self.unknown_session == "new-session":
            return multiple(self._expect_new(result, agent, location, message))
        else:
            suffix = "-400" if self.unknown_session == "400" else ""
            assert (result.status, result.rule) == (int(self.unknown_session), error + suffix)
        return multiple()

    def _send_overtaking(self, execution_id: str, path: str, message: str) -> None:
        known = self.conversations[execution_id]
        body = {"message": message, "locationId": known.location, "executionId": execution_id}
        self._expect_turn(self._post(path, known.agent, body), execution_id, message)

    def _expect_new(self, result: Response, agent: str, location: str, message: str) -> str:
        execution_id = str(_content(result)["executionId"])
        assert execution_id not in self.ever_seen
        self.ever_seen.add(execution_id)
        self.conversations[execution_id] = Conversation(agent, location, self.clock.now())
        self._expect_turn(result, execution_id, message)
        return execution_id

    def _expect_turn(self, result: Response, execution_id: str, message: str) -> None:
        content, known = _content(result), self.conversations[execution_id]
        response, interaction_id = known.reply_to(message), str(content["interactionId"])
        assert interaction_id not in self.ever_seen
        self.ever_seen.add(interaction_id)
        known.turns.append(ModelTurn(message, response, interaction_id))
        known.last_turn_at = self.clock.now()
        assert content["executionId"] == execution_id
        assert content["response"] == response
        assert content["goalCompletion"] == (len(known.turns) >= 3)
        self._compare(execution_id)

    def _compare(self, execution_id: str) -> None:
        stored = self.emulator.sessions.transcript(execution_id, limit=1000)
        turns = self.conversations[execution_id].turns
        assert [turn.number for turn in stored] == list(range(1, len(turns) + 1))
        assert [ModelTurn(t.message, t.response, t.interaction_id) for t in stored] == turns

    # Helpers

    def _start(self) -> Emulator:
        url = self.store.format(Path(self.folder.name) / "mock.sqlite")
        settings = Settings(
            store=url,
            unknown_session=self.unknown_session,
            validate_responses=True,
            max_journal=10_000,
        )
        agents = {
            name: Agent(name, name, self.responder, versions=(Version("v1"),)) for name in AGENTS
        }
        return Emulator(settings, CONTRACT, AgentRegistry(agents), open_store(url), self.clock)

    def _post(
        self,
        path: str,
        agent: str,
        body: Mapping[str, object],
        change: Mapping[str, Any] = MappingProxyType({}),
    ) -> Response:
        self.requests += 1
        payload = change.get("raw", json.dumps(body).encode())
        headers = HEADERS | change.get("headers", {})
        method = change.get("method", "POST")
        return self.emulator.handle(Request(method, path.format(agent), "", headers, payload))


def _content(result: Response) -> Mapping[str, Any]:
    assert result.status == 200, result
    assert isinstance(result.content, dict)
    return result.content
