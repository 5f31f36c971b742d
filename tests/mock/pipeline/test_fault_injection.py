"""What an armed fault does to a conversation, without any server.

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
from tests.mock.client import DEPRECATED, LOCATION, Caller, content

AFTER = FaultPhase.AFTER_COMMIT


def armed(caller: Caller, fault: Fault) -> Fault:
    emulator = caller.emulator
    return arm(emulator.namespaces, emulator.contract, "", fault)


def listed(caller: Caller) -> list[dict[str, Any]]:
    return caller.emulator.namespaces.shared().faults.to_json()


def fired(caller: Caller) -> list[dict[str, Any]]:
    entries = caller.emulator.journal.entries(after=0, limit=100)
    return [dict(entry["fault"]) for entry in entries if "fault" in entry]


def statuses(caller: Caller, calls: int, **fields: object) -> list[int]:
    return [caller.say(**fields).status for _ in range(calls)]  # type: ignore[arg-type]


@pytest.mark.behaviour("fault-first-calls")
def test_the_first_calls_fail_and_the_next_do_not(caller: Caller) -> None:
    armed(caller, Fault(status=500, times=2))
    assert statuses(caller, 4) == [500, 500, 200, 200]
    (found,) = listed(caller)
    assert (found["id"], found["hits"], found["remaining"]) == ("fault-1", 2, 0)


@pytest.mark.behaviour("fault-status")
def test_a_failure_is_the_platforms_own(caller: Caller) -> None:
    armed(caller, Fault(status=500))
    answer = caller.say()
    assert answer.content == {"statusCode": 500, "message": "Internal Server Error"}
    assert answer.headers["X-Mock-Rule"] == "fault-status"
    assert answer.headers["X-Mock-Fault"] == "fault-1"
    assert "fired, 1 of 1; the message was not processed" in answer.headers["X-Mock-Hint"]


@pytest.mark.behaviour("fault-status")
def test_a_behaviour_is_named_where_a_status_has_several(caller: Caller) -> None:
    armed(caller, Fault(rule="upstream-timeout"))
    answer = caller.say()
    assert (answer.status, answer.content) == (401, {"message": "Command timed out"})


def test_a_trace_id_is_the_requests_own(caller: Caller) -> None:
    armed(caller, Fault(rule="body-invalid"))
    answer = caller.say()
    assert content(answer)["traceId"] == answer.headers["X-Trace-Id"]


@pytest.mark.behaviour("fault-before-commit", "fault-after-commit")
@pytest.mark.parametrize(
    ("when", "turns"), [(FaultPhase.BEFORE_COMMIT, 2), (FaultPhase.AFTER_COMMIT, 3)]
)
@pytest.mark.parametrize(
    "kind", [{"status": 500}, {"proxy_status": 502}, {"transport": Transport.HANG}]
)
def test_before_the_commit_a_turn_never_was_and_after_it_it_counts(
    caller: Caller, when: FaultPhase, turns: int, kind: dict[str, Any]
) -> None:
    session = caller.begin()
    armed(caller, Fault(phase=when, **kind))
    caller.say(executionId=session)
    assert content(caller.say(executionId=session))["response"].startswith(f"Turn {turns}.")
    assert [fault["committed"] for fault in fired(caller)] == [when is AFTER]


def test_a_lost_first_answer_leaves_a_session_that_nobody_can_name(caller: Caller) -> None:
    armed(caller, Fault(status=500, phase=AFTER))
    caller.say()
    caller.say()
    assert caller.emulator.sessions.count() == 2


def test_a_call_that_is_refused_anyway_uses_nothing_up(caller: Caller) -> None:
    armed(caller, Fault(status=500))
    armed(caller, Fault(status=500, phase=AFTER))
    assert caller.send({}, headers={"authorization": None}).status == 401
    assert caller.say(message=1).status == 422  # type: ignore[arg-type]
    assert caller.send({"message": "x", "locationId": LOCATION}, path="/nowhere").status == 404
    assert [each["hits"] for each in listed(caller)] == [0, 0]


def test_after_the_commit_comes_only_where_something_was_committed(caller: Caller) -> None:
    armed(caller, Fault(status=500, phase=AFTER))
    assert statuses(caller, 1, agent="nobody") == [404]
    assert [each["hits"] for each in listed(caller)] == [0]


def test_a_wish_of_the_caller_comes_before_an_armed_fault(caller: Caller) -> None:
    armed(caller, Fault(status=500))
    body = {"message": "x", "locationId": LOCATION}
    assert caller.send(body, headers={"prefer": "code=404"}).status == 404
    assert [each["hits"] for each in listed(caller)] == [0]


# Where it strikes


def test_a_fault_of_one_operation_leaves_the_other_alone(caller: Caller) -> None:
    armed(caller, Fault(status=500, operation_id="executeAgent-deprecated"))
    body = {"message": "x", "locationId": LOCATION}
    assert caller.send(body).status == 200
    assert caller.send(body, path=DEPRECATED).status == 500


def test_a_fault_of_one_agent_leaves_the_others_alone(caller: Caller) -> None:
    armed(caller, Fault(status=500, agent_id="goalonturn3agent00000000"))
    assert statuses(caller, 1) == [200]
    assert statuses(caller, 1, agent="goalonturn3agent00000000") == [500]


@pytest.mark.parametrize("when", list(FaultPhase))
def test_a_fault_of_one_session_leaves_the_others_alone(caller: Caller, when: FaultPhase) -> None:
    one, two = caller.begin(), caller.begin()
    armed(caller, Fault(status=500, execution_id=two, phase=when))
    assert [caller.say(executionId=each).status for each in (one, two, two)] == [200, 500, 200]
    assert caller.say().status == 200


def test_one_call_meets_one_fault_and_breaks_come_before_delays(caller: Caller) -> None:
    armed(caller, Fault(id="slow", latency=fixed(0.5), times=9))
    armed(caller, Fault(id="lost", status=500, phase=AFTER))
    armed(caller, Fault(id="never", status=503, retry_after=0))
    answers = [caller.say() for _ in range(3)]
    assert [each.headers["X-Mock-Fault"] for each in answers] == ["never", "lost", "slow"]
    assert [each.delay for each in answers] == [0, 0, 0.5]
    assert {each["id"]: each["hits"] for each in listed(caller)} == {
        "slow": 1,
        "lost": 1,
        "never": 1,
    }


# Coming again


@pytest.mark.behaviour("fault-retry-after")
def test_retry_after_is_true(caller: Caller) -> None:
    armed(caller, Fault(status=429, retry_after=30))
    assert caller.say().headers["Retry-After"] == "30"
    caller.clock.advance(10.5)
    early = caller.say()
    assert (early.status, early.headers["Retry-After"]) == (429, "20")
    assert "too early" in early.headers["X-Mock-Hint"]
    caller.clock.advance(19.5)
    assert caller.say().status == 200
    (found,) = listed(caller)
    assert (found["hits"], found["earlyCalls"], found["remaining"]) == (1, 1, 0)
    assert [fault["early"] for fault in fired(caller)] == [False, True]


def test_each_refusal_has_its_own_wait(caller: Caller) -> None:
    armed(caller, Fault(rule="proxy-unavailable", times=2))
    found = []
    for _ in range(4):
        found.append(caller.say().status)
        caller.clock.advance(1)
    assert found == [503, 503, 200, 200]


def test_without_retry_after_nothing_is_promised(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(send_retry_after=False)
    armed(caller, Fault(status=429, retry_after=30))
    answer = caller.say()
    assert answer.status == 429
    assert "Retry-After" not in answer.headers
    assert caller.say().status == 200


def test_no_wait_is_a_promise_too(caller: Caller) -> None:
    armed(caller, Fault(status=429, retry_after=0))
    assert caller.say().headers["Retry-After"] == "0"
    assert caller.say().status == 200


def test_a_clock_that_is_set_back_makes_nobody_wait_longer(caller: Caller) -> None:
    armed(caller, Fault(status=429, retry_after=5))
    caller.say()
    caller.clock.advance(-1000)
    assert caller.say().headers["Retry-After"] == "5"


# What it answers


@pytest.mark.behaviour("fault-proxy-page")
@pytest.mark.parametrize("status", [403, 502, *range(520, 530)])
def test_a_proxy_answers_in_html_and_knows_nothing_of_the_platform(
    caller: Caller, status: int
) -> None:
    armed(caller, Fault(proxy_status=status))
    answer = caller.say()
    assert answer.status == status
    assert answer.media_type == "text/html; charset=UTF-8"
    assert answer.body.startswith(b"<!DOCTYPE html>")
    assert f"Error {status}".encode() in answer.body
    assert {"Server", "CF-RAY", "X-Mock-Rule", "X-Trace-Id"} <= set(answer.headers)
    assert not [name for name in answer.headers if name.startswith("X-RateLimit")]


@pytest.mark.parametrize("transport", list(Transport))
def test_a_broken_connection_takes_the_good_answer_with_it(
    caller: Caller, transport: Transport
) -> None:
    armed(caller, Fault(transport=transport, phase=AFTER, latency=fixed(1)))
    answer = caller.say()
    assert (answer.transport, answer.delay, answer.status) == (transport, 1, 200)
    assert content(answer)["response"].startswith("Turn 1.")
    (fault,) = fired(caller)
    assert (fault["kind"], fault["label"], fault["delay"]) == ("transport", transport, 1)


@pytest.mark.behaviour("fault-latency")
def test_a_late_answer_is_the_agents_own(caller: Caller) -> None:
    armed(caller, Fault(latency=fixed(0.25)))
    answer = caller.say()
    assert (answer.rule, answer.delay, answer.headers["X-Mock-Fault"]) == ("reply", 0.25, "fault-1")


def delays(caller: Caller, fault: Fault) -> list[float]:
    armed(caller, fault)
    return [caller.say().delay for _ in range(20)]


@pytest.mark.parametrize("latency", [uniform(1, 2), lognormal(0.3, 0.5)])
def test_the_same_seed_gives_the_same_delays(
    caller_with: Callable[..., Caller], latency: Any
) -> None:
    fault = Fault(latency=latency, times=20)
    callers = [caller_with(store=open_store("memory:"), seed=seed) for seed in (1, 1, 2)]
    runs = [delays(caller, fault) for caller in callers]
    assert runs[0] == runs[1] != runs[2]
    assert len(set(runs[0])) == 20


# Arming


def test_a_fault_keeps_its_name_and_begins_anew_when_armed_again(caller: Caller) -> None:
    for _ in range(2):
        armed(caller, Fault(id="broken", status=500))
        assert statuses(caller, 2) == [500, 200]
    assert [each["id"] for each in listed(caller)] == ["broken"]


def test_faults_without_a_name_are_numbered(caller: Caller) -> None:
    for number in (1, 2, 3):
        assert armed(caller, Fault(status=500)).id == f"fault-{number}"
    assert disarm(caller.emulator.namespaces, "", "fault-2") == 1
    assert armed(caller, Fault(status=500)).id == "fault-2"


def test_a_disarmed_fault_is_gone(caller: Caller) -> None:
    armed(caller, Fault(status=500, times=5))
    armed(caller, Fault(status=503))
    statuses(caller, 1)
    assert disarm(caller.emulator.namespaces, "", "unknown") == 0
    assert disarm(caller.emulator.namespaces, "") == 2
    assert listed(caller) == []
    assert statuses(caller, 1) == [200]


def test_a_reset_disarms_and_a_snapshot_remembers(caller: Caller) -> None:
    armed(caller, Fault(status=500, times=3))
    statuses(caller, 1)
    space = caller.emulator.namespaces.shared()
    snapshot = space.snapshot()
    statuses(caller, 1)
    space.reset()
    assert listed(caller) == []
    space.restore(snapshot)
    assert [each["remaining"] for each in listed(caller)] == [2]


@pytest.mark.parametrize(
    ("fault", "lesson"),
    [
        (Fault(status=500, operation_id="executeAgents"), "did you mean 'executeAgent'?"),
        (Fault(status=500, operation_id="?"), "known are executeAgent, executeAgent-deprecated"),
        (Fault(status=418), "documents no 418 here — choose one of 400, 401"),
        (Fault(rule="server-eror"), "did you mean 'server-error'?"),
        (Fault(rule="reply"), "there is no error response 'reply' here"),
    ],
)
def test_what_could_never_fire_is_refused(caller: Caller, fault: Fault, lesson: str) -> None:
    with pytest.raises(FaultError) as refused:
        armed(caller, fault)
    assert lesson in str(refused.value)
    assert listed(caller) == []


def test_a_space_holds_only_so_many(caller: Caller) -> None:
    for _ in range(MAX_ARMED):
        armed(caller, Fault(status=500))
    with pytest.raises(FaultError, match="100 faults are already armed"):
        armed(caller, Fault(status=500))
    armed(caller, Fault(id="fault-7", status=503))


# Counting


@pytest.mark.behaviour("fault-first-calls")
@pytest.mark.parametrize("url", ["memory:", "sqlite:///{folder}/mock.db"])
@pytest.mark.parametrize("when", list(FaultPhase))
def test_the_count_is_exact_over_threads_and_emulators(
    caller_with: Callable[..., Caller], tmp_path: Any, url: str, when: FaultPhase
) -> None:
    stores = [open_store(url.format(folder=tmp_path)) for _ in range(2 if "sqlite" in url else 1)]
    callers = [caller_with(store=store) for store in (stores * 2)[:2]]
    armed(callers[0], Fault(status=500, times=17, phase=when))
    with ThreadPoolExecutor(8) as pool:
        answers: list[Response] = list(pool.map(lambda n: callers[n % 2].say(), range(60)))
    assert [each.status for each in answers].count(500) == 17
    assert [each["hits"] for each in listed(callers[1])] == [17]
    assert sorted(fault["hit"] for fault in fired(callers[1])) == list(range(1, 18))


def test_the_echo_agent_is_who_these_tests_talk_to(caller: Caller) -> None:
    armed(caller, Fault(status=500, agent_id=ECHO_ID))
    assert statuses(caller, 2) == [500, 200]
