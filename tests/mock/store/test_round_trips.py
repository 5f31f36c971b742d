"""A request makes few round trips: each verb of a store is one, in Redis and in SQLite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from leadway_mock.agents.builtin import MANAGED_ID
from leadway_mock.dialogues import dialogue
from leadway_mock.faults import Fault
from leadway_mock.http.messages import Response
from leadway_mock.state.fault_registry import arm
from leadway_mock.store import Item, MemoryStore, Write
from tests.mock.client import LOCATION, EmulatorClient, content
from tests.mock.studio import Studio


class CountingStore(MemoryStore):
    """Counts the calls of its verbs."""

    def __init__(self) -> None:
        super().__init__()
        self.verbs: list[str] = []

    def read(self, keys: Sequence[str]) -> Sequence[Item | None]:
        self.verbs.append("read")
        return super().read(keys)

    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        self.verbs.append("commit")
        return super().commit(writes, now=now)

    def items(self, key: str, *, after: int = 0, limit: int | None = None) -> Sequence[Item]:
        self.verbs.append("items")
        return super().items(key, after=after, limit=limit)

    def count(self, key: str) -> int:
        self.verbs.append("count")
        return super().count(key)

    def delete(self, *keys: str) -> None:
        self.verbs.append("delete")
        super().delete(*keys)


Client = Callable[..., tuple[EmulatorClient, CountingStore]]


@pytest.fixture
def counted(client_with: Callable[..., EmulatorClient]) -> Client:
    def make(**settings: object) -> tuple[EmulatorClient, CountingStore]:
        store = CountingStore()
        client = client_with(store=store, **({"seed": None} | settings))
        store.verbs.clear()
        return client, store

    return make


def verbs_of(store: CountingStore, send: Callable[[], object]) -> list[str]:
    """Return the verbs that a request uses."""
    store.verbs.clear()
    send()
    return list(store.verbs)


def test_a_turn_is_one_read_and_one_commit(counted: Client) -> None:
    client, store = counted()
    assert verbs_of(store, client.say) == ["read", "commit"]
    session = client.begin()
    further = verbs_of(store, lambda: client.say("more", executionId=session))
    assert further == ["read", "commit"]


def test_a_turn_of_a_created_agent_is_one_read_and_one_commit(counted: Client) -> None:
    client, store = counted()
    body = {"locationId": LOCATION, "status": "active", "version": {}}
    created = content(client.send(body, path="/agent-studio/agent"))
    version = created["versions"][0]["versionId"]
    path = f"/agent-studio/agent/versions/{version}/publish"
    assert client.send({"locationId": LOCATION}, path=path).status == 200
    agent = created["agent"]["agentId"]
    assert verbs_of(store, lambda: client.say(agent=agent)) == ["read", "commit"]
    old = f"/agent-studio/public-api/agents/{agent}/execute"
    message = {"message": "hello", "locationId": LOCATION}
    assert verbs_of(store, lambda: client.send(message, path=old)) == ["read", "commit"]


def test_changes_of_agents_are_few_reads_and_one_commit(counted: Client) -> None:
    client, store = counted()
    studio = Studio(client)
    assert verbs_of(store, studio.create) == ["read", "read", "commit"]
    agent, version = studio.create()
    # The agent of the version, then both.
    update = partial(studio.update, version, nodes=[])
    assert verbs_of(store, update) == ["read", "read", "commit"]
    assert verbs_of(store, partial(studio.change, agent, name="B")) == ["read", "commit"]
    assert verbs_of(store, partial(studio.read, f"/{agent}")) == ["read", "read", "commit"]
    assert verbs_of(store, studio.read) == ["read", "read", "read", "commit"]
    # The first publication and a deletion also change the list.
    assert verbs_of(store, partial(studio.publish, version)) == ["read", "read", "commit"]
    assert verbs_of(store, partial(studio.delete, agent)) == ["read", "read", "commit"]


@pytest.mark.parametrize("fields", [{"message": ""}, {"locationId": ""}, {"executionId": "none"}])
def test_an_error_response_is_one_read_and_one_commit(
    counted: Client, fields: dict[str, str]
) -> None:
    client, store = counted()
    assert verbs_of(store, lambda: client.send({"message": "x", "locationId": "y"} | fields)) == [
        "read",
        "commit",
    ]


def test_a_session_beyond_the_limit_takes_no_further_step(counted: Client) -> None:
    client, store = counted(max_sessions=1)
    client.say()
    assert verbs_of(store, client.say) == ["read", "commit"]
    assert client.emulator.sessions.count() == 1


@pytest.mark.parametrize("settings", [{"enforce_quotas": True}, {"seed": 1}])
def test_enforced_quotas_and_a_seed_take_one_step_more(
    counted: Client, settings: dict[str, object]
) -> None:
    client, store = counted(**settings)
    assert len(verbs_of(store, client.say)) == 3


def test_armed_faults_take_one_step_more_however_many_there_are(counted: Client) -> None:
    client, store = counted()
    for status in (500, 503, 429):
        arm(client.emulator.namespaces, client.emulator.contract, "", Fault(status=status))
    for _ in range(4):
        assert verbs_of(store, client.say) == ["read", "read", "commit"]


def test_dialogues_take_no_step_more_and_their_faults_one(counted: Client) -> None:
    client, store = counted()
    client.emulator.dialogues.serve(
        [
            dialogue("plain").user("a").agent("1").user("b").agent("2").build(),
            dialogue("broken").user("c").agent("1", fault={"status": 500}).build(),
        ]
    )
    assert verbs_of(store, lambda: client.say("a")) == ["read", "commit"]
    session = client.begin(message="a")
    assert verbs_of(store, lambda: client.say("b", executionId=session)) == ["read", "commit"]
    for status in (500, 200):
        sent = []
        assert len(verbs_of(store, lambda: sent.append(client.say("c")))) == 3  # noqa: B023
        assert sent[0].status == status


def test_a_managed_turn_reads_its_key_besides(counted: Client) -> None:
    client, store = counted()

    def send(key: str, **fields: str) -> Response:
        return client.send(
            {"message": "hello", "locationId": LOCATION} | fields,
            path=f"/agent-studio/managed-agents/{MANAGED_ID}/execute",
            headers={"version": "v3", "idempotency-key": key},
        )

    session = str(content(send("one"))["sessionId"])
    expected = ["read", "read", "commit"]
    assert verbs_of(store, lambda: send("two")) == expected
    assert verbs_of(store, lambda: send("three", sessionId=session)) == expected
    assert verbs_of(store, lambda: send("three", sessionId=session)) == expected
