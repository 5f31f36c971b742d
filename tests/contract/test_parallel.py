"""Section "Conversations": many at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.service import Service, Way

CONVERSATIONS = 64
TURNS = 20


def converse(service: Service, number: int) -> list[str]:
    """Hold one conversation, alternating between the paths, and return what the agent said."""

    def answers() -> Iterator[str]:
        fields: dict[str, str] = {}
        for turn in range(1, TURNS + 1):
            way: Way = "current" if turn % 2 else "deprecated"
            answer = service.say(f"{number}/{turn}", way=way, **fields)
            fields["execution_id"] = answer.execution_id
            yield answer.response

    return list(answers())


@pytest.mark.clause("conversations-never-mix")
def test_conversations_never_mix(service: Service) -> None:
    with ThreadPoolExecutor(CONVERSATIONS) as pool:
        heard = list(pool.map(lambda number: converse(service, number), range(CONVERSATIONS)))
    assert heard == [
        [f"Turn {turn}. You said: {number}/{turn}" for turn in range(1, TURNS + 1)]
        for number in range(CONVERSATIONS)
    ]


@pytest.mark.clause("parallel-turns-have-distinct-numbers")
def test_parallel_turns_have_distinct_numbers(service: Service) -> None:
    session = service.say("First").execution_id
    messages = [f"message {number}" for number in range(64)]

    def say(message: str) -> str:
        return service.say(message, execution_id=session).response

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(say, messages))
    turns, said = zip(*(answer.split(". You said: ") for answer in answers), strict=True)
    assert list(said) == messages
    assert sorted(int(turn.removeprefix("Turn ")) for turn in turns) == list(range(2, 66))
