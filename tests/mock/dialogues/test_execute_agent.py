"""Dialogues in the emulator: sessions, spaces, the journal, and what is left unused."""

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
from tests.mock.client import Caller, content

BOOKING = """
user: haircut
agent: Which day?
user: /(?P<day>monday|tuesday)/i
agent: {{day}} it is.
"""


def response(answer: Response) -> str:
    return str(content(answer)["response"])


def test_a_transcript_is_played_session_by_session(caller: Caller) -> None:
    caller.emulator.dialogues.put("", parse_dialogue(BOOKING, name="booking"))

    one, other = caller.say("A haircut, please"), caller.say("haircut!")
    ids = [content(answer)["executionId"] for answer in (one, other)]
    said = zip(("Monday", "tuesday"), ids, strict=True)
    days = [caller.say(day, executionId=session) for day, session in said]

    assert [response(answer) for answer in (one, other)] == ["Which day?", "Which day?"]
    assert [response(answer) for answer in days] == ["Monday it is.", "tuesday it is."]
    assert {answer.rule for answer in (one, other, *days)} == {"reply"}


def test_a_message_that_no_turn_expects_leaves_the_session_where_it_is(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caller.emulator.dialogues.put("", parse_dialogue(BOOKING, name="booking", file="b.txt"))
    session = caller.begin(message="haircut")

    lost = caller.say("Wednesday", executionId=session)
    found = caller.say("Monday", executionId=session)

    assert (lost.status, lost.rule, lost.evidence) == (200, "unscripted-message", "invented")
    assert "b.txt:4" in lost.hint
    assert response(found) == "Monday it is."
    [entry] = [e for e in caller.emulator.journal.entries(after=0, limit=9) if "nearMisses" in e]
    assert entry["nearMisses"][0]["line"] == 4
    assert entry["dialogue"] == {
        "name": "booking",
        "sessionTurn": 2,
        "turn": None,
        "after": 1,
        "captures": {},
    }
    assert "| message: Wednesday" in caplog.text


def test_a_message_after_the_end_is_told_with_its_cure(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caller.emulator.dialogues.put("", parse_dialogue(BOOKING, name="booking"))
    session = caller.begin(message="haircut")
    caller.say("Monday", executionId=session)

    late = caller.say("Thanks", executionId=session)

    assert late.rule == "unscripted-message"
    assert late.hint == f"No turn expects this message. {DIALOGUE_ENDED}"
    assert f"No turn expects message 3 of session {session}." in caplog.text
    assert f"'booking', after turn 2.\nCaptured: day = Monday\n{DIALOGUE_ENDED}" in caplog.text


def test_a_dialogue_may_refuse_what_it_does_not_expect(caller: Caller) -> None:
    caller.emulator.dialogues.put("", dialogue("x").user("a").agent("b").fallback("refuse"))

    answer = caller.say("something else")

    assert (answer.status, answer.rule) == (400, "unscripted-refused")
    assert caller.emulator.sessions.count() == 0


def test_an_agent_that_only_a_dialogue_names_is_there(caller: Caller) -> None:
    scripted = dialogue("x", agent="someone").user().agent("Hello from {{versionId}}")
    caller.emulator.dialogues.put("", scripted)

    assert response(caller.say(agent="someone")).startswith("Hello from ")
    assert caller.say(agent="nobody").rule == "agent-unknown"
    assert response(caller.say("hi")) == "Turn 1. You said: hi"


def test_open_sessions_stay_on_the_version_they_began_with(caller: Caller) -> None:
    repertoire = caller.emulator.dialogues
    repertoire.put("", dialogue("x").user("a").agent("old 1").user("b").agent("old 2"))
    session = caller.begin(message="a")
    repertoire.put("", dialogue("x").user("a").agent("new 1").user("b").agent("new 2"))

    assert response(caller.say("b", executionId=session)) == "old 2"
    assert response(caller.say("a")) == "new 1"
    repertoire.remove("", "x")
    assert response(caller.say("a")) == "Turn 1. You said: a"


def test_an_agent_is_there_for_those_who_began_to_talk_to_it(caller: Caller) -> None:
    scripted = dialogue("x", agent="someone").user("a").agent("1").user("b").agent("2")
    caller.emulator.dialogues.put("", scripted)
    session = caller.begin(message="a", agent="someone")
    caller.emulator.dialogues.remove("", "x")

    assert response(caller.say("b", agent="someone", executionId=session)) == "2"
    assert caller.say("a", agent="someone").rule == "agent-unknown"


def test_two_turns_at_once_are_taken_one_after_the_other(caller: Caller) -> None:
    talk = dialogue("x").user("start").agent("go")
    for number in range(8):
        talk = talk.user("next").agent(str(number))
    caller.emulator.dialogues.put("", talk)
    session = caller.begin(message="start")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: caller.say("next", executionId=session), range(8)))

    assert sorted(map(response, answers)) == [str(number) for number in range(8)]
    space = caller.emulator.namespaces.shared()
    assert [use.times for use in caller.emulator.dialogues.uses(space)] == [1] * 9


def test_a_begun_dialogue_outlives_a_restart(
    caller_with: Callable[..., Caller], store: Store
) -> None:
    before = caller_with(store=store)
    before.emulator.dialogues.serve(
        [dialogue("x").user("a").agent("1").user("b").agent("2").build()]
    )
    session = before.begin(message="a")
    after = caller_with(store=store)
    after.clock.advance(1)

    assert response(after.say("b", executionId=session)) == "2"


def test_a_space_is_restored_with_its_dialogues(caller: Caller) -> None:
    repertoire, space = caller.emulator.dialogues, caller.emulator.namespaces.shared()
    repertoire.put("", dialogue("x").user("a").agent("1").user("b").agent("2"))
    session = caller.begin(message="a")
    snapshot = caller.emulator.namespaces.shared().snapshot()
    space.reset()
    assert repertoire.of(caller.emulator.namespaces.shared()) == {}
    space.restore(snapshot)

    assert response(caller.say("b", executionId=session)) == "2"
    assert [use.times for use in repertoire.uses(caller.emulator.namespaces.shared())] == [1, 1]


def test_a_dialogue_of_a_file_is_stored_once(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[str] = []

    def record(each: Dialogue) -> str:
        stored.append(each.name)
        return to_text(each)

    monkeypatch.setattr("leadway_mock.dialogues.registry.to_text", record)
    caller.emulator.dialogues.serve([parse_dialogue(BOOKING, name="booking")])
    for _ in range(3):
        caller.begin(message="haircut")

    assert stored == ["booking"]


def test_what_cannot_break_is_refused(caller: Caller) -> None:
    broken = dialogue("x").user("a").agent("1", fault={"status": 418})
    for put in (
        lambda: caller.emulator.dialogues.put("", broken),
        lambda: caller.emulator.dialogues.serve([broken.build()]),
    ):
        with pytest.raises(DialogueError, match="the contract documents no 418 here"):
            put()
    assert caller.emulator.dialogues.of(caller.emulator.namespaces.shared()) == {}


def test_a_fault_strikes_each_session_but_first_messages_together(caller: Caller) -> None:
    broken = {"status": 500}
    caller.emulator.dialogues.put(
        "", dialogue("x").user("a").agent("1", fault=broken).user("b").agent("2", fault=broken)
    )
    firsts = [caller.say("a").status for _ in range(3)]
    sessions = [caller.begin(message="a") for _ in range(2)]
    seconds = [caller.say("b", executionId=each).status for each in sessions * 2]

    assert firsts == [500, 200, 200]
    assert seconds == [500, 500, 200, 200]


def test_a_session_that_began_without_dialogues_goes_on_without(caller: Caller) -> None:
    session = caller.begin()
    caller.emulator.dialogues.put("", dialogue("x").user().agent("scripted"))

    assert response(caller.say("hi", executionId=session)) == "Turn 2. You said: hi"
    assert response(caller.say("hi")) == "scripted"


def test_turns_that_no_session_took_are_known(caller: Caller) -> None:
    repertoire, space = caller.emulator.dialogues, caller.emulator.namespaces.shared
    scripted = dialogue("x").user("a").agent("1").branch(user("b").agent("2"), user("c").agent("3"))
    repertoire.put("", scripted)
    caller.say("c", executionId=caller.begin(message="a"))
    caller.begin(message="a")

    assert [use.times for use in repertoire.uses(space())] == [2, 0, 1]
    assert [use.turn.number for use in repertoire.uses(space()) if not use.times] == [2]


def test_spaces_know_their_own_dialogues(caller: Caller) -> None:
    repertoire, spaces = caller.emulator.dialogues, caller.emulator.namespaces
    repertoire.serve([dialogue("x").user().agent("from a file").build()])
    repertoire.put("other", dialogue("x").user().agent("told"))

    assert response(caller.say()) == "from a file"
    assert repertoire.of(spaces.shared())["x"].turns[0].reply.text == "from a file"
    assert repertoire.of(spaces.change("other", lambda o: o))["x"].turns[0].reply.text == "told"
    repertoire.remove("other", "x")
    assert repertoire.of(spaces.change("other", lambda o: o)) == {}


def test_a_fault_before_the_commit_leaves_the_session_where_it_was(caller: Caller) -> None:
    scripted = dialogue("x").user("a").agent("1").user("b").agent("2", fault={"status": 500})
    caller.emulator.dialogues.put("", scripted)
    session = caller.begin(message="a")

    broken, again = (caller.say("b", executionId=session) for _ in range(2))

    assert (broken.status, broken.rule) == (500, "fault-status")
    assert response(again) == "2"
    assert caller.say("b", executionId=session).rule == "unscripted-message"


def test_a_fault_after_the_commit_loses_the_answer(caller: Caller) -> None:
    fault = {"status": 500, "phase": "after-commit"}
    caller.emulator.dialogues.put(
        "", dialogue("x").user("a").agent("1").user("b").agent("2", fault=fault)
    )
    session = caller.begin(message="a")

    lost = caller.say("b", executionId=session)
    assert lost.status == 500
    assert lost.hint.startswith("The fault of the dialogue's turn (500) fired, 1 of 1; the turn")
    assert caller.say("b", executionId=session).rule == "unscripted-message"


def test_latency_is_the_same_for_the_same_seed(caller_with: Callable[..., Caller]) -> None:
    latency = {"uniform": ["100ms", "2s"]}
    delays = []
    for _ in range(2):
        caller = caller_with(seed=7)
        caller.emulator.reset()
        caller.emulator.dialogues.put("", dialogue("x").user().agent("1", latency=latency))
        delays.append(caller.say().delay)

    assert delays[0] == delays[1]
    assert 0.1 <= delays[0] <= 2.0


def test_what_is_told_of_a_message_holds_no_token(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = "pit-99999999-1234-4234-8234-123456789abc"
    caller.emulator.dialogues.put("", dialogue("x").user("a").agent("1"))

    answer = caller.say(f"It is {token}, {{{{message}}}} and \x1b[31m")

    entry = json.dumps(caller.emulator.journal.entries(after=0, limit=9))
    assert token not in entry + caplog.text + answer.hint
    assert "\x1b" not in caplog.text
