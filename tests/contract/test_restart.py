"""Conversations in a file or in Redis survive the process, whether it ends in peace or not."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadway_client.models import ExecuteAgentResponse
from tests.contract.programs import Program, mock
from tests.contract.service import Service, opened, turn

TALKERS = 8


@contextmanager
def serving(store: str, *flags: str) -> Iterator[tuple[Program, Service]]:
    with (
        mock("--store", store, *flags) as program,
        opened(program.url, trust_env=False) as service,
    ):
        yield program, service


@pytest.fixture(params=["sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "redis":
        return str(request.getfixturevalue("redis_url"))
    return f"sqlite:///{tmp_path / 'mock.db'}"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_conversation_goes_on_after_a_restart(store: str, how: signal.Signals) -> None:
    with serving(store) as (program, service):
        session = service.say("One").execution_id
        assert turn(service.say("Two", execution_id=session, way="deprecated")) == 2
        assert program.stop(how) == (-how if how == signal.SIGKILL else 0)
    with serving(store) as (_, service):
        assert turn(service.say("Three", execution_id=session)) == 3


def test_a_seed_mints_no_id_twice_across_a_restart(store: str) -> None:
    seen = set()
    for _ in range(2):
        with serving(store, "--seed", "7") as (program, service):
            seen |= {service.say("Hello").execution_id for _ in range(3)}
            program.stop()
    assert len(seen) == 6


def test_what_was_answered_survives_a_killed_process(store: str) -> None:
    with serving(store) as (program, service):
        answered = talk_until_killed(service, program)
    with serving(store) as (_, service):
        for session, answers in answered.items():
            kept = transcript(service, session)
            assert [entry["turn"] for entry in kept] == list(range(1, len(kept) + 1))
            for entry, answer in zip(kept, answers, strict=False):
                assert entry["interactionId"] == answer.interaction_id
            # The last message may have been heard without its answer getting out.
            assert len(answers) <= len(kept) <= len(answers) + 1
            assert turn(service.say("Still there?", execution_id=session)) == len(kept) + 1


def talk_until_killed(service: Service, program: Program) -> dict[str, list[ExecuteAgentResponse]]:
    """Let talkers talk, kill the server amid, and return what was answered, by session."""
    well_under_way = threading.Barrier(TALKERS + 1)

    def talk(number: int) -> list[ExecuteAgentResponse]:
        answers = [service.say(f"{number}/1")]
        try:
            for count in range(2, 100_000):
                if count == 5:
                    well_under_way.wait(60)
                answers.append(
                    service.say(f"{number}/{count}", execution_id=answers[0].execution_id)
                )
        except httpx.TransportError:
            pass
        return answers

    with ThreadPoolExecutor(TALKERS) as pool:
        talks = [pool.submit(talk, number) for number in range(TALKERS)]
        well_under_way.wait(60)
        program.stop(signal.SIGKILL)
        answered = [talk.result() for talk in talks]
    return {answers[0].execution_id: answers for answers in answered}


def transcript(service: Service, session: str) -> list[dict[str, Any]]:
    shown = service.http.get(f"/__mock/sessions/{session}", params={"limit": 1_000}).json()
    found: list[dict[str, Any]] = shown["transcript"]
    return found
