"""Turns of managed agents with an Idempotency-Key, without a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import BUILT_IN, ECHO_ID, MANAGED_ID
from leadway_mock.agents.registry import AgentRegistry
from leadway_mock.control_api.namespaces import MAKERS, STORED_SCOPES
from leadway_mock.dialogues import dialogue
from leadway_mock.faults import Fault, FaultPhase, Transport, fixed
from leadway_mock.http.messages import Response
from leadway_mock.state.fault_registry import arm
from leadway_mock.state.snapshots import check_content
from leadway_mock.store import MemoryStore, Store, Write, open_store
from tests.mock.client import LOCATION, EmulatorClient, content

AFTER = FaultPhase.AFTER_COMMIT
KEY = "5f0c4d3a-8d7b-4b0e-9f3b-0a4c5e6d7f81"


def say(
    client: EmulatorClient,
    message: str = "hello",
    *,
    key: str = KEY,
    agent: str = MANAGED_ID,
    **fields: object,
) -> Response:
    return client.send(
        {"message": message, "locationId": LOCATION} | fields,
        path=f"/agent-studio/managed-agents/{agent}/execute",
        headers={"version": "v3", "idempotency-key": key},
    )


def turn_count(client: EmulatorClient, session: str) -> int:
    return len(client.emulator.sessions.transcript(session, limit=1000))


def armed(client: EmulatorClient, **fault: Any) -> None:
    arm(client.emulator.namespaces, client.emulator.contract, "", Fault(**fault))


LOST = [
    {"status": 500},
    {"status": 503},
    {"proxy_status": 502},
    *({"transport": each} for each in Transport),
]


@pytest.mark.behaviour("idempotency-after-lost-response")
@pytest.mark.parametrize("fault", LOST, ids=str)
def test_a_retry_after_a_lost_response_gets_it(
    client_with: Callable[..., EmulatorClient], any_store: Store, fault: dict[str, Any]
) -> None:
    client = client_with(store=any_store, validate_responses=False)
    session = content(say(client, key="first"))["sessionId"]
    armed(client, phase=AFTER, times=2, **fault)
    for _ in range(2):
        say(client, sessionId=session)
        client.clock.advance(30)  # Where the fault sent Retry-After.
    response = say(client, sessionId=session)
    assert response.rule == "managed-reply-repeated"
    assert content(response)["finalText"] == "Turn 2. You said: hello"
    assert turn_count(client, session) == 2


def test_a_fault_before_the_commit_leaves_the_key_unused(client: EmulatorClient) -> None:
    armed(client, status=500)
    assert say(client).status == 500
    assert say(client).rule == "managed-reply"


@pytest.mark.behaviour("idempotency-concurrent")
def test_a_repeat_waits_for_the_first_response(client: EmulatorClient) -> None:
    armed(client, latency=fixed(2.0), phase=AFTER)
    assert say(client).delay == 2
    client.clock.advance(0.5)
    again = say(client)
    assert (again.rule, again.delay) == ("managed-reply-repeated", 1.5)
    client.clock.advance(1.5)
    assert say(client).delay == 0


@pytest.mark.behaviour("idempotency-concurrent", "idempotency-key-in-use")
def test_a_repeat_before_the_first_response_can_be_a_conflict(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(idempotency_concurrent="conflict")
    armed(client, latency=fixed(2.0), phase=AFTER)
    first = say(client)
    assert say(client).status == 409
    client.clock.advance(2)
    assert say(client).body == first.body


def test_of_parallel_requests_with_one_key_one_is_processed(
    client_with: Callable[..., EmulatorClient], any_store: Store
) -> None:
    client = client_with(store=any_store, seed=None)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(say, [client] * 24))
    assert {each.status for each in found} == {200}
    assert len({each.body for each in found}) == 1
    assert [each.rule for each in found].count("managed-reply") == 1
    assert turn_count(client, content(found[0])["sessionId"]) == 1


@pytest.mark.behaviour("idempotency-key-scope")
@pytest.mark.parametrize(
    ("scope", "agent_rule", "location_rule"),
    [
        ("agent", "managed-reply", "managed-reply"),
        ("location", "idempotency-key-reused", "managed-reply"),
        ("all", "idempotency-key-reused", "idempotency-key-reused"),
    ],
)
def test_the_scope_decides_whether_others_share_a_key(
    client_with: Callable[..., EmulatorClient], scope: str, agent_rule: str, location_rule: str
) -> None:
    other = replace(BUILT_IN.by_id[MANAGED_ID], id="other")
    cast = AgentRegistry({**BUILT_IN.by_id, "other": other})
    client = client_with(cast=cast, idempotency_scope=scope)
    first = say(client)
    assert say(client, agent="other").rule == agent_rule
    assert say(client, locationId="elsewhere").rule == location_rule
    assert say(client).body == first.body


RESERVED = [
    *("account", "contact", "location", "agentId", "agencyId", "companyId", "contactId"),
    *("executionId", "locationId", "sessionId", "userId"),
]
PREFIXES = ("global", "inputs", "raw", "runtime")


@pytest.mark.behaviour("variable-reserved")
@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_name_is_rejected_in_every_spelling(client: EmulatorClient, name: str) -> None:
    rejected: list[dict[str, Any]] = []
    for spelling in (name, name.lower(), name.upper()):
        rejected += [{spelling: "x"}, {f"{spelling}.id": "x"}, {spelling: {"id": "x"}}]
        for prefix in PREFIXES:
            rejected += [{prefix: {spelling: "x"}}, {f"{prefix}.{spelling}": "x"}]
            rejected += [{prefix.upper(): {f"{spelling}.id": "x"}}]
    for variables in rejected:
        assert say(client, extraVariables=variables).rule == "variable-reserved", variables
    for accepted in ({"mine": {name: "x"}}, {f"mine.{name}": "x"}, {f"{name}s": "x"}):
        assert say(client, key=str(accepted), extraVariables=accepted).status == 200, accepted


@pytest.mark.behaviour("idempotency-key-forgotten")
def test_a_key_is_remembered_for_a_day(client: EmulatorClient) -> None:
    first = say(client)
    client.clock.advance(86_400)
    assert say(client).body == first.body
    client.clock.advance(1)
    again = say(client)
    assert again.rule == "managed-reply"
    assert say(client).body == again.body


def test_as_many_keys_as_sessions_are_remembered(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(max_sessions=2)
    first = [say(client, key=str(number)) for number in range(3)]
    assert say(client, key="2").body == first[2].body
    assert say(client, key="0").rule == "managed-reply"


def test_a_session_that_expired_does_not_matter_to_a_repeat(client: EmulatorClient) -> None:
    session = content(say(client, key="first"))["sessionId"]
    second = say(client, sessionId=session)
    client.clock.advance(2_000)
    assert say(client, sessionId=session).body == second.body
    assert say(client, sessionId=session, key="third").rule == "session-expired"


def test_a_repeat_is_in_the_journal(client: EmulatorClient) -> None:
    for _ in range(2):
        say(client)
    first, second = client.emulator.journal.entries(after=0, limit=10)
    assert (first["turn"], "repeated" in first) == (1, False)
    assert ("turn" in second, second["repeated"]) == (False, True)


def test_a_stored_response_has_no_credentials(
    client_with: Callable[..., EmulatorClient], tmp_path: Path
) -> None:
    file = tmp_path / "mock.db"
    client = client_with(store=open_store(f"sqlite:///{file}"))
    token = "pit-87654321-1234-4234-8234-123456789abc"
    assert token in content(say(client, f"my token is {token}"))["finalText"]
    assert "pit-[redacted]" in content(say(client, f"my token is {token}"))["finalText"]
    client.emulator.close()
    stored = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert token.encode() not in stored


@pytest.mark.behaviour("dialogue-played")
def test_a_dialogue_names_tools_and_media(client: EmulatorClient) -> None:
    media = [{"type": "image", "url": "https://example.com/{{turn}}.png"}]
    script = (
        dialogue("picture", agent="painter")
        .user("paint")
        .agent("Here it is.", tools_fired=["generate_image"], generated_media=media)
    )
    client.emulator.dialogues.put("", script)
    reply = content(say(client, "paint", agent="painter"))
    assert reply["finalText"] == "Here it is."
    assert reply["toolsFired"] == ["generate_image"]
    assert reply["generatedMedia"] == [{"type": "image", "url": "https://example.com/1.png"}]


def test_a_fault_can_be_armed_for_a_managed_agent_and_session(client: EmulatorClient) -> None:
    session = content(say(client, key="first"))["sessionId"]
    armed(client, status=500, agent_id=MANAGED_ID, execution_id=session)
    assert say(client, key="other").status == 200
    assert say(client, key="second", sessionId=session).status == 500


def test_a_snapshot_has_the_keys(client: EmulatorClient) -> None:
    first = say(client)
    namespace = client.emulator.namespaces.shared()
    snapshot = namespace.snapshot()
    check_content(snapshot, MAKERS)
    client.emulator.reset()
    client.emulator.namespaces.restore(namespace, snapshot)
    assert say(client).body == first.body


class InterruptedStore(MemoryStore):
    """Lets something else happen just before its next commit."""

    def __init__(self) -> None:
        super().__init__()
        self.interruption: Callable[[], object] = int

    def commit(self, writes: Sequence[Write], *, now: float = 0.0) -> Sequence[int] | None:
        interruption, self.interruption = self.interruption, int
        interruption()
        return super().commit(writes, now=now)


def test_a_request_that_loses_the_race_gets_the_response_of_the_other(
    client_with: Callable[..., EmulatorClient],
) -> None:
    store = InterruptedStore()
    client = client_with(store=store, seed=None)
    others: list[Response] = []
    store.interruption = lambda: others.append(say(client))
    response = say(client)
    assert (others[0].rule, response.rule) == ("managed-reply", "managed-reply-repeated")
    assert response.body == others[0].body
    assert client.emulator.sessions.count() == 1


def test_a_reset_of_the_sessions_forgets_the_keys(client: EmulatorClient) -> None:
    first = say(client)
    namespace = client.emulator.namespaces.shared()
    namespace.delete_prefixes(*STORED_SCOPES["sessions"])
    assert say(client).rule == first.rule == "managed-reply"


def test_the_calls_of_public_code_work(client: EmulatorClient) -> None:
    """Its key is a fixed word, its body has no more than it must, and all calls are of v3."""
    headers = {"accept": "application/json", "version": "v3"}
    path = f"/agent-studio/managed-agents/{MANAGED_ID}/execute"
    keyed = headers | {"idempotency-key": "workflow-build-v1"}
    first = client.send({"locationId": LOCATION, "message": "Build"}, path=path, headers=keyed)
    assert content(first)["success"] is True
    again = client.send({"locationId": LOCATION, "message": "Build"}, path=path, headers=keyed)
    assert again.body == first.body
    queries = {
        "/agent-studio/managed-agents": "limit=50&skip=0",
        "/agent-studio/agent": "limit=50&offset=0",
        f"/agent-studio/agent/{ECHO_ID}": "source=public_api",
    }
    for each, page in queries.items():
        query = f"locationId={LOCATION}&{page}"
        read = client.send(b"", path=each, method="GET", query=query, headers=headers)
        assert read.status == 200, read
