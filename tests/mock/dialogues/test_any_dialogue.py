"""Property tests: any text is a dialogue or a list of problems, and every dialogue plays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadway_mock.agents.replies import AgentInput
from leadway_mock.dialogues import (
    Dialogue,
    DialogueBuilder,
    DialogueError,
    dialogue,
    parse_dialogue,
    parse_pattern,
    play,
    user,
    write_transcript,
)
from leadway_mock.dialogues.lint import warnings_of
from leadway_mock.dialogues.model import from_json, to_text
from tests.mock.agents.agent_inputs import agent_input
from tests.mock.dialogues.texts import said

NAMES = st.sampled_from(
    [
        "turns",
        "user",
        "agent",
        "when",
        "label",
        "then",
        "branch",
        "latency",
        "fault",
        "fallback",
        "response",
        "equals",
        "variables",
        "attachments",
        "name",
        "at_end",
        "turn",
        "status",
        "fixed",
    ]
)
WORDS = NAMES | st.sampled_from(["*", "/(?P<n>.)/", "/(/", "{{n}}", "{{", "end", "1s", '="a"', "a"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)
LINES = st.lists(
    st.sampled_from(
        ["user:", "agent:", "user: ", "agent: ", "  ", "#", "bot:", "", "\t", ": "]
    ).flatmap(lambda start: (WORDS | st.text(max_size=8)).map(lambda text: start + text)),
    max_size=8,
).map("\n".join)


def outcome(text: str, file: str) -> Dialogue | DialogueError:
    try:
        return parse_dialogue(text, name="d", file=file)
    except DialogueError as error:
        return error


def check(result: Dialogue | DialogueError, message: str) -> None:
    if isinstance(result, DialogueError):
        assert result.problems
        assert all(line.isprintable() for line in str(result).splitlines())
    else:
        assert from_json(json.loads(to_text(result))) == result
        warnings_of(result)
        reply = play([result], agent_input(message=message))
        again = play([result], agent_input(turn=2, message=message, state=reply.state))
        json.dumps([reply.state, again.state])


@given(text=VALUES.map(json.dumps) | st.text(), message=st.text(max_size=3))
def test_any_yaml_is_a_dialogue_or_a_list_of_problems(text: str, message: str) -> None:
    check(outcome(text, "d.yaml"), message)


@given(text=LINES | st.text(), message=st.text(max_size=3))
def test_any_transcript_is_a_dialogue_or_a_list_of_problems(text: str, message: str) -> None:
    check(outcome(text, "d.txt"), message)
    check(outcome(text, ""), message)


TURNS = st.fixed_dictionaries(
    {"user": st.sampled_from(["a", "*", "/(?P<n>.)/", {"equals": "b"}]), "agent": WORDS},
    optional={
        "label": st.sampled_from(["x", "y"]),
        "then": st.sampled_from(["x", "y", "end"]),
        "when": st.fixed_dictionaries({}, optional={"turn": st.integers(1, 3)}),
        "latency": st.sampled_from(["1s", {"uniform": ["1ms", "2s"]}]),
    },
)
ENTRIES = st.recursive(
    TURNS,
    lambda inner: st.fixed_dictionaries(
        {
            "branch": st.lists(
                inner | st.lists(inner, min_size=1, max_size=2), min_size=1, max_size=3
            )
        }
    ),
    max_leaves=5,
)


@given(
    turns=st.lists(ENTRIES, min_size=1, max_size=4),
    at_end=st.sampled_from(["unscripted", "repeat", "restart"]),
    messages=st.lists(st.sampled_from(["a", "b", "{{n}}"]), max_size=6),
)
def test_every_loaded_dialogue_can_be_played(
    turns: list[Mapping[str, object]], at_end: str, messages: list[str]
) -> None:
    result = outcome(json.dumps({"turns": turns, "at_end": at_end}), "d.yaml")
    check(result, "a")
    if isinstance(result, Dialogue):
        assert len(said(result, *messages)) == len(messages)


PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1
)
TEXTS = st.lists(PLAIN, min_size=1, max_size=3).map("\n".join).map(str.strip).filter(bool)


@given(talk=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_every_conversation_plays_back_from_its_transcript(talk: list[tuple[str, str]]) -> None:
    lines = [
        ("\n".join(map(str.rstrip, a.split("\n"))), "\n".join(map(str.rstrip, b.split("\n"))))
        for a, b in talk
    ]
    written = parse_dialogue(write_transcript(lines), file="talk.txt")

    assert said(written, *(message for message, _ in lines)) == [response for _, response in lines]


PATTERNS = st.one_of(
    st.just("*"),
    PLAIN.map(lambda text: f'="{text}"'),
    PLAIN.map(str.strip).filter(bool),
    st.sampled_from(["/a(?P<n>.)/i", "/x/"]),
)


@given(
    talk=st.lists(st.tuples(PATTERNS, PLAIN.map(str.strip).filter(bool)), min_size=1, max_size=4)
)
def test_three_spellings_are_one_dialogue(talk: list[tuple[str, str]]) -> None:
    assume(not any("{{" in response for _, response in talk))
    transcript = "".join(f"user: {pattern}\nagent: {response}\n" for pattern, response in talk)
    entries = [{"user": pattern, "agent": response} for pattern, response in talk]
    script: DialogueBuilder = dialogue("d")
    for pattern, response in talk:
        script = script.user(pattern).agent(response)
    spelled = [
        outcome(transcript, "d.txt"),
        outcome(json.dumps({"turns": entries}, ensure_ascii=False), "d.yaml"),
        _built(script),
    ]

    if any(isinstance(each, DialogueError) for each in spelled):
        assert all(isinstance(each, DialogueError) for each in spelled)
    else:
        assert spelled[0] == spelled[1] == spelled[2]


def _built(script: DialogueBuilder) -> Dialogue | DialogueError:
    try:
        return script.build()
    except DialogueError as error:
        return error


@given(message=st.text() | st.just("{{n}}{{message}}"), variable=st.text())
def test_text_of_a_message_is_never_expanded(message: str, variable: str) -> None:
    talk = (
        dialogue("d").user("/(?s)(?P<n>.*)/").agent("<{{n}}|{{message}}|{{variables.v}}>").build()
    )
    reply = play([talk], replace(agent_input(message=message), input_variables={"v": variable}))

    assert reply.response == f"<{message}|{message}|{variable}>"


@given(text=st.text())
def test_a_valid_pattern_survives_a_round_trip(text: str) -> None:
    try:
        pattern = parse_pattern(text)
    except ValueError:
        return
    assert parse_pattern(str(pattern)) == pattern


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}, "\ud800"])
def test_a_value_that_is_not_json_is_a_problem_in_python_too(value: object) -> None:
    with pytest.raises(DialogueError, match="must be JSON"):
        dialogue("x").user("a", variables={"x": value}).agent("b").build()


def test_a_branch_without_turns_is_a_problem() -> None:
    with pytest.raises(DialogueError, match="`branch` is empty"):
        dialogue("x").branch().build()
    with pytest.raises(DialogueError, match="no reply"):
        dialogue("x").branch(user("a")).build()


def test_ids_are_filled_into_a_reply() -> None:
    talk = dialogue("x").user().agent("{{contactId}}{{executionId}}{{versionId}}").build()
    message: AgentInput = agent_input(contact_id="c")

    assert play([talk], message).response == f"c{message.execution_id}v1"
