"""Near misses of a message that no turn expects: the closest turns, with hints."""

from __future__ import annotations

import json
from dataclasses import replace
from time import process_time

import pytest

from leadway_mock.agents.patterns import PatternTimeout, parse_pattern
from leadway_mock.agents.replies import AgentReply, NearMiss
from leadway_mock.dialogues import (
    DialogueBuilder,
    as_dialogue,
    dialogue,
    parse_dialogue,
    play,
    user,
)
from leadway_mock.dialogues.model import ScriptedTurn
from leadway_mock.dialogues.near_misses import near_misses
from leadway_mock.dialogues.player import position_in
from leadway_mock.dialogues.reports import (
    DIALOGUE_ENDED,
    columns,
    near_miss_hint,
    near_miss_report,
    near_misses_to_json,
)
from tests.mock.agents.agent_inputs import agent_input
from tests.mock.dialogues.texts import missed, replies


def closest(one: DialogueBuilder, message: str, **further: object) -> NearMiss:
    return missed([one], replace(agent_input(message=message), **further)).near_misses[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "message", "hint"),
    [
        ("/^hair/", "Haircut", "Only upper and lower case differ: write /^hair/i."),
        ('="Yes"', "Yes, please", "The message contains more than these words"),
        ("which day?", "Which day", "Only spaces or punctuation differ"),
        ("a haircut please", "A haircut, please!", "Only spaces or punctuation differ"),
        ("haircut", "massage", "Send the expected message, expect the received"),
        ("/^yes$/", "yes, please", "Send the expected message, expect the received"),
    ],
)
def test_hints_for_messages(pattern: str, message: str, hint: str) -> None:
    assert closest(dialogue("x").user(pattern).agent("b"), message).hint.startswith(hint)


@pytest.mark.parametrize(
    ("when", "sent", "part", "hint"),
    [
        ({"turn": 2}, {}, "when.turn", "It is for message 2 of a session; this is message 1."),
        ({"variables": {"x": 1}}, {}, "when.variables.x", "Send variables.x, or remove the cond"),
        (
            {"variables": {"x": None}},
            {"input_variables": {"x": 1}},
            "when.variables.x",
            "Leave variables.x out",
        ),
        ({"contact": "c"}, {"contact_id": "d"}, "when.contact", "Send contact as expected"),
        ({"attachments": 1}, {}, "when.attachments", "Send attachments as expected"),
    ],
)
def test_hints_for_conditions(
    when: dict[str, object], sent: dict[str, object], part: str, hint: str
) -> None:
    miss = closest(dialogue("x").user("a", **when).agent("b"), "a", **sent)  # type: ignore[arg-type]

    assert miss.hint.startswith(hint)
    assert [each.part for each in miss.comparisons if not each.matches] == [part]
    assert 0 < miss.closeness < 1


def test_the_three_closest_turns_are_listed_closest_first() -> None:
    talk = dialogue("x").branch(
        *(user(text).agent("ok") for text in ("massage", "a beard trim", "haircut", "hair colour"))
    )
    misses = missed([talk], agent_input(message="hairout")).near_misses

    assert misses[0].comparisons[0].expected == "haircut"
    assert len(misses) == 3
    assert sorted((miss.closeness for miss in misses), reverse=True) == [
        miss.closeness for miss in misses
    ]


def test_a_matching_turn_elsewhere_is_listed() -> None:
    talk = dialogue("x").user("a").agent("1").user("b").agent("2").user("c").agent("3")
    *_, reply = replies(talk, "a", "c")

    assert [(miss.turn, miss.position, miss.closeness) for miss in reply.near_misses] == [
        (2, "here", 0.0),
        (3, "elsewhere", 1.0),
    ]
    assert "the session is not there" in reply.near_misses[1].hint


CATCH_ALLS = ["*", "/.*/", "/^.+$/", "/(?P<all>.+)/s", "/a*/", r"/\w/", r"/[\s\S]*/", "/[a-z]/i"]


@pytest.mark.parametrize("pattern", CATCH_ALLS)
@pytest.mark.parametrize("when", [{}, {"turn": 2}, {"variables": {"coupon": None}}])
def test_a_turn_for_any_message_never_matches_elsewhere(
    pattern: str, when: dict[str, object]
) -> None:
    talk = dialogue("x").user("cut").agent("1").user("monday").agent("2").user(pattern, **when)  # type: ignore[arg-type]
    other = dialogue("y").user("b").agent("1").user(pattern).agent("2")

    *_, in_dialogue = replies(talk.agent("3"), "cut", "Tuesday")
    before = missed([talk.agent("3"), other], agent_input(turn=2, message="Tuesday"))

    assert [(miss.turn, miss.position) for miss in in_dialogue.near_misses] == [(2, "here")]
    assert {miss.position for miss in before.near_misses} == {"here"}
    assert near_miss_hint(in_dialogue).startswith(
        "No turn expects this message. Closest: turn 2 of 'x', "
    )


@pytest.mark.parametrize("pattern", CATCH_ALLS)
def test_a_turn_for_any_message_is_as_close_as_its_conditions(pattern: str) -> None:
    talk = dialogue("x").branch(
        user(pattern, variables={"tier": "gold"}).agent("1"), user("/monday/i").agent("2")
    )

    miss, guarded = missed([talk], agent_input(message="Mondy")).near_misses
    assert (miss.turn, guarded.turn, guarded.closeness) == (2, 1, 0.0)


@pytest.mark.parametrize("pattern", ["haircut", '="a"', "/yes|no/", r"/\d/", "/^[xyz]/", "/q/"])
def test_patterns_that_say_something_are_no_catch_alls(pattern: str) -> None:
    assert not parse_pattern(pattern).is_catch_all


def test_a_turn_elsewhere_does_not_hide_the_next_turn() -> None:
    talk = dialogue("x").user("cut").agent("1").user("monday").agent("2").user("day").agent("3")
    *_, reply = replies(talk, "cut", "Tuesday")

    hint = near_miss_hint(reply)
    assert "Closest: turn 2 of 'x'" in hint
    assert "Elsewhere: turn 3 of 'x'" in hint


@pytest.mark.parametrize("further", ["user: *\nagent: 2", "user: a\nagent: 2", "user: b\nagent: 2"])
def test_after_the_end_the_hint_says_so(further: str) -> None:
    """Neither a turn for any message nor the first turn is closest when no turn is left."""
    talk = parse_dialogue(f"user: a\nagent: 1\n{further}", name="x")
    second = "a" if "user: a\nagent: 2" in further else "b"
    *_, reply = replies(talk, "a", second, "a")

    assert reply.near_misses == ()
    assert near_miss_hint(reply) == (
        "No turn expects this message: 'x' ended after turn 2. The dialogue has ended: begin a new "
        "session, add a turn, or write `at_end: restart` or `at_end: repeat`."
    )
    assert DIALOGUE_ENDED in near_miss_report(agent_input(turn=3, message="a"), reply)


def test_after_then_end_the_hint_says_so() -> None:
    talk = dialogue("x").branch(user("bye").agent("1", then="end"), user("a").agent("2"))
    *_, reply = replies(talk.user("*").agent("3"), "bye", "anything")

    assert "'x' ended after turn 1" in near_miss_hint(reply)
    assert "`at_end: restart` or `at_end: repeat`" in near_miss_hint(reply)


def test_a_slow_pattern_is_no_end_of_the_dialogue(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object) -> None:
        raise PatternTimeout(parse_pattern("/(a+)+b/"))

    talk = dialogue("x").user("a").agent("1").user("/(a+)+b/").agent("2")
    *_, reply = replies(talk, "a", "c")
    assert position_in(reply.state).has_begun
    monkeypatch.setattr(ScriptedTurn, "parts", run_out)
    turn = as_dialogue(talk).turn(2)

    [miss] = near_misses([(as_dialogue(talk), turn)], [], agent_input())
    assert (miss.turn, miss.position, miss.comparisons) == (2, "here", ())
    assert "took more than" in near_miss_hint(replace(reply, near_misses=(miss,)))


def test_near_misses_are_json() -> None:
    miss = closest(dialogue("x").user("a", variables={"n": 1}, label="top").agent("b"), "z")
    [plain] = json.loads(json.dumps(near_misses_to_json(AgentReply("", near_misses=(miss,)))))

    assert plain["label"] == "top"
    assert plain["comparisons"] == [
        {"part": "user", "expected": "a", "found": "z", "matches": False},
        {"part": "when.variables.n", "expected": "1", "found": "(not sent)", "matches": False},
    ]


TABLE = """\
No turn expects message 2 of session a1b2c3d4e5f6g7h8i9j0k1l2.
The session is in dialogue 'booking', after turn 1.
Captured: what = haircut

  +----------------------------+----------------------------+
  | turn 2 of 'booking',       | received                   |
  | booking.yaml:3             |                            |
  +----------------------------+----------------------------+
  | user: tuesday              | message: On wednesday, if  | <-
  |                            | you please                 |
  | when.variables.tier: gold  | when.variables.tier: gold  |
  +----------------------------+----------------------------+
  Send the expected message, expect the received one, or expect `*` (any message)."""


def test_the_table_in_the_terminal() -> None:
    talk = parse_dialogue(
        "turns:\n- {user: /(?P<what>haircut)/, agent: Which day?}\n"
        "- {user: tuesday, when: {variables: {tier: gold}}, agent: ok}\n",
        name="booking",
        file="booking.yaml",
    )
    begun = play([talk], agent_input(message="haircut"))
    message = replace(
        agent_input(turn=2, message="On wednesday, if you please", state=begun.state),
        input_variables={"tier": "gold"},
    )

    assert near_miss_report(message, play([talk], message), width=65) == TABLE


@pytest.mark.parametrize("width", [1, 40, 80, 200])
@pytest.mark.parametrize("text", ["漢字" * 90, "word " * 60, "x" * 300, "e\u0301" * 200, "a\nb"])
def test_no_line_of_a_table_is_wider_than_the_terminal(width: int, text: str) -> None:
    message = agent_input(message=text)
    reply = missed([dialogue("x").user("no").agent("b")], message)
    report = near_miss_report(message, reply, width=width).splitlines()
    table = [line for line in report if line.startswith(("  |", "  +"))]

    assert max(map(columns, table)) <= max(width, 40)
    assert len({columns(line.removesuffix(" <-")) for line in table}) == 1
    assert any(line.endswith(" <-") for line in table)


def test_control_characters_do_not_reach_the_terminal() -> None:
    message = agent_input(message="\x1b[2J\u202e" + "y" * 2000)
    report = near_miss_report(message, missed([dialogue("x").user("a").agent("b")], message))

    assert "\x1b" not in report
    assert "\u202e" not in report
    assert "[2005 characters]" in report


def test_long_messages_are_compared_quickly() -> None:
    talk = as_dialogue(dialogue("x").branch(*(user("a" * 500).agent("b") for _ in range(100))))
    began = process_time()

    assert len(missed([talk], agent_input(message="ab" * 500_000)).near_misses) == 3
    assert process_time() - began < 10  # It was a hundred seconds once.
