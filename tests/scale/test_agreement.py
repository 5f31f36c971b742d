"""Several workers or machines are one mock: what one was told, all know; they count together."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.contract.service import Service, turn
from tests.scale.crowd import AGENTS, HEARD, Crowd, crowd, soon, told
from tests.scale.machines import machines

pytestmark = pytest.mark.xdist_group("workers")

AT_ONCE = 16


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    file = tmp_path_factory.mktemp("store") / "mock.db"
    with crowd("--store", f"sqlite:///{file}", "--seed", "7") as started:
        yield started


@pytest.fixture(scope="module")
def fleet() -> Iterator[list[Service]]:
    with machines(2, "--seed", "7") as started, started.services() as services:
        yield services


@pytest.fixture
def two(crew: Crowd) -> Crowd:
    """A mock of two workers on one file, as if just started."""
    told(crew.service, "/reset")
    return crew


@pytest.fixture
def each_worker(two: Crowd) -> Iterator[list[Service]]:
    """The same mock through the one worker, and through the other."""
    with ExitStack() as stack:
        yield [stack.enter_context(two.through(worker)) for worker in two.workers()]


@pytest.fixture
def each_machine(fleet: list[Service]) -> list[Service]:
    """Two mocks on one Redis server, as if just started."""
    told(fleet[0], "/reset")
    return fleet


@pytest.fixture(scope="module", params=["workers", "machines"])
def kind(request: pytest.FixtureRequest) -> str:
    """What there are several of."""
    return str(request.param)


@pytest.fixture
def each(kind: str, request: pytest.FixtureRequest) -> list[Service]:
    """The same mock through the one, and through the other."""
    name = "each_worker" if kind == "workers" else "each_machine"
    services: list[Service] = request.getfixturevalue(name)
    return services


@pytest.fixture
def ways(kind: str, request: pytest.FixtureRequest) -> list[Service]:
    """Ways to the same mock, which many may take at once; workers all accept on the one."""
    if kind == "machines":
        services: list[Service] = request.getfixturevalue("each_machine")
        return services
    return [request.getfixturevalue("two").service]


def say_all(ways: list[Service], number: int, **fields: Any) -> list[Any]:
    """Say `number` things at once; return the answers."""

    def say(count: int) -> Any:
        service = ways[count % len(ways)]
        return service.send(service.body(message=f"message {count}", **fields))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(say, range(number)))


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_conversation_goes_on_through_either_worker(each: list[Service]) -> None:
    session = each[0].say("Hello").execution_id
    for number, service in enumerate(each * 3, start=2):
        assert turn(service.say("And now?", execution_id=session)) == number


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_parallel_turns_through_both_have_no_gaps_and_no_doubles(ways: list[Service]) -> None:
    session = ways[0].say("Hello").execution_id
    answers = say_all(ways, 80, executionId=session)
    assert sorted(map(turn, answers)) == list(range(2, 82))
    shown = told(ways[-1], f"/sessions/{session}?limit=1000", "GET")["transcript"]
    assert [entry["turn"] for entry in shown] == list(range(1, 82))
    answered = {turn(answer): answer.json()["interactionId"] for answer in answers}
    assert answered == {entry["turn"]: entry["interactionId"] for entry in shown[1:]}


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_seeded_ids_are_minted_once_over_all_workers(ways: list[Service]) -> None:
    answers = [answer.json() for answer in say_all(ways, 60)]
    assert len({answer["executionId"] for answer in answers}) == 60
    assert len({answer["interactionId"] for answer in answers}) == 60
    refused = [answer.json() for answer in say_all(ways, 40, nonsense=1)]
    assert len({answer["traceId"] for answer in refused}) == 40


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_the_first_calls_of_a_fault_are_the_first_over_all_workers(ways: list[Service]) -> None:
    told(ways[0], "/faults", status=500, times=9)
    answers = say_all(ways, 40)
    assert sorted(answer.status_code for answer in answers) == [200] * 31 + [500] * 9
    (fault,) = told(ways[-1], "/faults", "GET")["faults"]
    assert (fault["hits"], fault["remaining"]) == (9, 0)


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_quota_is_used_up_by_all_workers_together(ways: list[Service]) -> None:
    told(ways[0], "/clock/freeze")
    told(ways[0], "/settings", "PATCH", enforce_quotas=True, quota_10_seconds=11)
    answers = say_all(ways, 30)
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [429] * 19


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_space_opened_through_one_worker_is_its_tokens_for_all(each: list[Service]) -> None:
    one, other = each
    begun = one.say("Hello").execution_id
    with own_space(one) as mine:
        assert other.call("Still there?", execution_id=begun).status_code == 404
        own = other.say("Hello").execution_id
        assert turn(one.say("And now?", execution_id=own)) == 2
        shown = other.http.get("/__mock/space", headers=mine).json()
        assert (shown["own"], shown["sessions"]) == (True, 1)
        listed = told(other, "/sessions", "GET")["sessions"]
        assert [session["executionId"] for session in listed] == [begun]
    assert turn(other.say("Still there?", execution_id=begun)) == 2


@contextmanager
def own_space(service: Service) -> Iterator[dict[str, str]]:
    """Open a space of its own for the token of a service; give the headers that mean it."""
    mine = {"Authorization": f"Bearer {service.caller.token}"}
    service.http.put("/__mock/space", json={}, headers=mine).raise_for_status()
    try:
        yield mine
    finally:
        service.http.request("DELETE", "/__mock/space", json={}, headers=mine).raise_for_status()


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_clock_moved_through_one_worker_moves_for_all(each: list[Service]) -> None:
    one, other = each
    session = one.say("Hello").execution_id
    told(one, "/clock/freeze", time="2030-01-01T00:00:00Z")
    assert told(other, "/clock", "GET")["time"] == "2030-01-01T00:00:00.000Z"
    assert other.call("Still there?", execution_id=session).status_code == 404


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_settings_changed_through_one_worker_hold_for_all(each: list[Service]) -> None:
    one, other = each
    assert other.call("Hello", execution_id="nobody").status_code == 404
    told(one, "/settings", "PATCH", unknown_session="400")
    assert other.call("Hello", execution_id="nobody").status_code == 400


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_a_dialogue_put_through_one_worker_is_played_by_all(each: list[Service]) -> None:
    one, other = each
    turns = [{"user": "a", "agent": "one"}, {"user": "b", "agent": "two"}]
    dialogue = {"agent": "barber", "turns": turns}
    told(one, "/dialogues/talk", "PUT", dialogue=dialogue)
    begun = other.say("a", agent_id="barber")
    told(one, "/dialogues/talk", "DELETE")
    assert begun.response == "one"
    goes_on = one.say("b", agent_id="barber", execution_id=begun.execution_id)
    assert goes_on.response == "two"


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_who_waits_at_one_worker_sees_what_the_other_answers(each: list[Service]) -> None:
    one, other = each
    with ThreadPoolExecutor(1) as pool:
        wait = partial(told, one, "/journal/wait", match={"body": "haircut"}, timeout=30)
        waiting = pool.submit(wait)
        other.say("A haircut, please.")
        assert waiting.result(60)["met"] is True


@pytest.mark.behaviour("workers-agree", "machines-agree")
def test_the_verdict_is_on_what_all_workers_heard(each: list[Service]) -> None:
    each[0].say("Hello")
    each[1].call("Hello", execution_id="nobody")
    for service in each:
        verdict = told(service, "/verdict", "GET")
        assert verdict["requests"] == 2
        assert [finding["id"] for finding in verdict["findings"]] == ["execution-id-invented"]


@pytest.mark.behaviour("workers-agree")
def test_the_numbers_are_the_sum_over_all_workers(two: Crowd, each_worker: list[Service]) -> None:
    each_worker[0].say("Hello")
    before = two.metric(HEARD)
    for times, service in enumerate(each_worker, start=3):
        for _ in range(times):
            service.say("Hello")
    for service in each_worker:
        text = service.http.get("/__mock/metrics").text
        assert f"{HEARD} {before + 7:.0f}\n" in text
        assert "leadway_mock_workers 2\n" in text


@pytest.mark.behaviour("workers-agree")
def test_health_says_how_many_workers_there_are(two: Crowd) -> None:
    assert two.get("/health").json()["workers"] == 2
    refused = two.service.http.patch("/__mock/settings", json={"workers": 3})
    assert "workers cannot change while the mock runs" in refused.json()["message"]


@pytest.mark.behaviour("workers-agree")
def test_each_worker_reads_files_again_and_tells_what_is_wrong_with_them(tmp_path: Path) -> None:
    file = tmp_path / "agents.yaml"
    file.write_text(AGENTS % "old")
    with crowd("--agents-file", str(file)) as two, ExitStack() as stack:
        each = [stack.enter_context(two.through(worker)) for worker in two.workers()]
        file.write_text(AGENTS % "brand new")
        for service in each:
            assert soon(partial(says, service, "brand new"))
        file.write_text("agents: nonsense")
        for service in each:
            assert soon(partial(is_in_trouble, service))
            assert says(service, "brand new")


def says(service: Service, answer: str) -> bool:
    return service.say(agent_id="desk").response == answer


def is_in_trouble(service: Service) -> bool:
    return "agents" in told(service, "/health", "GET")["troubles"]
