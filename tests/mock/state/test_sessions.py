from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leadway_mock.agents.builtin import ECHO_ID, GOAL_ID
from leadway_mock.agents.registry import OTHER_LOCATION
from leadway_mock.state.sessions import Session, Turn
from leadway_mock.store import open_store
from tests.mock.client import DEPRECATED, LOCATION, Caller, content


def turns(caller: Caller, execution_id: str) -> list[Turn]:
    return caller.emulator.sessions.transcript(execution_id, limit=1000)


def test_the_first_message_begins_a_session_and_the_next_ones_continue_it(caller: Caller) -> None:
    first = content(caller.say("one"))
    second = content(caller.say("two", executionId=first["executionId"]))
    assert first["executionId"] == second["executionId"]
    assert first["interactionId"] != second["interactionId"]
    assert first["response"].startswith("Turn 1")
    assert second["response"].startswith("Turn 2")
    assert [turn.message for turn in turns(caller, first["executionId"])] == ["one", "two"]


def test_both_paths_share_a_session(caller: Caller) -> None:
    execution_id = caller.begin()
    body = {"message": "two", "locationId": LOCATION, "executionId": execution_id}
    response = content(caller.send(body, path=DEPRECATED))
    assert response["executionId"] == execution_id
    assert response["response"].startswith("Turn 2")


def test_without_an_execution_id_each_message_is_a_session(caller: Caller) -> None:
    assert caller.begin() != caller.begin()
    assert caller.begin(executionId="") != caller.begin()
    assert caller.emulator.sessions.count() == 4


def test_a_rejected_message_is_not_a_turn(caller: Caller) -> None:
    execution_id = caller.begin()
    assert caller.say("", executionId=execution_id).status == 422
    assert content(caller.say("two", executionId=execution_id))["response"].startswith("Turn 2")


@pytest.mark.parametrize(
    ("idle", "rule"), [(1800, "reply"), (1800.1, "session-expired"), (90_000, "session-expired")]
)
def test_a_session_lives_for_30_idle_minutes(caller: Caller, idle: float, rule: str) -> None:
    execution_id = caller.begin()
    caller.clock.advance(idle)
    assert caller.say(executionId=execution_id).rule == rule


def test_each_turn_gives_a_session_its_30_minutes_again(caller: Caller) -> None:
    execution_id = caller.begin()
    for _ in range(3):
        caller.clock.advance(1700)
        assert caller.say(executionId=execution_id).status == 200


def test_how_long_a_session_lives_is_a_setting(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(session_idle_seconds=5)
    execution_id = caller.begin()
    caller.clock.advance(5.5)
    response = caller.say(executionId=execution_id)
    assert response.rule == "session-expired"
    assert "more than 5 seconds" in response.hint


def misused(caller: Caller, kind: str) -> dict[str, str]:
    """Return fields and agent of a call that misuses a session in one of four ways."""
    execution_id = caller.begin()
    if kind == "expired":
        caller.clock.advance(2000)
    return {
        "unknown": {"executionId": "a1b2c3d4e5f6g7h8i9j0k1l2"},
        "expired": {"executionId": execution_id},
        "foreign-agent": {"executionId": execution_id, "agent": GOAL_ID},
        "foreign-location": {"executionId": execution_id, "locationId": OTHER_LOCATION},
    }[kind]


KINDS = ["unknown", "expired", "foreign-agent", "foreign-location"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("setting", "suffix"), [("404", ""), ("400", "-400")])
def test_a_session_that_cannot_go_on_is_rejected_as_the_setting_says(
    caller_with: Callable[..., Caller], kind: str, setting: str, suffix: str
) -> None:
    caller = caller_with(unknown_session=setting)
    response = caller.say(**misused(caller, kind))
    assert (response.status, response.rule) == (int(setting), f"session-{kind}{suffix}")
    assert response.evidence == "invented"
    assert content(response)["statusCode"] == int(setting)
    assert "Leave executionId out of the first message" in response.hint
    assert caller.emulator.sessions.count() == 1


@pytest.mark.parametrize("kind", KINDS)
def test_or_it_is_replaced_by_a_new_one(caller_with: Callable[..., Caller], kind: str) -> None:
    caller = caller_with(unknown_session="new-session")
    fields = misused(caller, kind)
    response = caller.say(**fields)
    assert response.status == 200
    assert content(response)["executionId"] != fields["executionId"]
    assert caller.emulator.sessions.count() == 2


def test_turns_that_race_get_every_number_once(caller: Caller) -> None:
    execution_id = caller.begin()
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: caller.say(executionId=execution_id), range(40)))
    said = sorted(
        int(content(response)["response"].split()[1].strip(".")) for response in responses
    )
    assert said == list(range(2, 42))
    assert [turn.number for turn in turns(caller, execution_id)] == list(range(1, 42))
    assert len({turn.interaction_id for turn in turns(caller, execution_id)}) == 41


def test_a_turn_is_committed_only_behind_the_one_it_was_made_for(caller: Caller) -> None:
    sessions = caller.emulator.sessions
    execution_id = caller.begin()
    seen = sessions.find(execution_id)
    assert seen is not None
    assert seen.newest is not None
    caller.say(executionId=execution_id)
    assert sessions.commit(seen, seen.newest) is False
    assert sessions.commit(Session(execution_id), seen.newest) is False
    assert len(turns(caller, execution_id)) == 2


def test_the_oldest_sessions_are_dropped(caller_with: Callable[..., Caller]) -> None:
    caller = caller_with(max_sessions=3)
    ids = [caller.begin() for _ in range(5)]
    assert caller.emulator.sessions.count() == 3
    rules = [caller.say(executionId=execution_id).rule for execution_id in ids]
    assert rules == ["session-unknown"] * 2 + ["reply"] * 3


def test_sessions_are_listed_page_by_page(caller: Caller) -> None:
    ids = [caller.begin() for _ in range(5)]
    sessions = caller.emulator.sessions
    first = list(sessions.list_page(after=0, limit=3))
    rest = list(sessions.list_page(after=first[-1][0], limit=3))
    assert [session.id for _, session in first + rest] == ids


def test_a_transcript_holds_no_secret(caller: Caller) -> None:
    secret = "pit-99999999-9999-4999-8999-999999999999"
    execution_id = caller.begin(message=f"my token is {secret}")
    (turn,) = turns(caller, execution_id)
    assert secret not in turn.message + turn.response
    assert turn.message == "my token is pit-[redacted]"


def test_a_conversation_survives_a_restart_on_its_file(
    caller_with: Callable[..., Caller], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/mock.db"
    before = caller_with(store=open_store(url))
    execution_id = before.begin()
    before.emulator.close()
    after = caller_with(store=open_store(url))
    assert content(after.say(executionId=execution_id))["response"].startswith("Turn 2")
    assert after.begin() not in {execution_id, ECHO_ID}
