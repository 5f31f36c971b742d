"""What the tests of dialogues have in common: parsing one, and reading what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from leadway_mock.agents.replies import AgentInput, AgentReply
from leadway_mock.dialogues import (
    Dialogue,
    DialogueBuilder,
    DialogueError,
    as_dialogue,
    parse_dialogue,
    play,
)
from tests.mock.agents.agent_inputs import agent_input


def complaints(text: str, file: str = "") -> list[str]:
    """Parse a dialogue that is wrong; return what is said, line by line, without its name."""
    with pytest.raises(DialogueError) as error:
        parse_dialogue(text, name="d", file=file)
    # A chained error would show the text it is about.
    assert error.value.__cause__ is None
    lines = str(error.value).splitlines()
    assert all(line.startswith(f"{file or 'd'}:") for line in lines)
    return [line.removeprefix(f"{file or 'd'}:") for line in lines]


def replies(
    one: Dialogue | DialogueBuilder, *messages: str, **further: object
) -> Iterator[AgentReply]:
    """Play a dialogue in one session, and yield the reply to each of `messages`."""
    first = replace(agent_input(), **further)  # type: ignore[arg-type]
    state: dict[str, object] = {}
    for turn, message in enumerate(messages, start=1):
        reply = play([as_dialogue(one)], replace(first, turn=turn, message=message, state=state))
        state = dict(reply.state)
        yield reply


def said(one: Dialogue | DialogueBuilder, *messages: str, **further: object) -> list[str]:
    """Play a dialogue in one session; return its replies, `?` for an unexpected message."""
    return ["?" if reply.rule else reply.response for reply in replies(one, *messages, **further)]


def missed(dialogues: Sequence[Dialogue | DialogueBuilder], message: AgentInput) -> AgentReply:
    """Play a first message that no dialogue begins with."""
    reply = play([as_dialogue(each) for each in dialogues], message)
    assert reply.rule
    return reply
