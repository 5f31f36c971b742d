"""Effects of armed faults on conversations, without a server.

Rows of the behaviour table shown here: fault-first-calls, fault-before-commit, fault-after-commit,
fault-retry-after, fault-latency.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.faults import Fault, FaultError, FaultPhase, Transport, fixed, lognormal, uniform
from leadway_mock.http.messages import Response
from leadway_mock.state.fault_registry import MAX_ARMED, arm, disarm
from leadway_mock.store import open_store
from tests.mock.client import DEPRECATED, LOCATION, EmulatorClient, content

AFTER = FaultPhase.AFTER_COMMIT


def armed(client: EmulatorClient, fault: Fault) -> Fault:
    emulator = client.emulator
    return arm(emulator.namespaces, emulator.contract, "", fault)


def listed(client: EmulatorClient) -> list[dict[str, Any]]:
    return client.emulator.namespaces.shared().faults.to_json()


def fired(client: EmulatorClient) -> list[dict[str, Any]]:
    entries = client.emulator.journal.entries(after=0, limit=100)
    return [dict(entry["fault"]) for entry in entries if "fault" in entry]


def statuses(client: EmulatorClient, calls: int, **fields: object) -> list[int]:
    return [client.say(**fields).status for _ in range(calls)]  # type: ignore[arg-type]


@pytest.mark.behaviour("fault-first-calls")
def test_the_first_calls_fail_and_the_next_do_not(client: EmulatorClient) -> None:
    armed(client, Fault(status=500, times=2))
    assert statuses(client, 4) == [500, 500, 200, 200]
    (found,) = listed(client)
    assert (found["id"], found["hits"], found["remaining"]) == ("fault-1", 2, 0)


@pytest.mark.behaviour("fault-status")
def test_a_fault_has_the_example_of_the_contract(client: EmulatorClient) -> None:
    armed(client, Fault(status=500))
    response = client.say()
    assert response.content == {"statusCode": 500, "message": "Internal Server Error"}
    assert response.headers["X-Mock-Rule"] == "fault-status"
    assert response.headers["X-Mock-Fault"] == "fault-1"
    assert "fired, 1 of 1; the message was not processed" in response.headers["X-Mock-Hint"]


@pytest.mark.behaviour("fault-status")
def test_a_behaviour_is_named_where_a_status_has_several(client: EmulatorClient) -> None:
    armed(client, Fault(rule="upstream-timeout"))
    response = client.say()
    assert (response.status, response.content) == (401, {"message": "Command timed out"})


def test_a_trace_id_is_the_requests_own(client: EmulatorClient) -> None:
    armed(client, Fault(rule="body-invalid"))
    response = client.say()
    assert content(response)["traceId"] == response.headers["X-Trace-Id"]


@pytest.mark.behaviour("fault-before-commit", "fault-after-commit")
@pytest.mark.parametrize(
    ("when", "turns"), [(FaultPhase.BEFORE_COMMIT, 2), (FaultPhase.AFTER_COMMIT, 3)]
)
@pytest.mark.parametrize(
    "kind", [{"status": 500}, {"proxy_status": 502}, {"transport": Transport.HANG}]
)
def test_a_turn_is_stored_only_if_the_fault_is_after_the_commit(
    client: EmulatorClient, when: FaultPhase, turns: int, kind: dict[str, Any]
) -> None:
    session = client.begin()
    armed(client, Fault(phase=when, **kind))
    client.say(executionId=session)
    assert content(client.say(executionId=session))["response"].startswith(f"Turn {turns}.")
    assert [fault["committed"] for fault in fired(client)] == [when is AFTER]


def test_a_lost_first_response_leaves_a_session(client: EmulatorClient) -> None:
    armed(client, Fault(status=500, phase=AFTER))
    client.say()
    client.say()
    assert client.emulator.sessions.count() == 2


def test_a_rejected_request_does_not_use_up_a_fault(client: EmulatorClient) -> None:
    armed(client, Fault(status=500))
    armed(client, Fault(status=500, phase=AFTER))
    assert client.send({}, headers={"authorization": None}).status == 401
    assert client.say(message=1).status == 422  # type: ignore[arg-type]
    assert client.send({"message": "x", "locationId": LOCATION}, path="/nowhere").status == 404
    assert [each["hits"] for each in listed(client)] == [0, 0]


def test_an_after_commit_fault_needs_a_commit(client: EmulatorClient) -> None:
    armed(client, Fault(status=500, phase=AFTER))
    assert statuses(client, 1, agent="nobody") == [404]
    assert [each["hits"] for each in listed(client)] == [0]


def test_prefer_has_precedence_over_a_fault(client: EmulatorClient) -> None:
    armed(client, Fault(status=500))
    body = {"message": "x", "locationId": LOCATION}
    assert client.send(body, headers={"prefer": "code=404"}).status == 404
    assert [each["hits"] for each in listed(client)] == [0]


# Scope of a fault


def test_a_fault_of_one_operation_leaves_the_other_alone(client: EmulatorClient) -> None:
    armed(client, Fault(status=500, operation_id="executeAgent-deprecated"))
    body = {"message": "x", "locationId": LOCATION}
    assert client.send(body).status == 200
    assert client.send(body, path=DEPRECATED).status == 500


def test_a_fault_of_one_agent_leaves_the_others_alone(client: EmulatorClient) -> None:
    armed(client, Fault(status=500, agent_id="goalonturn3agent00000000"))
    assert statuses(client, 1) == [200]
    assert statuses(client, 1, agent="goalonturn3agent00000000") == [500]


@pytest.mark.parametrize("when", list(FaultPhase))
def test_a_fault_of_one_session_leaves_the_others_alone(
    client: EmulatorClient, when: FaultPhase
) -> None:
    one, two = client.begin(), client.begin()
    armed(client, Fault(status=500, execution_id=two, phase=when))
    assert [client.say(executionId=each).status for each in (one, two, two)] == [200, 500, 200]
    assert client.say().status == 200


def test_one_fault_fires_per_request_and_errors_precede_delays(client: EmulatorClient) -> None:
    armed(client, Fault(id="slow", latency=fixed(0.5), times=9))
    armed(client, Fault(id="lost", status=500, phase=AFTER))
    armed(client, Fault(id="never", status=503, retry_after=0))
    responses = [client.say() for _ in range(3)]
    assert [each.headers["X-Mock-Fault"] for each in responses] == ["never", "lost", "slow"]
    assert [each.delay for each in responses] == [0, 0, 0.5]
    assert {each["id"]: each["hits"] for each in listed(client)} == {
        "slow": 1,
        "lost": 1,
        "never": 1,
    }


# Coming again


@pytest.mark.behaviour("fault-retry-after")
def test_a_request_before_the_end_of_retry_after_fails_again(client: EmulatorClient) -> None:
    armed(client, Fault(status=429, retry_after=30))
    assert client.say().headers["Retry-After"] == "30"
    client.clock.advance(10.5)
    early = client.say()
    assert (early.status, early.headers["Retry-After"]) == (429, "20")
    assert "too early" in early.headers["X-Mock-Hint"]
    client.clock.advance(19.5)
    assert client.say().status == 200
    (found,) = listed(client)
    assert (found["hits"], found["earlyCalls"], found["remaining"]) == (1, 1, 0)
    assert [fault["early"] for fault in fired(client)] == [False, True]


def test_each_error_has_its_own_retry_after(client: EmulatorClient) -> None:
    armed(client, Fault(rule="proxy-unavailable", times=2))
    found = []
    for _ in range(4):
        found.append(client.say().status)
        client.clock.advance(1)
    assert found == [503, 503, 200, 200]


def test_without_retry_after_a_retry_succeeds_at_once(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(send_retry_after=False)
    armed(client, Fault(status=429, retry_after=30))
    response = client.say()
    assert response.status == 429
    assert "Retry-After" not in response.headers
    assert client.say().status == 200


def test_a_retry_after_of_zero_is_kept(client: EmulatorClient) -> None:
    armed(client, Fault(status=429, retry_after=0))
    assert client.say().headers["Retry-After"] == "0"
    assert client.say().status == 200


def test_a_clock_set_back_does_not_extend_the_wait(client: EmulatorClient) -> None:
    armed(client, Fault(status=429, retry_after=5))
    client.say()
    client.clock.advance(-1000)
    assert client.say().headers["Retry-After"] == "5"


# Responses


@pytest.mark.behaviour("fault-proxy-page")
@pytest.mark.parametrize("status", [403, 502, *range(520, 530)])
def test_a_proxy_fault_is_html_without_headers_of_the_platform(
    client: EmulatorClient, status: int
) -> None:
    armed(client, Fault(proxy_status=status))
    response = client.say()
    assert response.status == status
    assert response.media_type == "text/html; charset=UTF-8"
    assert response.body.startswith(b"<!DOCTYPE html>")
    assert f"Error {status}".encode() in response.body
    assert {"Server", "CF-RAY", "X-Mock-Rule", "X-Trace-Id"} <= set(response.headers)
    assert not [name for name in response.headers if name.startswith("X-RateLimit")]


@pytest.mark.parametrize("transport", list(Transport))
def test_a_transport_fault_replaces_a_valid_response(
    client: EmulatorClient, transport: Transport
) -> None:
    armed(client, Fault(transport=transport, phase=AFTER, latency=fixed(1)))
    response = client.say()
    assert (response.transport, response.delay, response.status) == (transport, 1, 200)
    assert content(response)["response"].startswith("Turn 1.")
    (fault,) = fired(client)
    assert (fault["kind"], fault["label"], fault["delay"]) == ("transport", transport, 1)


@pytest.mark.behaviour("fault-latency")
def test_a_delayed_response_is_the_reply_of_the_agent(client: EmulatorClient) -> None:
    armed(client, Fault(latency=fixed(0.25)))
    response = client.say()
    assert (response.rule, response.delay, response.headers["X-Mock-Fault"]) == (
        "reply",
        0.25,
        "fault-1",
    )


def delays(client: EmulatorClient, fault: Fault) -> list[float]:
    armed(client, fault)
    return [client.say().delay for _ in range(20)]


@pytest.mark.parametrize("latency", [uniform(1, 2), lognormal(0.3, 0.5)])
def test_the_same_seed_gives_the_same_delays(
    client_with: Callable[..., EmulatorClient], latency: Any
) -> None:
    fault = Fault(latency=latency, times=20)
    clients = [client_with(store=open_store("memory:"), seed=seed) for seed in (1, 1, 2)]
    runs = [delays(client, fault) for client in clients]
    assert runs[0] == runs[1] != runs[2]
    assert len(set(runs[0])) == 20


# Arming


def test_a_fault_armed_again_restarts_its_count(client: EmulatorClient) -> None:
    for _ in range(2):
        armed(client, Fault(id="broken", status=500))
        assert statuses(client, 2) == [500, 200]
    assert [each["id"] for each in listed(client)] == ["broken"]


def test_faults_without_a_name_are_numbered(client: EmulatorClient) -> None:
    for number in (1, 2, 3):
        assert armed(client, Fault(status=500)).id == f"fault-{number}"
    assert disarm(client.emulator.namespaces, "", "fault-2") == 1
    assert armed(client, Fault(status=500)).id == "fault-2"


def test_a_disarmed_fault_is_gone(client: EmulatorClient) -> None:
    armed(client, Fault(status=500, times=5))
    armed(client, Fault(status=503))
    statuses(client, 1)
    assert disarm(client.emulator.namespaces, "", "unknown") == 0
    assert disarm(client.emulator.namespaces, "") == 2
    assert listed(client) == []
    assert statuses(client, 1) == [200]


def test_a_reset_disarms_and_a_snapshot_remembers(client: EmulatorClient) -> None:
    armed(client, Fault(status=500, times=3))
    statuses(client, 1)
    namespace = client.emulator.namespaces.shared()
    snapshot = namespace.snapshot()
    statuses(client, 1)
    namespace.delete_prefixes("")
    assert listed(client) == []
    namespace.restore(snapshot)
    assert [each["remaining"] for each in listed(client)] == [2]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(status=500, operation_id="executeAgents"), "did you mean 'executeAgent'?"),
        (Fault(status=500, operation_id="?"), "known are executeAgent, executeAgent-deprecated"),
        (Fault(rule="server-eror"), "did you mean 'server-error'?"),
        (Fault(rule="reply"), "there is no error response 'reply' here"),
    ],
)
def test_a_fault_that_can_never_fire_is_an_error(
    client: EmulatorClient, fault: Fault, expected: str
) -> None:
    with pytest.raises(FaultError) as rejected:
        armed(client, fault)
    assert expected in str(rejected.value)
    assert listed(client) == []


def test_the_faults_of_a_namespace_are_limited(client: EmulatorClient) -> None:
    for _ in range(MAX_ARMED):
        armed(client, Fault(status=500))
    with pytest.raises(FaultError, match="100 faults are already armed"):
        armed(client, Fault(status=500))
    armed(client, Fault(id="fault-7", status=503))


# Counting


@pytest.mark.behaviour("fault-first-calls")
@pytest.mark.parametrize("url", ["memory:", "sqlite:///{folder}/mock.db"])
@pytest.mark.parametrize("when", list(FaultPhase))
def test_the_count_is_exact_over_threads_and_emulators(
    client_with: Callable[..., EmulatorClient], tmp_path: Any, url: str, when: FaultPhase
) -> None:
    stores = [open_store(url.format(folder=tmp_path)) for _ in range(2 if "sqlite" in url else 1)]
    clients = [client_with(store=store) for store in (stores * 2)[:2]]
    armed(clients[0], Fault(status=500, times=17, phase=when))
    with ThreadPoolExecutor(8) as pool:
        responses: list[Response] = list(pool.map(lambda n: clients[n % 2].say(), range(60)))
    assert [each.status for each in responses].count(500) == 17
    assert [each["hits"] for each in listed(clients[1])] == [17]
    assert sorted(fault["hit"] for fault in fired(clients[1])) == list(range(1, 18))


def test_the_agent_of_these_tests_is_the_echo(client: EmulatorClient) -> None:
    armed(client, Fault(status=500, agent_id=ECHO_ID))
    assert statuses(client, 2) == [500, 200]
