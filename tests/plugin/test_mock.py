"""`Mock` without the pytest plug-in."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPMethod, HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadway_mock.agents.registry import OTHER_LOCATION_TOKEN
from leadway_mock.config.settings import SettingsError
from leadway_mock.dialogues import DialogueError, dialogue, parse_dialogue
from leadway_mock.faults import Fault, FaultError, Transport
from leadway_mock.testing import Host, Mock, UnexpectedInteractionError
from tests.plugin.client import BOOKING, say, send


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.close()


@pytest.fixture
def mock(host: Host) -> Iterator[Mock]:
    mock = Mock(shared_host=host).open()
    yield mock
    mock.close()


def test_mock_verifies_at_the_end_of_its_block(host: Host) -> None:
    with (
        pytest.raises(UnexpectedInteractionError, match="turn 1 of 'dialogue-01'"),
        Mock(shared_host=host) as mock,
    ):
        mock.dialogue(BOOKING)
    with Mock(shared_host=host, strict=False) as mock:
        mock.dialogue(BOOKING)
    with Mock(shared_host=host, allow="unused") as mock:
        mock.dialogue(BOOKING)


def test_mock_annotates_an_error_that_leaves_its_block(host: Host) -> None:
    with pytest.raises(KeyError) as caught, Mock(shared_host=host, dialogue=BOOKING):
        raise KeyError
    assert "turn 1 of 'dialogue-01'" in caught.value.__notes__[0]


def test_mock_with_its_own_host_accepts_any_setting_and_leaves_no_thread(tmp_path: Path) -> None:
    store = tmp_path / "mock.db"
    before = set(threading.enumerate())
    with Mock(seed=1, store=f"sqlite:///{store}", any_token=True) as mock:
        say(mock, "Hi")
        (session,) = mock.sessions
    with Mock(seed=1, store=f"sqlite:///{store}", any_token=True) as mock:
        assert send(mock, "Still there?", executionId=session.execution_id).status_code == 200
        mock.assert_turns(2)
    assert set(threading.enumerate()) <= before


def test_closed_mock_raises() -> None:
    with pytest.raises(RuntimeError, match="with Mock"):
        _ = Mock().url


def control(mock: Mock, method: str, path: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    httpx.request(method, f"{mock.url}/__mock/{path}", headers=headers).raise_for_status()


@pytest.mark.parametrize("any_token", [True, False])
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("close", [True, False])
def test_namespaces_that_the_application_opens_are_judged(
    host: Host, *, any_token: bool, own: bool, close: bool
) -> None:
    mock = Mock(shared_host=host, any_token=any_token).open()
    token = mock.token if own else "pit-12345678-0000-4000-8000-000000000001"
    control(mock, "PUT", "namespace", token)
    headers = mock.headers | {"Authorization": f"Bearer {token}"}
    body = {"input": "Hi", "locationId": mock.location_id}
    assert httpx.post(mock.execute_url, headers=headers, json=body).status_code == 422
    if close:
        control(mock, "DELETE", "namespace", token)
    with pytest.raises(UnexpectedInteractionError, match="422 body-invalid"):
        mock.verify()
    mock.close()
    assert host.emulator.namespaces.list_open() == []


def test_mocks_on_one_host_do_not_judge_each_other(host: Host) -> None:
    with Mock(shared_host=host) as outer:
        with Mock(shared_host=host, strict=False) as inner:
            send(inner, "Hi", unknown=1)
            inner.fault(status=500)
        say(outer, "Hi")


def test_repr_says_what_it_is(host: Host) -> None:
    mock = Mock(dialogue=BOOKING)
    assert [repr(each) for each in (mock, mock.journal, mock.clock)] == [
        "<Mock, not running>",
        "<MockJournal, not running>",
        "<MockClock, not running>",
    ]
    with Mock(shared_host=host, dialogue=BOOKING, faults={"status": 500}) as mock:
        send(mock, "haircut")
        say(mock, "haircut", "monday")
        mock.clock.freeze("2026-11-22T09:00:00Z")
        place = f"{mock.url}, namespace {mock.namespace.name}"
        assert repr(mock) == f"<Mock {place}: 1 session, 3 requests, 1 dialogue, 1 fault>"
        assert repr(mock.journal) == "<MockJournal: 3 requests>"
        assert repr(mock.clock) == "<MockClock 2026-11-22T09:00:00+00:00, frozen>"
        assert repr(host) == f"<Host {mock.url}>"
    with Mock(any_token=True) as mock:
        assert repr(mock).startswith("<Mock without a socket, shared namespace: 0 sessions, ")


BUILDER = dialogue("built").user("haircut").agent("Which day?")


@pytest.mark.parametrize(
    "source",
    [
        "\n    user: haircut\n    agent: Which day?\n",
        "turns:\n  - user: haircut\n    agent: Which day?\n",
        BUILDER,
        BUILDER.build(),
        parse_dialogue("user: haircut\nagent: Which day?\n"),
        "booking.txt",
        Path("booking.txt"),
        "dialogues",
    ],
    ids=["transcript", "YAML", "builder", "built", "parsed", "name", "path", "folder"],
)
def test_dialogue_accepts_every_form(host: Host, tmp_path: Path, source: Any) -> None:
    for path in (tmp_path / "booking.txt", tmp_path / "dialogues" / "booking.txt"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("user: haircut\nagent: Which day?\n")
    with Mock(shared_host=host, dialogue=source, folder=tmp_path) as mock:
        assert say(mock, "A haircut") == ["Which day?"]


def test_texts_are_tried_in_the_given_order(mock: Mock) -> None:
    mock.dialogue("user: hi\nagent: first", "user: hi\nagent: second")
    mock.dialogue("user: bye\nagent: third")
    assert say(mock, "hi") == ["first"]
    assert say(mock, "bye") == ["third"]
    with pytest.raises(UnexpectedInteractionError, match="turn 1 of 'dialogue-02'"):
        mock.verify()


def test_dialogue_can_create_its_agent(mock: Mock) -> None:
    (added,) = mock.dialogue("user: hi\nagent: ho", agent="myveryownagent0000000000")
    assert added.agents == ("myveryownagent0000000000",)
    mock.agent_id = "myveryownagent0000000000"
    assert say(mock, "hi") == ["ho"]


@pytest.mark.parametrize("source", ["no-such-file.txt", Path("nowhere"), "user: hi"])
def test_invalid_dialogue_is_an_error(mock: Mock, source: Any) -> None:
    with pytest.raises(DialogueError):
        mock.dialogue(source)


def test_one_alternative_of_a_branch_is_enough(host: Host) -> None:
    script = """
        turns:
          - user: haircut
            agent: Which day?
          - branch:
              - - user: monday
                  agent: Closed.
                - user: then not
                  agent: Goodbye.
              - - user: tuesday
                  agent: When?
                - user: noon
                  agent: Fine.
    """
    with Mock(shared_host=host, dialogue=script) as mock:
        say(mock, "haircut", "tuesday", "noon")
    with (
        pytest.raises(UnexpectedInteractionError) as caught,
        Mock(shared_host=host, dialogue=script) as mock,
    ):
        say(mock, "haircut", "tuesday")
    assert re.findall(r"(?m)^  turn (\d) of", str(caught.value)) == ["5"]
    with (
        pytest.raises(UnexpectedInteractionError) as caught,
        Mock(shared_host=host, dialogue=script) as mock,
    ):
        say(mock, "haircut")
    assert re.findall(r"(?m)^  turn (\d) of", str(caught.value)) == ["2", "3", "4", "5"]


@pytest.mark.parametrize(
    "fault",
    [Fault(status=500, times=2), {"status": 500, "times": 2}, None],
    ids=["value", "JSON", "fields"],
)
def test_fault_accepts_every_form(mock: Mock, fault: Any) -> None:
    armed = mock.fault(fault) if fault else mock.fault(status=500, times=2)
    assert armed.id == "fault-1"
    assert [send(mock, "Hi").status_code for _ in range(3)] == [500, 500, 200]
    mock.assert_requests(2, fault="fault-1")
    mock.verify()


def test_fault_can_delay_and_lose_a_response(mock: Mock) -> None:
    mock.fault(latency="50ms")
    began = time.monotonic()
    assert send(mock, "Hi").status_code == 200
    assert time.monotonic() - began > 0.05
    mock.fault(transport=Transport.EMPTY_RESPONSE, phase="after-commit")
    with pytest.raises(Exception, match="disconnected"):
        send(mock, "Hi")
    mock.assert_turns(1, 1)


def test_connections_can_be_refused(mock: Mock) -> None:
    with httpx.Client(headers=mock.headers) as client:
        body = {"message": "Hi", "locationId": mock.location_id}
        for _ in range(2):
            assert client.post(mock.execute_url, json=body).status_code == 200
            with mock.refuse_connections():
                for _ in range(2):
                    with pytest.raises(httpx.ConnectError):
                        client.post(mock.execute_url, json=body)
                with pytest.raises(OSError, match="in use"), socket.socket() as other:
                    other.bind(("127.0.0.1", int(mock.url.rpartition(":")[2])))
        assert client.post(mock.execute_url, json=body).status_code == 200
    mock.assert_turns(1, 1, 1)
    with Mock(serve=False) as other, pytest.raises(RuntimeError, match="with a server"):
        other.refuse_connections()


def test_server_stops_while_it_refuses_connections() -> None:
    before = set(threading.enumerate())
    mock = Mock().open()
    assert mock.url
    with mock.refuse_connections():
        mock.close()
    assert set(threading.enumerate()) <= before


def test_invalid_fault_is_an_error(mock: Mock) -> None:
    with pytest.raises(FaultError, match="there is no operation 'executeAgnt'"):
        mock.fault(status=500, operation_id="executeAgnt")


def test_clock_can_be_moved(mock: Mock) -> None:
    mock.clock.freeze(datetime(2026, 11, 22, 9, tzinfo=UTC))
    first = send(mock, "Hi").json()["executionId"]
    mock.clock.advance(timedelta(minutes=30))
    assert mock.clock.now() == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    assert send(mock, "Hi", executionId=first).status_code == 200
    mock.clock.advance(1801)
    assert send(mock, "Hi", executionId=first).headers["X-Mock-Rule"] == "session-expired"
    mock.clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    mock.clock.resume()
    assert mock.clock.now().year == 2027
    mock.clock.reset()
    assert abs(mock.clock.now() - datetime.now(UTC)) < timedelta(seconds=30)
    mock.clock.set("2026-11-22T09:00:00Z")
    assert mock.clock.now() >= datetime(2026, 11, 22, 9, tzinfo=UTC)
    with pytest.raises(ValueError, match="yesterday"):
        mock.clock.freeze("yesterday")
    with pytest.raises(ValueError, match=r"must be 0 or more, not -1 s; set\(\)"):
        mock.clock.advance(-1)
    with pytest.raises(ValueError, match="time zone"):
        mock.clock.freeze(datetime(2026, 11, 22))  # noqa: DTZ001 - that is the point


def test_settings_change_for_one_test_only(host: Host, mock: Mock) -> None:
    mock.settings(unknown_session="new-session", seed=7)
    assert send(mock, "Hi", executionId="gone").status_code == 200
    with Mock(shared_host=host, allow=("wrong-token",)) as other:
        assert send(other, "Hi", executionId="gone").status_code == 404
    mock.settings(unknown_session=None)
    assert send(mock, "Hi", executionId="gone").status_code == 404
    with pytest.raises(SettingsError, match="did you mean 'profile'"):
        mock.settings(profil="observed")


def test_assert_said_and_assert_turns(mock: Mock) -> None:
    say(mock, "A haircut, please", "On Tuesday")
    mock.assert_said("A haircut, please", re.compile("(?i)tuesday"))
    with pytest.raises(AssertionError) as caught:
        mock.assert_said("A haircut, please")
    assert "1. user:  A haircut, please\n     agent: Turn 1." in str(caught.value)
    with pytest.raises(AssertionError, match=r"Turns of the conversations: 2; expected: 1\."):
        mock.assert_turns(1)
    (conversation,) = mock.sessions
    assert conversation.messages == ["A haircut, please", "On Tuesday"]
    assert conversation.responses[1].startswith("Turn 2.")
    assert conversation.agent_id == mock.agent_id
    assert (conversation.contact_id, conversation.goal_completion) == (None, False)


def test_assertions_without_any_conversation(mock: Mock) -> None:
    mock.assert_turns()
    with pytest.raises(AssertionError, match="There is no conversation"):
        mock.assert_said("Hi")


def test_journal_finds_requests(mock: Mock) -> None:
    say(mock, "Hi", "Ho")
    send(mock, "Ha", executionId="gone")
    assert len(mock.journal) == 3
    assert [entry["response"]["status"] for entry in mock.journal] == [200, 200, 404]
    assert mock.journal.count(status="2xx") == 2
    assert mock.journal.count(rule=["session-unknown", "session-expired"]) == 1
    assert mock.journal.count(body='"Ho"', agent_id=mock.agent_id, turn=2) == 1
    with pytest.raises(AssertionError, match=r"(?s)1 requests with status=404.* -> 404 "):
        mock.assert_requests(2, status=404)
    with pytest.raises(TypeError, match=r"did you mean 'agent_id'\?"):
        mock.journal.find(agentid="x")


def test_wait_for_requests_in_the_background(mock: Mock) -> None:
    later = threading.Timer(0.1, say, (mock, "Hi", "Ho"))
    later.start()
    entries = mock.wait_for(2, status=200)
    assert [entry["turn"] for entry in entries] == [1, 2]
    later.join()
    with pytest.raises(AssertionError, match=r"2 of 3 requests within 0\.05 seconds"):
        mock.wait_for(3, timeout=0.05)


def test_assert_conformant(mock: Mock) -> None:
    say(mock, "Hi", "Ho")
    mock.assert_conformant()
    for _ in range(3):
        say(mock, "Hi again")
    send(mock, "Hi", executionId="made-up")
    with pytest.raises(AssertionError, match="execution-id-invented"):
        mock.assert_conformant()
    mock.assert_conformant(allow=mock.conformance().ids)


def test_built_in_test_token_is_expected(mock: Mock) -> None:
    own = mock.token
    mock.token = OTHER_LOCATION_TOKEN
    assert send(mock, "Hi").status_code == 403
    mock.token = own
    mock.verify()


def test_a_query_takes_enumerations_and_collections(mock: Mock) -> None:
    assert send(mock, "Hi").status_code == 200
    assert mock.journal.count(status=HTTPStatus.OK, method=HTTPMethod.POST, rule="reply") == 1
    assert mock.journal.count(status=(200, 404)) == mock.journal.count(rule={"reply"}) == 1
    assert mock.journal.count(status="4xx") == 0
