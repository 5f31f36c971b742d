"""Near misses of a message that no turn expects: the closest turns, with hints."""

from __future__ import annotations

import json
from dataclasses import replace
from time import process_time

import pytest

from leadway_mock.agents.replies import NearMiss
from leadway_mock.dialogues import (
    DialogueBuilder,
    as_dialogue,
    dialogue,
    parse_dialogue,
    play,
    user,
)
from leadway_mock.dialogues.reports import columns, near_miss_report, near_miss_to_json
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


def test_near_misses_are_json() -> None:
    miss = closest(dialogue("x").user("a", variables={"n": 1}, label="top").agent("b"), "z")
    plain = json.loads(json.dumps(near_miss_to_json(miss)))

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
