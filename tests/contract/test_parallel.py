"""Section "Conversations": many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.service import Service, Way

CONVERSATIONS = 64
TURNS = 20


def converse(service: Service, number: int) -> None:
    """Hold one conversation by both paths in turn, and see that the agent hears nothing else."""
    fields: dict[str, str] = {}
    for turn in range(1, TURNS + 1):
        way: Way = "current" if turn % 2 else "deprecated"
        answer = service.say(f"{number}/{turn}", way=way, **fields)
        assert answer.response == f"Turn {turn}. You said: {number}/{turn}"
        fields["execution_id"] = answer.execution_id


@pytest.mark.clause("conversations-never-mix")
def test_conversations_never_mix(service: Service) -> None:
    with ThreadPoolExecutor(CONVERSATIONS) as pool:
        held = [pool.submit(converse, service, number) for number in range(CONVERSATIONS)]
    for conversation in held:
        conversation.result()


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
