"""A model of sessions, and a machine that does to the emulator whatever callers may do.

The model is a dictionary of lists. Whatever the machine does to the emulator it does to the model
too, and they have to agree on every answer, every turn kept and every count.
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

from leadway_mock.agents import Agent, AgentRegistry, Version
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
class Spoken:
    """A turn as the model keeps it."""

    message: str
    response: str
    interaction_id: str


@dataclass
class Conversation:
    """A session as the model keeps it; `heard_at` is when its last turn was."""

    agent: str
    location: str
    heard_at: float
    turns: list[Spoken] = field(default_factory=list)

    def reply_to(self, message: str) -> str:
        """Return what the agent has to say: the turn, and all that it was ever told."""
        said = [turn.message for turn in self.turns] + [message]
        return f"{len(said)}: {' '.join(said)}"


class Mind:
    """How the agents of the machine answer: they repeat everything, and may be interrupted."""

    interruption: Callable[[], None] | None = None

    def __call__(self, heard: AgentInput) -> AgentReply:
        """Let somebody else speak first if so arranged, then repeat the conversation."""
        interruption, self.interruption = self.interruption, None
        if interruption:
            interruption()
        said: list[str] = [*heard.state.get("said", []), heard.message]  # type: ignore[misc]
        text = f"{heard.turn}: {' '.join(said)}"
        return AgentReply(text, goal_completion=heard.turn >= 3, state={"said": said})


NOT_HEARD: dict[str, tuple[str, Mapping[str, Any]]] = {
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
"""What is wrong with requests that change nothing: the rule that answers, and the difference."""


class SessionsMachine(RuleBasedStateMachine):
    """What callers, clocks and restarts do to sessions, with an opinion on how it ends."""

    store = "memory:"
    unknown_session = "404"

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.clock = ManualClock()
        self.mind = Mind()
        self.emulator = self._started()
        self.conversations: dict[str, Conversation] = {}
        self.ever_seen: set[str] = set()
        self.requests = 0

    def teardown(self) -> None:
        """Compare everything that was kept with the model."""
        try:
            for execution_id in self.conversations:
                self._compare(execution_id)
            listed = self.emulator.sessions.list_page(after=0, limit=1000)
            assert [session.id for _, session in listed] == list(self.conversations)
        finally:
            self.emulator.close()
            self.folder.cleanup()

    # What callers do.

    @rule(
        target=ids,
        agent=st.sampled_from(AGENTS),
        location=st.sampled_from(LOCATIONS),
        path=paths,
        message=messages,
        left_out=st.sampled_from([{}, {"executionId": ""}]),
    )
    def begin(
        self, agent: str, location: str, path: str, message: str, left_out: Mapping[str, str]
    ) -> str:
        """Start a conversation, with `executionId` left out or empty."""
        answer = self._post(path, agent, {"message": message, "locationId": location, **left_out})
        return self._expect_new(answer, agent, location, message)

    @rule(
        target=ids,
        execution_id=ids,
        path=paths,
        message=messages,
        pause=st.sampled_from([0, 0, IDLE // 2 + 1]),
    )
    def go_on(self, execution_id: str, path: str, message: str, pause: int) -> MultipleResults[str]:
        """Continue a conversation as it should be, on either path; it may have expired."""
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
    def mix_up(
        self, execution_id: str, path: str, agent: str, location: str, message: str
    ) -> MultipleResults[str]:
        """Continue a conversation, perhaps with another agent or in another location."""
        return self._say(execution_id, path, agent, location, message)

    @rule(
        target=ids,
        execution_id=st.text("abcdefghij0123456789", min_size=1, max_size=24),
        path=paths,
        message=messages,
    )
    def invent(self, execution_id: str, path: str, message: str) -> MultipleResults[str]:
        """Continue a conversation that never was."""
        return self._say(execution_id, path, AGENTS[0], LOCATIONS[0], message)

    @rule(execution_id=ids, path=paths, wrong=st.sampled_from(sorted(NOT_HEARD)))
    def is_not_heard(self, execution_id: str, path: str, wrong: str) -> None:
        """Send what the agent never hears."""
        known = self.conversations.get(execution_id)
        agent, location = (known.agent, known.location) if known else (AGENTS[0], LOCATIONS[0])
        answered_by, change = NOT_HEARD[wrong]
        body = {"message": "x", "locationId": location, "executionId": execution_id}
        body |= change.get("body", {})
        answer = self._post(path, change.get("agent", agent), body, change)
        assert answer.rule == answered_by

    @rule(target=ids, execution_id=ids, path=paths, message=messages, faster=messages)
    def overtake(
        self, execution_id: str, path: str, message: str, faster: str
    ) -> MultipleResults[str]:
        """Say something, and something else while the agent still thinks about it."""
        known = self.conversations.get(execution_id)
        if known is None or self._verdict(execution_id, known.agent, known.location):
            return multiple()
        self.mind.interruption = lambda: self._overtaking(execution_id, path, faster)
        return self._say(execution_id, path, known.agent, known.location, message)

    # What happens besides.

    @rule(seconds=st.sampled_from([1, IDLE // 2 + 1, IDLE, IDLE + 1]))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    @precondition(lambda self: len(self.conversations) > 2)
    @rule()
    def reset(self) -> None:
        """Forget everything; ids from before are unknown from now on."""
        self.emulator.reset()
        self.conversations.clear()
        self.requests = 0

    @precondition(lambda self: self.store != "memory:")
    @rule()
    def restart(self) -> None:
        """Stop and start on the same file: conversations go on."""
        self.emulator.close()
        self.emulator = self._started()

    @invariant()
    def counts_agree(self) -> None:
        """The journal has every request, and the index every session."""
        assert self.emulator.journal.count() == self.requests
        assert self.emulator.sessions.count() == len(self.conversations)

    # What has to come of it.

    def _verdict(self, execution_id: str, agent: str, location: str) -> str | None:
        """Return why a session cannot be continued so, or None."""
        known = self.conversations.get(execution_id)
        if known is None:
            return "session-unknown"
        if known.agent != agent:
            return "session-foreign-agent"
        if known.location != location:
            return "session-foreign-location"
        return "session-expired" if self.clock.now() - known.heard_at > IDLE else None

    def _say(
        self, execution_id: str, path: str, agent: str, location: str, message: str
    ) -> MultipleResults[str]:
        verdict = self._verdict(execution_id, agent, location)
        body = {"message": message, "locationId": location, "executionId": execution_id}
        answer = self._post(path, agent, body)
        if verdict is None:
            self._expect_turn(answer, execution_id, message)
        elif self.unknown_session == "new-session":
            return multiple(self._expect_new(answer, agent, location, message))
        else:
            suffix = "-400" if self.unknown_session == "400" else ""
            assert (answer.status, answer.rule) == (int(self.unknown_session), verdict + suffix)
        return multiple()

    def _overtaking(self, execution_id: str, path: str, message: str) -> None:
        known = self.conversations[execution_id]
        body = {"message": message, "locationId": known.location, "executionId": execution_id}
        self._expect_turn(self._post(path, known.agent, body), execution_id, message)

    def _expect_new(self, answer: Response, agent: str, location: str, message: str) -> str:
        execution_id = str(_content(answer)["executionId"])
        assert execution_id not in self.ever_seen
        self.ever_seen.add(execution_id)
        self.conversations[execution_id] = Conversation(agent, location, self.clock.now())
        self._expect_turn(answer, execution_id, message)
        return execution_id

    def _expect_turn(self, answer: Response, execution_id: str, message: str) -> None:
        content, known = _content(answer), self.conversations[execution_id]
        response, interaction_id = known.reply_to(message), str(content["interactionId"])
        assert interaction_id not in self.ever_seen
        self.ever_seen.add(interaction_id)
        known.turns.append(Spoken(message, response, interaction_id))
        known.heard_at = self.clock.now()
        assert content["executionId"] == execution_id
        assert content["response"] == response
        assert content["goalCompletion"] == (len(known.turns) >= 3)
        self._compare(execution_id)

    def _compare(self, execution_id: str) -> None:
        kept = self.emulator.sessions.transcript(execution_id, limit=1000)
        turns = self.conversations[execution_id].turns
        assert [turn.number for turn in kept] == list(range(1, len(turns) + 1))
        assert [Spoken(t.message, t.response, t.interaction_id) for t in kept] == turns

    # How it is done.

    def _started(self) -> Emulator:
        url = self.store.format(Path(self.folder.name) / "mock.sqlite")
        settings = Settings(
            store=url,
            unknown_session=self.unknown_session,
            validate_responses=True,
            max_journal=10_000,
        )
        agents = {name: Agent(name, name, self.mind, versions=(Version("v1"),)) for name in AGENTS}
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


def _content(answer: Response) -> Mapping[str, Any]:
    assert answer.status == 200, answer
    assert isinstance(answer.content, dict)
    return answer.content
