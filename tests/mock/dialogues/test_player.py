from __future__ import annotations

import pytest

from leadway_mock.dialogues import dialogue, parse_dialogue, play, user
from tests.mock.agents.agent_inputs import agent_input
from tests.mock.dialogues.texts import replies, said

BRANCHED = (
    dialogue("b")
    .user("start", label="top")
    .agent("Which day?")
    .branch(
        user("monday").agent("Closed.", then="day"),
        user("tuesday").agent("At ten?").user("yes").agent("Booked.", then="end"),
        user("again").agent("From the top.", then="top"),
        label="day",
    )
    .user("thanks")
    .agent("Bye.")
)


def test_a_branch_takes_the_first_alternative_that_fits() -> None:
    assert said(BRANCHED, "start", "tuesday", "yes", "thanks") == [
        "Which day?",
        "At ten?",
        "Booked.",
        "?",
    ]


def test_labels_lead_to_turns_and_to_branches() -> None:
    assert said(BRANCHED, "start", "monday", "thanks", "monday", "again", "start") == [
        "Which day?",
        "Closed.",
        "?",
        "Closed.",
        "From the top.",
        "Which day?",
    ]


def test_alternatives_of_a_branch_continue_after_it() -> None:
    talk = dialogue("x").branch(user("a").agent("1"), user("b").agent("2")).user("c").agent("3")

    assert said(talk, "b", "c") == ["2", "3"]
    assert said(talk, "a", "c") == ["1", "3"]


def test_branches_may_stand_in_branches() -> None:
    inner = user("a").agent("1").branch(user("b").agent("2"), user("c").agent("3"))
    talk = dialogue("x").branch(inner, user("d").agent("4")).user("e").agent("5")

    assert said(talk, "a", "c", "e") == ["1", "3", "5"]
    assert said(talk, "d", "e") == ["4", "5"]


@pytest.mark.parametrize(
    ("at_end", "responses"),
    [
        ("unscripted", ["1 x", "?", "?"]),
        ("repeat", ["1 x", "1 x", "1 x"]),
        ("restart", ["1 x", "1 z", "?"]),
    ],
)
def test_what_comes_after_the_end(at_end: str, responses: list[str]) -> None:
    talk = dialogue("x").user("/a(?P<n>.)/").agent("1 {{n}}").at_end(at_end)

    assert said(talk, "ax", "az", "b") == responses[:2] + (["1 x"] if at_end == "repeat" else ["?"])


def test_a_restart_forgets_what_was_captured() -> None:
    talk = (
        dialogue("x")
        .branch(user("/I am (?P<name>.+)/").agent("Hi"), user("who").agent("[{{name}}]"))
        .at_end("restart")
    )

    assert said(talk, "I am Ada", "who") == ["Hi", "[]"]


def test_the_fallback_may_be_a_reply_with_every_field() -> None:
    said_ = {"response": "Sorry, {{message}}?", "success": False, "goalCompletion": True}
    talk = dialogue("x").user("a").agent("b").fallback(said_)

    [reply] = replies(talk, "z")
    assert (reply.response, reply.success, reply.goal_completion) == ("Sorry, z?", False, True)
    assert reply.rule == "dialogue-fallback"
    assert reply.near_misses


CONDITIONS = [
    ({"turn": 1}, {}, True),
    ({"turn": 2}, {}, False),
    ({"variables": {"x": "gold"}}, {"input_variables": {"x": "gold"}}, True),
    ({"variables": {"x": "gold"}}, {"input_variables": {"x": "golden"}}, False),
    ({"variables": {"x": "gold"}}, {}, False),
    ({"variables": {"x": "*"}}, {"input_variables": {"x": 0}}, True),
    ({"variables": {"x": "*"}}, {}, False),
    ({"variables": {"x": None}}, {}, True),
    ({"variables": {"x": None}}, {"input_variables": {"x": 1}}, False),
    ({"variables": {"x": "/^g/"}}, {"input_variables": {"x": "gold"}}, True),
    ({"variables": {"x": "/7/"}}, {"input_variables": {"x": 7}}, True),
    ({"variables": {"x": "/7/"}}, {}, False),
    ({"variables": {"x": '="*"'}}, {"input_variables": {"x": "*"}}, True),
    ({"variables": {"x": 1}}, {"input_variables": {"x": 1}}, True),
    ({"variables": {"x": 1}}, {"input_variables": {"x": True}}, False),
    ({"variables": {"x": True}}, {"input_variables": {"x": 1}}, False),
    ({"variables": {"x": [{"a": 1}]}}, {"input_variables": {"x": [{"a": 1}]}}, True),
    ({"variables": {"x": [{"a": 1}]}}, {"input_variables": {"x": [{"a": True}]}}, False),
    ({"variables": {"x": [1]}}, {"input_variables": {"x": [1, 2]}}, False),
    ({"contact": "c1"}, {"contact_id": "c1"}, True),
    ({"contact": "c1"}, {"contact_id": "c12"}, False),
    ({"contact": "*"}, {}, False),
    ({"attachments": 0}, {}, True),
    ({"attachments": 1}, {}, False),
    ({"attachments": [{"type": "image"}]}, {"attachments": [{"type": "image", "u": 1}]}, True),
    ({"attachments": [{"type": "image"}]}, {"attachments": [{"type": "pdf"}]}, False),
    ({"attachments": [{"type": "image"}]}, {"attachments": [{"type": "image"}] * 2}, False),
    ({"attachments": [{"type": "image"}]}, {}, False),
]


@pytest.mark.parametrize(("when", "sent", "fits"), CONDITIONS)
def test_conditions(when: dict[str, object], sent: dict[str, object], fits: bool) -> None:  # noqa: FBT001
    talk = dialogue("x").user(**when).agent("ok")  # type: ignore[arg-type]

    assert said(talk, "hi", **sent) == ["ok" if fits else "?"]


def test_conditions_capture_too() -> None:
    talk = (
        dialogue("x")
        .user(
            variables={"id": "/(?P<number>[0-9]+)/"},
            contact="/c(?P<contact>.)/",
            attachments=[{"imageUrl": r"/(?P<end>\w+)$/"}],
        )
        .agent("{{number}} {{contact}} {{end}}")
    )

    assert said(
        talk,
        "hi",
        input_variables={"id": "A-12"},
        contact_id="c9",
        attachments=[{"imageUrl": "a.png"}],
    ) == ["12 9 png"]


def test_the_first_dialogue_that_starts_with_the_message_runs() -> None:
    talks = [
        parse_dialogue("user: book\nagent: 1\nuser: x\nagent: 2\n", name="a"),
        parse_dialogue("user: *\nagent: 3\nuser: x\nagent: 4\n", name="b"),
    ]
    first, other = (play(talks, agent_input(message=text)) for text in ("book", "buy"))

    assert [first.response, other.response] == ["1", "3"]
    assert play(talks, agent_input(turn=2, message="x", state=other.state)).response == "4"


def test_a_session_without_a_dialogue_may_start_one_later() -> None:
    talk = dialogue("x").user("a").agent("1").user("b").agent("2")

    assert said(talk, "b", "a", "a", "b") == ["?", "1", "?", "2"]


def test_playing_is_pure() -> None:
    message = agent_input(message="start")

    assert play([BRANCHED.build()], message) == play([BRANCHED.build()], message)


def test_latency_is_drawn_per_turn_of_a_session() -> None:
    talk = dialogue("x").user().agent("1", latency={"uniform": ["1s", "9s"]}).at_end("restart")
    delays = [reply.delay for reply in replies(talk, *"abcdefgh")]

    assert delays == [reply.delay for reply in replies(talk, *"ijklmnop")]
    assert len(set(delays)) == len(delays)
    assert all(1 <= delay <= 9 for delay in delays)
