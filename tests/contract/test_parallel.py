"""Section "Conversations": parallel conversations and turns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.service import Service, Way

CONVERSATIONS = 64
TURNS = 8


def converse(service: Service, number: int) -> None:
    """Hold one conversation on both paths in turn; check that each reply belongs to it."""
    fields: dict[str, str] = {}
    for turn in range(1, TURNS + 1):
        way: Way = "current" if turn % 2 else "deprecated"
        response = service.say(f"{number}/{turn}", way=way, **fields)
        assert response.response == f"Turn {turn}. You said: {number}/{turn}"
        fields["execution_id"] = response.execution_id


@pytest.mark.clause("conversations-are-isolated")
def test_conversations_are_isolated(service: Service) -> None:
    with ThreadPoolExecutor(CONVERSATIONS) as pool:
        conversations = [pool.submit(converse, service, number) for number in range(CONVERSATIONS)]
    for conversation in conversations:
        conversation.result()


@pytest.mark.clause("parallel-turns-have-distinct-numbers")
def test_parallel_turns_have_distinct_numbers(service: Service) -> None:
    session = service.say("First").execution_id
    messages = [f"message {number}" for number in range(64)]

    def say(message: str) -> str:
        return service.say(message, execution_id=session).response

    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(say, messages))
    turns, echoes = zip(*(response.split(". You said: ") for response in responses), strict=True)
    assert list(echoes) == messages
    assert sorted(int(turn.removeprefix("Turn ")) for turn in turns) == list(range(2, 66))
