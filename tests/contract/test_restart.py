"""Conversations in a file or in Redis survive the end of the process, clean or killed."""

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

CLIENTS = 8


@contextmanager
def run_mock(store: str, *flags: str) -> Iterator[tuple[Program, Service]]:
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


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_conversation_continues_after_a_restart(store: str, end: signal.Signals) -> None:
    with run_mock(store) as (program, service):
        session = service.say("One").execution_id
        assert turn(service.say("Two", execution_id=session, way="deprecated")) == 2
        assert program.stop(end) == (-end if end == signal.SIGKILL else 0)
    with run_mock(store) as (_, service):
        assert turn(service.say("Three", execution_id=session)) == 3


def test_seed_repeats_no_id_after_a_restart(store: str) -> None:
    seen = set()
    for _ in range(2):
        with run_mock(store, "--seed", "7") as (program, service):
            seen |= {service.say("Hello").execution_id for _ in range(3)}
            program.stop()
    assert len(seen) == 6


def test_responses_survive_a_killed_process(store: str) -> None:
    with run_mock(store) as (program, service):
        responses_by_session = converse_until_killed(service, program)
    with run_mock(store) as (_, service):
        for session, responses in responses_by_session.items():
            stored = transcript(service, session)
            assert [entry["turn"] for entry in stored] == list(range(1, len(stored) + 1))
            for entry, response in zip(stored, responses, strict=False):
                assert entry["interactionId"] == response.interaction_id
            # The last turn may be stored without its response being sent.
            assert len(responses) <= len(stored) <= len(responses) + 1
            assert turn(service.say("Still there?", execution_id=session)) == len(stored) + 1


def converse_until_killed(
    service: Service, program: Program
) -> dict[str, list[ExecuteAgentResponse]]:
    """Kill the server while clients hold conversations; return the responses by session."""
    all_in_progress = threading.Barrier(CLIENTS + 1)

    def converse(number: int) -> list[ExecuteAgentResponse]:
        responses = [service.say(f"{number}/1")]
        try:
            for count in range(2, 100_000):
                if count == 5:
                    all_in_progress.wait(60)
                responses.append(
                    service.say(f"{number}/{count}", execution_id=responses[0].execution_id)
                )
        except httpx.TransportError:
            pass
        return responses

    with ThreadPoolExecutor(CLIENTS) as pool:
        futures = [pool.submit(converse, number) for number in range(CLIENTS)]
        all_in_progress.wait(60)
        program.stop(signal.SIGKILL)
        conversations = [future.result() for future in futures]
    return {responses[0].execution_id: responses for responses in conversations}


def transcript(service: Service, session: str) -> list[dict[str, Any]]:
    session_json = service.http.get(f"/__mock/sessions/{session}", params={"limit": 1_000}).json()
    turns: list[dict[str, Any]] = session_json["transcript"]
    return turns
