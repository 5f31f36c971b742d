"""Equal dialogues from transcripts, YAML and Python."""

from __future__ import annotations

import json
import re
from pathlib import Path

from leadway_mock.dialogues import (
    dialogue,
    load_dialogue,
    load_dialogues,
    parse_dialogue,
    parse_pattern,
    user,
)
from leadway_mock.dialogues.model import from_json, to_text
from leadway_mock.faults import Fault, fixed
from tests.mock.dialogues.texts import replies

RICH = """
name: Booking
agent: [desk, shop]
fallback: Sorry, {{name}}?
at_end: restart
latency: {uniform: [0, 10ms]}
turns:
  - user: /I am (?P<name>\\w+)/i
    when:
      turn: 1
      variables: {tier: gold, coupon: null, age: 7, tags: [a, {b: true}]}
      contact: "*"
      attachments: [{type: image, imageUrl: "/png$/"}]
    agent:
      response: Hello {{name}}!
      goalCompletion: true
      flowSwitch: true
      success: false
      type: card
      nextExpectedInput: choice
      executionStatus: waiting
      attachments: [{type: image}]
      generativeOutputs: [{a: [1]}]
    latency: {lognormal: {median: 300ms, sigma: 0.5}}
    fault: {status: 500, phase: after-commit}
  - label: day
    branch:
      - {user: {equals: Monday}, agent: Closed., then: day}
      - - {user: tuesday, agent: At ten?}
        - {user: "yes", agent: Booked., then: end}
  - {user: "*", agent: Bye.}
"""


def test_yaml_and_python_forms_are_equal() -> None:
    built = (
        dialogue("Booking", agent=["desk", "shop"])
        .fallback("Sorry, {{name}}?")
        .at_end("restart")
        .latency({"uniform": [0, "10ms"]})
        .user(
            re.compile(r"I am (?P<name>\w+)", re.IGNORECASE),
            turn=1,
            variables={"tier": "gold", "coupon": None, "age": 7, "tags": ["a", {"b": True}]},
            contact="*",
            attachments=[{"type": "image", "imageUrl": "/png$/"}],
        )
        .agent(
            "Hello {{name}}!",
            goal_completion=True,
            flow_switch=True,
            success=False,
            type="card",
            next_expected_input="choice",
            execution_status="waiting",
            attachments=[{"type": "image"}],
            generative_outputs=[{"a": [1]}],
            latency={"lognormal": {"median": "300ms", "sigma": 0.5}},
            fault=Fault(status=500, phase="after-commit"),  # type: ignore[arg-type]  # by name
        )
        .branch(
            user(equals="Monday").agent("Closed.", then="day"),
            user("tuesday").agent("At ten?").user("yes").agent("Booked.", then="end"),
            label="day",
        )
        .user()
        .agent("Bye.")
        .build()
    )

    parsed = parse_dialogue(RICH, file="b.yaml")
    assert built == parsed
    assert built.version == parsed.version
    assert from_json(json.loads(to_text(built))) == built


def test_latency_of_a_dialogue_is_that_of_turns_without_one() -> None:
    turns = "turns: [{user: a, agent: b}, {user: c, agent: d, latency: 1s}]"
    talk = parse_dialogue(f"latency: 200ms\n{turns}", file="a.yaml")
    assert [each.latency for each in talk.turns] == [fixed(0.2), fixed(1)]


def test_transcript_list_and_yaml_forms_are_equal() -> None:
    transcript = parse_dialogue(
        'user: a\nagent: 1\nagent: 2\nuser: ="B"\nagent: {{turn}}', name="x"
    )
    entries = parse_dialogue(
        "- user: a\n- agent: '1'\n- agent: '2'\n- user: ='B'\n  agent: '{{turn}}'".replace(
            "='B'", """'="B"'"""
        ),
        name="x",
    )
    built = dialogue("x").user("a").agent("1").agent("2").user(equals="B").agent("{{turn}}").build()

    assert transcript == entries == built


def test_every_text_of_a_reply_is_expanded_once() -> None:
    response = """{response: "{{day}}", attachments: [{url: "/{{day}}.ics", size: 1}],
      generativeOutputs: [{days: ["{{day}}", "\\\\{{day}}"], of: {n: "{{turn}}"}, done: true}]}"""
    talk = parse_dialogue("- user: /on (?P<day>.+)/\n  agent: " + response)
    [reply] = replies(talk, "on {{turn}}")

    assert reply.response == "{{turn}}"
    assert list(reply.attachments) == [{"url": "/{{turn}}.ics", "size": 1}]
    assert list(reply.generative_outputs) == [
        {"days": ["{{turn}}", "{{day}}"], "of": {"n": "1"}, "done": True}
    ]


def test_the_location_of_a_dialogue_is_no_part_of_its_equality(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# A comment.\n\nuser: a\nagent: b\n")
    (tmp_path / "a.yaml").write_text("turns: [{user: a, agent: b}]")
    one, other = load_dialogue(tmp_path / "a.txt"), load_dialogue(tmp_path / "a.yaml")

    assert one == other
    assert one.version == other.version
    assert (one.turns[0].line, other.turns[0].line) == (3, 1)
    assert one.version != parse_dialogue("user: a\nagent: c\n", name="a").version


def test_a_folder_is_read_by_name_and_other_files_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "z.txt").write_text("user: a\nagent: b\n")
    (tmp_path / "b.dialogue").write_text("user: a\nagent: b\n")
    (tmp_path / "y.yml").write_text("name: a\nturns: [{user: a, agent: b}]")
    (tmp_path / "README.md").write_text("What this is.")

    assert [each.name for each in load_dialogues(tmp_path)] == ["a", "b", "z"]


def test_python_remembers_its_lines() -> None:
    scripted = dialogue("x").user("a").agent("b")

    assert scripted.build().file == __file__
    assert scripted.build().turns[0].line == scripted.line


def test_a_builder_is_not_changed_by_its_dialogue() -> None:
    start = dialogue("x").user("a").agent("b")
    longer = start.user("c").agent("d")

    assert (len(start.build().turns), len(longer.build().turns)) == (1, 2)


def test_a_pattern_survives_a_round_trip() -> None:
    for text in ("a b", "*", "/x/i", '="x"', '"*"', '" a "', '"/x/"'):
        assert str(parse_pattern(text)) == text
