"""Dialogues in the emulator: sessions, namespaces, journal, unused turns."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from leadway_mock.dialogues import Dialogue, DialogueError, dialogue, parse_dialogue, user
from leadway_mock.dialogues.model import to_text
from leadway_mock.dialogues.reports import DIALOGUE_ENDED
from leadway_mock.http.messages import Response
from leadway_mock.store import Store
from tests.mock.client import EmulatorClient, content

BOOKING = """
user: haircut
agent: Which day?
user: /(?P<day>monday|tuesday)/i
agent: {{day}} it is.
"""


def text_of(response: Response) -> str:
    return str(content(response)["response"])


def test_a_transcript_is_played_session_by_session(client: EmulatorClient) -> None:
    client.emulator.dialogues.put("", parse_dialogue(BOOKING, name="booking"))

    one, other = client.say("A haircut, please"), client.say("haircut!")
    ids = [content(response)["executionId"] for response in (one, other)]
    said = zip(("Monday", "tuesday"), ids, strict=True)
    days = [client.say(day, executionId=session) for day, session in said]

    assert [text_of(response) for response in (one, other)] == ["Which day?", "Which day?"]
    assert [text_of(response) for response in days] == ["Monday it is.", "tuesday it is."]
    assert {response.rule for response in (one, other, *days)} == {"reply"}


def test_a_message_that_no_turn_expects_leaves_the_session_where_it_is(
    client: EmulatorClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.emulator.dialogues.put("", parse_dialogue(BOOKING, name="booking", file="b.txt"))
    session = client.begin(message="haircut")

    lost = client.say("Wednesday", executionId=session)
    found = client.say("Monday", executionId=session)

    assert (lost.status, lost.rule, lost.evidence) == (200, "unscripted-message", "invented")
    assert "b.txt:4" in lost.hint
    assert text_of(found) == "Monday it is."
    [entry] = [e for e in client.emulator.journal.entries(after=0, limit=9) if "nearMisses" in e]
    assert entry["nearMisses"][0]["line"] == 4
    assert entry["dialogue"] == {
        "name": "booking",
        "sessionTurn": 2,
        "turn": None,
        "after": 1,
        "captures": {},
    }
    assert "| message: Wednesday" in caplog.text


def test_a_message_after_the_end_gets_a_hint(
    client: EmulatorClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.emulator.dialogues.put("", parse_dialogue(BOOKING, name="booking"))
    session = client.begin(message="haircut")
    client.say("Monday", executionId=session)

    late = client.say("Thanks", executionId=session)

    assert late.rule == "unscripted-message"
    assert late.hint == (
        f"No turn expects this message: 'booking' ended after turn 2. {DIALOGUE_ENDED}"
    )
    assert f"No turn expects message 3 of session {session}." in caplog.text
    assert f"'booking', after turn 2.\nCaptured: day = Monday\n{DIALOGUE_ENDED}" in caplog.text


def test_dialogues_and_sessions_of_another_agent_are_not_in_the_hint(
    client: EmulatorClient,
) -> None:
    for agent, name in (("frontdesk", "a"), ("salon", "b")):
        talk = dialogue(name, agent=agent * 3).user("hello").agent("1").user("*").agent("2")
        client.emulator.dialogues.put("", talk.user("bye").agent("3"))

    lost = client.say("bye", agent="frontdesk" * 3)

    assert "Closest: turn 1 of 'a'" in lost.hint
    assert "'b'" not in lost.hint


def test_a_dialogue_can_reject_unexpected_messages(client: EmulatorClient) -> None:
    client.emulator.dialogues.put("", dialogue("x").user("a").agent("b").fallback("reject"))

    response = client.say("something else")

    assert (response.status, response.rule) == (400, "unscripted-rejected")
    assert client.emulator.sessions.count() == 0


def test_an_agent_named_only_by_a_dialogue_exists(client: EmulatorClient) -> None:
    scripted = dialogue("x", agent="someone").user().agent("Hello from {{versionId}}")
    client.emulator.dialogues.put("", scripted)

    assert text_of(client.say(agent="someone")).startswith("Hello from ")
    assert client.say(agent="nobody").rule == "agent-unknown"
    assert text_of(client.say("hi")) == "Turn 1. You said: hi"


def test_open_sessions_stay_on_the_version_they_began_with(client: EmulatorClient) -> None:
    dialogues = client.emulator.dialogues
    dialogues.put("", dialogue("x").user("a").agent("old 1").user("b").agent("old 2"))
    session = client.begin(message="a")
    dialogues.put("", dialogue("x").user("a").agent("new 1").user("b").agent("new 2"))

    assert text_of(client.say("b", executionId=session)) == "old 2"
    assert text_of(client.say("a")) == "new 1"
    dialogues.remove("", "x")
    assert text_of(client.say("a")) == "Turn 1. You said: a"


def test_open_sessions_keep_an_agent_of_a_deleted_dialogue(client: EmulatorClient) -> None:
    scripted = dialogue("x", agent="someone").user("a").agent("1").user("b").agent("2")
    client.emulator.dialogues.put("", scripted)
    session = client.begin(message="a", agent="someone")
    client.emulator.dialogues.remove("", "x")

    assert text_of(client.say("b", agent="someone", executionId=session)) == "2"
    assert client.say("a", agent="someone").rule == "agent-unknown"


def test_two_turns_at_once_are_taken_one_after_the_other(client: EmulatorClient) -> None:
    talk = dialogue("x").user("start").agent("go")
    for number in range(8):
        talk = talk.user("next").agent(str(number))
    client.emulator.dialogues.put("", talk)
    session = client.begin(message="start")

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: client.say("next", executionId=session), range(8)))

    assert sorted(map(text_of, responses)) == [str(number) for number in range(8)]
    namespace = client.emulator.namespaces.shared()
    assert [use.times for use in client.emulator.dialogues.uses(namespace)] == [1] * 9


def test_a_begun_dialogue_outlives_a_restart(
    client_with: Callable[..., EmulatorClient], store: Store
) -> None:
    before = client_with(store=store)
    before.emulator.dialogues.serve(
        [dialogue("x").user("a").agent("1").user("b").agent("2").build()]
    )
    session = before.begin(message="a")
    after = client_with(store=store)
    after.clock.advance(1)

    assert text_of(after.say("b", executionId=session)) == "2"


def test_a_namespace_is_restored_with_its_dialogues(client: EmulatorClient) -> None:
    dialogues, namespace = client.emulator.dialogues, client.emulator.namespaces.shared()
    dialogues.put("", dialogue("x").user("a").agent("1").user("b").agent("2"))
    session = client.begin(message="a")
    snapshot = client.emulator.namespaces.shared().snapshot()
    namespace.delete_prefixes("")
    assert dialogues.of(client.emulator.namespaces.shared()) == {}
    namespace.restore(snapshot)

    assert text_of(client.say("b", executionId=session)) == "2"
    assert [use.times for use in dialogues.uses(client.emulator.namespaces.shared())] == [1, 1]


def test_a_dialogue_of_a_file_is_stored_once(
    client: EmulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[str] = []

    def record(each: Dialogue) -> str:
        stored.append(each.name)
        return to_text(each)

    monkeypatch.setattr("leadway_mock.dialogues.registry.to_text", record)
    client.emulator.dialogues.serve([parse_dialogue(BOOKING, name="booking")])
    for _ in range(3):
        client.begin(message="haircut")
        client.emulator.namespaces.shared().snapshot()

    assert stored == ["booking"]


def test_a_fault_of_a_turn_without_effect_is_an_error(client: EmulatorClient) -> None:
    broken = dialogue("x").user("a").agent("1", fault={"rule": "teapot"})
    for put in (
        lambda: client.emulator.dialogues.put("", broken),
        lambda: client.emulator.dialogues.serve([broken.build()]),
    ):
        with pytest.raises(DialogueError, match="teapot"):
            put()
    assert client.emulator.dialogues.of(client.emulator.namespaces.shared()) == {}


def test_a_fault_counts_per_session_and_first_messages_together(client: EmulatorClient) -> None:
    broken = {"status": 500}
    client.emulator.dialogues.put(
        "", dialogue("x").user("a").agent("1", fault=broken).user("b").agent("2", fault=broken)
    )
    firsts = [client.say("a").status for _ in range(3)]
    sessions = [client.begin(message="a") for _ in range(2)]
    seconds = [client.say("b", executionId=each).status for each in sessions * 2]

    assert firsts == [500, 200, 200]
    assert seconds == [500, 500, 200, 200]


def test_a_session_that_began_without_dialogues_goes_on_without(client: EmulatorClient) -> None:
    session = client.begin()
    client.emulator.dialogues.put("", dialogue("x").user().agent("scripted"))

    assert text_of(client.say("hi", executionId=session)) == "Turn 2. You said: hi"
    assert text_of(client.say("hi")) == "scripted"


def test_unused_turns_are_listed(client: EmulatorClient) -> None:
    dialogues, namespace = client.emulator.dialogues, client.emulator.namespaces.shared
    scripted = dialogue("x").user("a").agent("1").branch(user("b").agent("2"), user("c").agent("3"))
    dialogues.put("", scripted)
    client.say("c", executionId=client.begin(message="a"))
    client.begin(message="a")

    assert [use.times for use in dialogues.uses(namespace())] == [2, 0, 1]
    assert [use.turn.number for use in dialogues.unused(namespace())] == [2]


def test_a_namespace_has_its_own_dialogues(client: EmulatorClient) -> None:
    dialogues, namespaces = client.emulator.dialogues, client.emulator.namespaces
    dialogues.serve([dialogue("x").user().agent("from a file").build()])
    dialogues.put("other", dialogue("x").user().agent("own"))

    assert text_of(client.say()) == "from a file"
    assert dialogues.of(namespaces.shared())["x"].turns[0].reply.text == "from a file"
    assert dialogues.of(namespaces.change("other", lambda o: o))["x"].turns[0].reply.text == "own"
    dialogues.remove("other", "x")
    assert dialogues.of(namespaces.change("other", lambda o: o)) == {}


def test_a_fault_before_the_commit_leaves_the_session_where_it_was(client: EmulatorClient) -> None:
    scripted = dialogue("x").user("a").agent("1").user("b").agent("2", fault={"status": 500})
    client.emulator.dialogues.put("", scripted)
    session = client.begin(message="a")

    broken, again = (client.say("b", executionId=session) for _ in range(2))

    assert (broken.status, broken.rule) == (500, "fault-status")
    assert text_of(again) == "2"
    assert client.say("b", executionId=session).rule == "unscripted-message"


def test_a_fault_after_the_commit_loses_the_response(client: EmulatorClient) -> None:
    fault = {"status": 500, "phase": "after-commit"}
    client.emulator.dialogues.put(
        "", dialogue("x").user("a").agent("1").user("b").agent("2", fault=fault)
    )
    session = client.begin(message="a")

    lost = client.say("b", executionId=session)
    assert lost.status == 500
    assert lost.hint.startswith("The fault of the dialogue's turn (500) fired, 1 of 1; the turn")
    assert client.say("b", executionId=session).rule == "unscripted-message"


def test_latency_is_the_same_for_the_same_seed(client_with: Callable[..., EmulatorClient]) -> None:
    latency = {"uniform": ["100ms", "2s"]}
    delays = []
    for _ in range(2):
        client = client_with(seed=7)
        client.emulator.reset()
        client.emulator.dialogues.put("", dialogue("x").user().agent("1", latency=latency))
        delays.append(client.say().delay)

    assert delays[0] == delays[1]
    assert 0.1 <= delays[0] <= 2.0


def test_near_misses_contain_no_token(
    client: EmulatorClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = "pit-99999999-1234-4234-8234-123456789abc"
    client.emulator.dialogues.put("", dialogue("x").user("a").agent("1"))

    response = client.say(f"It is {token}, {{{{message}}}} and \x1b[31m")

    entry = json.dumps(client.emulator.journal.entries(after=0, limit=9))
    assert token not in entry + caplog.text + response.hint
    assert "\x1b" not in caplog.text
