from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from leadway_mock.agents.builtin import ECHO_ID, GOAL_ID
from leadway_mock.agents.registry import OTHER_LOCATION
from leadway_mock.state.sessions import Session, Turn
from leadway_mock.store import open_store
from leadway_mock.store.base import PAGE
from tests.mock.client import DEPRECATED, LOCATION, EmulatorClient, content


def turns(client: EmulatorClient, execution_id: str) -> list[Turn]:
    return client.emulator.sessions.transcript(execution_id, limit=1000)


def test_the_first_message_begins_a_session_and_the_next_ones_continue_it(
    client: EmulatorClient,
) -> None:
    first = content(client.say("one"))
    second = content(client.say("two", executionId=first["executionId"]))
    assert first["executionId"] == second["executionId"]
    assert first["interactionId"] != second["interactionId"]
    assert first["response"].startswith("Turn 1")
    assert second["response"].startswith("Turn 2")
    assert [turn.message for turn in turns(client, first["executionId"])] == ["one", "two"]


def test_both_paths_share_a_session(client: EmulatorClient) -> None:
    execution_id = client.begin()
    body = {"message": "two", "locationId": LOCATION, "executionId": execution_id}
    response = content(client.send(body, path=DEPRECATED))
    assert response["executionId"] == execution_id
    assert response["response"].startswith("Turn 2")


def test_without_an_execution_id_each_message_is_a_session(client: EmulatorClient) -> None:
    assert client.begin() != client.begin()
    assert client.begin(executionId="") != client.begin()
    assert client.emulator.sessions.count() == 4


def test_a_rejected_message_is_not_a_turn(client: EmulatorClient) -> None:
    execution_id = client.begin()
    assert client.say("", executionId=execution_id).status == 422
    assert content(client.say("two", executionId=execution_id))["response"].startswith("Turn 2")


@pytest.mark.parametrize(
    ("idle", "rule"), [(1800, "reply"), (1800.1, "session-expired"), (90_000, "session-expired")]
)
def test_a_session_lives_for_30_idle_minutes(
    client: EmulatorClient, idle: float, rule: str
) -> None:
    execution_id = client.begin()
    client.clock.advance(idle)
    assert client.say(executionId=execution_id).rule == rule


def test_each_turn_gives_a_session_its_30_minutes_again(client: EmulatorClient) -> None:
    execution_id = client.begin()
    for _ in range(3):
        client.clock.advance(1700)
        assert client.say(executionId=execution_id).status == 200


def test_the_idle_time_of_a_session_is_a_setting(
    client_with: Callable[..., EmulatorClient],
) -> None:
    client = client_with(session_idle_seconds=5)
    execution_id = client.begin()
    client.clock.advance(5.5)
    response = client.say(executionId=execution_id)
    assert response.rule == "session-expired"
    assert "more than 5 seconds" in response.hint


def misused(client: EmulatorClient, kind: str) -> dict[str, str]:
    """Return fields and agent of a call that misuses a session in one of four ways."""
    execution_id = client.begin()
    if kind == "expired":
        client.clock.advance(2000)
    return {
        "unknown": {"executionId": "a1b2c3d4e5f6g7h8i9j0k1l2"},
        "expired": {"executionId": execution_id},
        "foreign-agent": {"executionId": execution_id, "agent": GOAL_ID},
        "foreign-location": {"executionId": execution_id, "locationId": OTHER_LOCATION},
    }[kind]


KINDS = ["unknown", "expired", "foreign-agent", "foreign-location"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("setting", "suffix"), [("404", ""), ("400", "-400")])
def test_a_session_that_cannot_continue_has_the_status_of_the_setting(
    client_with: Callable[..., EmulatorClient], kind: str, setting: str, suffix: str
) -> None:
    client = client_with(unknown_session=setting)
    response = client.say(**misused(client, kind))
    assert (response.status, response.rule) == (int(setting), f"session-{kind}{suffix}")
    assert response.evidence == "invented"
    assert content(response)["statusCode"] == int(setting)
    message = str(content(response)["message"])
    assert "eave it out" in message
    assert response.hint
    assert "eave" not in response.hint  # The advice is in the message, and only there.
    assert client.emulator.sessions.count() == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_that_cannot_continue_may_be_replaced(
    client_with: Callable[..., EmulatorClient], kind: str
) -> None:
    client = client_with(unknown_session="new-session")
    fields = misused(client, kind)
    response = client.say(**fields)
    assert response.status == 200
    assert content(response)["executionId"] != fields["executionId"]
    assert client.emulator.sessions.count() == 2


def test_concurrent_turns_get_distinct_numbers(client: EmulatorClient) -> None:
    execution_id = client.begin()
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: client.say(executionId=execution_id), range(40)))
    said = sorted(
        int(content(response)["response"].split()[1].strip(".")) for response in responses
    )
    assert said == list(range(2, 42))
    assert [turn.number for turn in turns(client, execution_id)] == list(range(1, 42))
    assert len({turn.interaction_id for turn in turns(client, execution_id)}) == 41


def test_a_turn_is_committed_only_after_its_predecessor(client: EmulatorClient) -> None:
    sessions = client.emulator.sessions
    execution_id = client.begin()
    seen = sessions.find(execution_id)
    assert seen is not None
    assert seen.newest is not None
    client.say(executionId=execution_id)
    store = client.emulator.namespaces.shared().store
    for session in (seen, Session(execution_id)):
        assert store.commit(sessions.turn_writes(session, seen.newest)) is None
    assert len(turns(client, execution_id)) == 2


def test_the_oldest_sessions_are_dropped(client_with: Callable[..., EmulatorClient]) -> None:
    client = client_with(max_sessions=3)
    ids = [client.begin() for _ in range(5)]
    assert client.emulator.sessions.count() == 3
    rules = [client.say(executionId=execution_id).rule for execution_id in ids]
    assert rules == ["session-unknown"] * 2 + ["reply"] * 3


def test_sessions_are_listed_page_by_page(client: EmulatorClient) -> None:
    ids = [client.begin() for _ in range(5)]
    sessions = client.emulator.sessions
    first = list(islice(sessions.walk(), 3))
    rest = list(sessions.walk(after=first[-1][0]))
    assert [session.id for _, session in first + rest] == ids


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_page_of_deleted_sessions_does_not_end_the_list(
    client: EmulatorClient, *, newest_first: bool
) -> None:
    begun = [client.begin() for _ in range(PAGE + 1)]
    kept = begun.pop(0 if newest_first else -1)
    for each in begun:
        assert client.emulator.sessions.delete(each)
    listed = client.emulator.sessions.walk(newest_first=newest_first)
    assert [session.id for _, session in listed] == [kept]


def test_a_transcript_holds_no_secret(client: EmulatorClient) -> None:
    secret = "pit-99999999-9999-4999-8999-999999999999"
    execution_id = client.begin(message=f"my token is {secret}")
    (turn,) = turns(client, execution_id)
    assert secret not in turn.message + turn.response
    assert turn.message == "my token is pit-[redacted]"


def test_a_conversation_survives_a_restart_on_its_file(
    client_with: Callable[..., EmulatorClient], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/mock.db"
    before = client_with(store=open_store(url))
    execution_id = before.begin()
    before.emulator.close()
    after = client_with(store=open_store(url))
    assert content(after.say(executionId=execution_id))["response"].startswith("Turn 2")
    assert after.begin() not in {execution_id, ECHO_ID}
