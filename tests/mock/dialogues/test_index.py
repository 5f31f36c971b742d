"""The index of first turns chooses what trying every turn would choose, and costs no more."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.agents.replies import AgentInput
from leadway_mock.config.settings import Settings
from leadway_mock.dialogues import Dialogue, Pattern, ScriptedReply, ScriptedTurn, dialogue, play
from leadway_mock.dialogues.index import MAX_SCANNED, DialogueSequence
from leadway_mock.http.messages import Request
from leadway_mock.pipeline.assembly import build_emulator
from tests.mock.agents.agent_inputs import agent_input

WORDS = ["hair", "haircut", "Cut", "strasse", "straße", "İstanbul", "a", "no way", "", " "]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join) | st.text(max_size=6)
PATTERNS = st.one_of(
    TEXTS.map(lambda text: Pattern("contains", text)),
    TEXTS.map(lambda text: Pattern("equals", text)),
    st.sampled_from([Pattern("any"), Pattern("regex", "cut$"), Pattern("regex", "(?P<n>a)b?")]),
)
FIRST_TURNS = st.lists(st.lists(PATTERNS, min_size=1, max_size=3), min_size=1, max_size=12)


def scripted(number: int, patterns: Sequence[Pattern]) -> Dialogue:
    turns = [
        ScriptedTurn(index, pattern, ScriptedReply(f"turn {index} of {number}"))
        for index, pattern in enumerate(patterns, start=1)
    ]
    return Dialogue(f"d{number:02}", tuple(turns), tuple(turn.number for turn in turns))


def tried_one_by_one(dialogues: Sequence[Dialogue], message: AgentInput) -> str | None:
    matching = (
        turn.reply.text
        for each in dialogues
        for turn in each.following(0)
        if turn.match(message) is not None
    )
    return next(matching, None)


@given(patterns=FIRST_TURNS, text=TEXTS)
@example([[Pattern("contains", "aircu")]] * (MAX_SCANNED + 1), "A HAIRCUT")
@example([[Pattern("contains", "hair cut")]] * (MAX_SCANNED + 1), "hair  cut")
def test_the_index_chooses_the_same_turn_as_a_scan(
    patterns: list[list[Pattern]], text: str
) -> None:
    dialogues = [scripted(number, each) for number, each in enumerate(patterns)]
    message = agent_input(message=text)

    reply = play(dialogues, message)
    expected = tried_one_by_one(dialogues, message)

    assert (None if reply.rule else reply.response) == expected


@given(patterns=FIRST_TURNS, text=TEXTS)
def test_candidates_are_in_the_order_of_the_dialogues(
    patterns: list[list[Pattern]], text: str
) -> None:
    known = DialogueSequence(scripted(number, each) for number, each in enumerate(patterns))
    index = known.first_turns

    positions = [index.turns.index(each) for each in index.candidates(text)]
    assert positions == sorted(set(positions))


def numbered(number: int) -> str:
    return f"I want appointment number {number:04}"


def calls_of_a_first_turn(loaded: int, form: str) -> int:
    """Count the Python calls of one first turn, after some others."""
    emulator = build_emulator(Settings(quiet=True))
    numbers = range(loaded)
    dialogues = [dialogue(f"d{each:04}").user(form.format(numbered(each))) for each in numbers]
    emulator.dialogues.serve(each.agent("ok").build() for each in dialogues)
    headers = {
        "host": "127.0.0.1",
        "authorization": "Bearer pit-12345678-1234-4234-8234-123456789abc",
        "version": "2021-07-28",
        "content-type": "application/json",
    }
    content = {"message": numbered(loaded - 1), "locationId": "C2QujeCh8ZnC7al2InWR"}
    path = f"/agent-studio/agent/{ECHO_ID}/execute"
    request = Request("POST", path, "", headers, json.dumps(content).encode())
    for _ in range(3):
        assert emulator.handle(request).rule == "reply"
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        emulator.handle(request)
    finally:
        sys.setprofile(before)
        emulator.close()
    return calls


@pytest.mark.parametrize("form", ["{}", '="{}"'])
def test_a_first_turn_costs_the_same_with_a_thousand_dialogues(form: str) -> None:
    assert calls_of_a_first_turn(1_000, form) <= 1.3 * calls_of_a_first_turn(1, form)
