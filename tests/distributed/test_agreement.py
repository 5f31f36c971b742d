"""Several workers, or several mocks on one Redis server, share all state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from leadway_mock.agents.builtin import MANAGED_ID
from tests.contract.service import Service, turn
from tests.distributed.mock_cluster import start_mocks
from tests.distributed.worker_cluster import (
    AGENTS,
    REQUEST_COUNT,
    WorkerCluster,
    control,
    start_workers,
)
from tests.wait import wait_until

pytestmark = pytest.mark.xdist_group("workers")

AT_ONCE = 16


@pytest.fixture(scope="module")
def worker_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerCluster]:
    file = tmp_path_factory.mktemp("store") / "mock.db"
    with start_workers("--store", f"sqlite:///{file}", "--seed", "7") as started:
        yield started


@pytest.fixture(scope="module")
def mock_cluster() -> Iterator[list[Service]]:
    with start_mocks(2, "--seed", "7") as started, started.services() as services:
        yield services


@pytest.fixture
def two_workers(worker_cluster: WorkerCluster) -> WorkerCluster:
    """A mock with two workers on one file, after a reset."""
    control(worker_cluster.service, "/reset")
    return worker_cluster


@pytest.fixture
def worker_services(two_workers: WorkerCluster) -> Iterator[list[Service]]:
    """A service for each worker."""
    with ExitStack() as stack:
        yield [stack.enter_context(two_workers.through(worker)) for worker in two_workers.workers()]


@pytest.fixture
def mock_services(mock_cluster: list[Service]) -> list[Service]:
    """A service for each of two mocks on one Redis server, after a reset."""
    control(mock_cluster[0], "/reset")
    return mock_cluster


@pytest.fixture(scope="module", params=["workers", "machines"])
def kind(request: pytest.FixtureRequest) -> str:
    """What there are two of."""
    return str(request.param)


@pytest.fixture
def replicas(kind: str, request: pytest.FixtureRequest) -> list[Service]:
    """A service for each of the two."""
    name = "worker_services" if kind == "workers" else "mock_services"
    services: list[Service] = request.getfixturevalue(name)
    return services


@pytest.fixture
def clients(kind: str, request: pytest.FixtureRequest) -> list[Service]:
    """Services for many threads at once; workers share one address."""
    if kind == "machines":
        services: list[Service] = request.getfixturevalue("mock_services")
        return services
    return [request.getfixturevalue("two_workers").service]


def send_all(clients: list[Service], number: int, **fields: Any) -> list[Any]:
    """Send `number` messages at once; return the responses."""

    def say(count: int) -> Any:
        service = clients[count % len(clients)]
        return service.send(service.body(message=f"message {count}", **fields))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(say, range(number)))


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_conversation_continues_on_either_one(replicas: list[Service]) -> None:
    session = replicas[0].say("Hello").execution_id
    for number, service in enumerate(replicas * 3, start=2):
        assert turn(service.say("And now?", execution_id=session)) == number


@pytest.mark.behaviour("workers-agree", "machines-agree", "idempotency-key-repeated")
def test_a_key_is_processed_once(clients: list[Service]) -> None:
    """Of 48 messages with one key, sent to both in parallel, one is a turn."""
    path = f"/agent-studio/managed-agents/{MANAGED_ID}/execute"
    headers = {"Version": "v3", "Idempotency-Key": str(uuid4())}

    def say(number: int) -> httpx.Response:
        service = clients[number % len(clients)]
        return service.send(service.body(message="Once"), path=path, headers=headers)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        responses = list(pool.map(say, range(48)))
    assert {response.status_code for response in responses} == {200}
    (body,) = {response.content for response in responses}
    session = json.loads(body)["sessionId"]
    shown = control(clients[0], f"/sessions/{session}", "GET")["transcript"]
    assert [entry["turn"] for entry in shown] == [1]


@pytest.mark.behaviour("workers-agree", "machines-agree", "idempotency-after-lost-response")
@pytest.mark.parametrize("effect", [{"status": 500}, {"transport": "EMPTY_RESPONSE"}], ids=str)
def test_a_lost_response_is_fetched_from_the_other(
    replicas: list[Service], effect: dict[str, Any]
) -> None:
    one, other = replicas
    path = f"/agent-studio/managed-agents/{MANAGED_ID}/execute"
    headers = {"Version": "v3", "Idempotency-Key": str(uuid4())}
    body = one.body(message="Once")
    control(one, "/faults", phase="after-commit", **effect)
    with suppress(httpx.TransportError):
        assert one.send(body, path=path, headers=headers).status_code == 500
    response = other.send(body, path=path, headers=headers)
    assert response.headers["X-Mock-Rule"] == "managed-reply-repeated"
    assert response.json()["finalText"] == "Turn 1. You said: Once"
    (session,) = control(other, "/sessions", "GET")["sessions"]
    assert (session["executionId"], session["turns"]) == (response.json()["sessionId"], 1)


@pytest.mark.behaviour("workers-agree", "machines-agree", "concurrent-publish")
def test_of_concurrent_publications_on_both_one_succeeds(clients: list[Service]) -> None:
    """Of 16 calls that publish one version, sent to both in parallel, one succeeds."""
    here = {"locationId": clients[0].account.location_id}
    path = "/agent-studio/agent"
    body = here | {"name": "New", "status": "active", "version": {}}
    created = clients[0].send(body, path=path).json()
    agent, version = created["agent"]["agentId"], created["versions"][0]["versionId"]

    def publish(number: int) -> httpx.Response:
        service = clients[number % len(clients)]
        return service.send(here, path=f"{path}/versions/{version}/publish")

    for published in (1, 2):  # The second is the draft that the first publication makes.
        with ThreadPoolExecutor(AT_ONCE) as pool:
            responses = list(pool.map(publish, range(AT_ONCE)))
        rules = sorted(response.headers["X-Mock-Rule"] for response in responses)
        assert rules == ["agent-published", *["version-not-draft"] * (AT_ONCE - 1)]
        assert {response.status_code for response in responses} == {200, 400}
        read = clients[-1].send(method="GET", path=f"{path}/{agent}", params=here).json()
        versions = read["agent"]["versions"]
        assert [each["state"] for each in versions] == ["prod"] * published + ["draft"]
        version = versions[-1]["versionId"]


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_parallel_turns_have_no_gaps_and_no_duplicates(clients: list[Service]) -> None:
    session = clients[0].say("Hello").execution_id
    responses = send_all(clients, 80, executionId=session)
    assert sorted(map(turn, responses)) == list(range(2, 82))
    shown = control(clients[-1], f"/sessions/{session}?limit=1000", "GET")["transcript"]
    assert [entry["turn"] for entry in shown] == list(range(1, 82))
    acknowledged = {turn(response): response.json()["interactionId"] for response in responses}
    assert acknowledged == {entry["turn"]: entry["interactionId"] for entry in shown[1:]}


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_seeded_ids_are_unique_over_both(clients: list[Service]) -> None:
    responses = [response.json() for response in send_all(clients, 60)]
    assert len({response["executionId"] for response in responses}) == 60
    assert len({response["interactionId"] for response in responses}) == 60
    rejected = [response.json() for response in send_all(clients, 40, nonsense=1)]
    assert len({response["traceId"] for response in rejected}) == 40


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_fault_counts_the_calls_of_both(clients: list[Service]) -> None:
    control(clients[0], "/faults", status=500, times=9)
    responses = send_all(clients, 40)
    assert sorted(response.status_code for response in responses) == [200] * 31 + [500] * 9
    (fault,) = control(clients[-1], "/faults", "GET")["faults"]
    assert (fault["hits"], fault["remaining"]) == (9, 0)


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_both_use_up_one_quota(clients: list[Service]) -> None:
    control(clients[0], "/clock/freeze")
    control(clients[0], "/settings", "PATCH", enforceQuotas=True, quota10Seconds=11)
    responses = send_all(clients, 30)
    assert sorted(response.status_code for response in responses) == [200] * 11 + [429] * 19


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_namespace_opened_on_one_exists_on_both(replicas: list[Service]) -> None:
    one, other = replicas
    begun = one.say("Hello").execution_id
    with own_namespace(one) as mine:
        assert other.call("Still there?", execution_id=begun).status_code == 404
        own = other.say("Hello").execution_id
        assert turn(one.say("And now?", execution_id=own)) == 2
        shown = other.http.get("/__mock/namespace", headers=mine).json()
        assert (shown["dedicated"], shown["sessions"]) == (True, 1)
        listed = control(other, "/sessions", "GET")["sessions"]
        assert [session["executionId"] for session in listed] == [begun]
    assert turn(other.say("Still there?", execution_id=begun)) == 2


@contextmanager
def own_namespace(service: Service) -> Iterator[dict[str, str]]:
    """Open a namespace for the token of a service, and yield the headers that select it."""
    mine = {"Authorization": f"Bearer {service.account.token}"}
    service.http.put("/__mock/namespace", json={}, headers=mine).raise_for_status()
    try:
        yield mine
    finally:
        service.http.request(
            "DELETE", "/__mock/namespace", json={}, headers=mine
        ).raise_for_status()


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_clock_set_on_one_is_set_on_both(replicas: list[Service]) -> None:
    one, other = replicas
    session = one.say("Hello").execution_id
    control(one, "/clock/freeze", time="2030-01-01T00:00:00Z")
    assert control(other, "/clock", "GET")["time"] == "2030-01-01T00:00:00.000Z"
    assert other.call("Still there?", execution_id=session).status_code == 404


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_settings_changed_on_one_change_on_both(replicas: list[Service]) -> None:
    one, other = replicas
    assert other.call("Hello", execution_id="nobody").status_code == 404
    control(one, "/settings", "PATCH", unknownSession="400")
    assert other.call("Hello", execution_id="nobody").status_code == 400


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_dialogue_added_on_one_runs_on_both(replicas: list[Service]) -> None:
    one, other = replicas
    turns = [{"user": "a", "agent": "one"}, {"user": "b", "agent": "two"}]
    dialogue = {"agent": "barber", "turns": turns}
    control(one, "/dialogues/talk", "PUT", dialogue=dialogue)
    begun = other.say("a", agent_id="barber")
    control(one, "/dialogues/talk", "DELETE")
    assert begun.response == "one"
    goes_on = one.say("b", agent_id="barber", execution_id=begun.execution_id)
    assert goes_on.response == "two"


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_wait_on_one_sees_requests_of_the_other(replicas: list[Service]) -> None:
    one, other = replicas
    with ThreadPoolExecutor(1) as pool:
        wait = partial(control, one, "/journal/wait", match={"body": "haircut"}, timeout=30)
        waiting = pool.submit(wait)
        other.say("A haircut, please.")
        assert waiting.result(60)["timedOut"] is False


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_the_conformance_report_covers_both(replicas: list[Service]) -> None:
    replicas[0].say("Hello")
    replicas[1].call("Hello", execution_id="nobody")
    for service in replicas:
        verdict = control(service, "/conformance", "GET")
        assert verdict["requests"] == 2
        assert [finding["id"] for finding in verdict["findings"]] == ["execution-id-invented"]


@pytest.mark.behaviour("workers-agree")
def test_metrics_are_sums_over_all_workers(
    two_workers: WorkerCluster, worker_services: list[Service]
) -> None:
    worker_services[0].say("Hello")
    before = two_workers.metric(REQUEST_COUNT)
    for times, service in enumerate(worker_services, start=3):
        for _ in range(times):
            service.say("Hello")
    for service in worker_services:
        text = service.http.get("/__mock/metrics").text
        assert f"{REQUEST_COUNT} {before + 7}\n" in text
        assert "leadway_mock_workers 2.0\n" in text


@pytest.mark.behaviour("workers-agree")
def test_health_has_the_number_of_workers(two_workers: WorkerCluster) -> None:
    assert two_workers.get("/health").json()["workers"] == 2
    rejected = two_workers.service.http.patch("/__mock/settings", json={"workers": 3})
    assert "workers cannot change while the mock runs" in rejected.json()["message"]


@pytest.mark.behaviour("workers-agree")
def test_each_worker_reloads_files_and_reports_their_errors(tmp_path: Path) -> None:
    file = tmp_path / "agents.yaml"
    file.write_text(AGENTS % "old")
    with start_workers("--agents-file", str(file)) as two_workers, ExitStack() as stack:
        replicas = [
            stack.enter_context(two_workers.through(worker)) for worker in two_workers.workers()
        ]
        file.write_text(AGENTS % "brand new")
        for service in replicas:
            wait_until(partial(says, service, "brand new"))
        file.write_text("agents: nonsense")
        for service in replicas:
            wait_until(partial(has_load_errors, service))
            assert says(service, "brand new")


def says(service: Service, response: str) -> bool:
    return service.say(agent_id="desk").response == response


def has_load_errors(service: Service) -> bool:
    return "agents" in control(service, "/health", "GET")["loadErrors"]
