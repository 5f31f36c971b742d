"""Conversations with injected faults: no message is processed twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from leadway import (
    MOCK_TOKEN,
    AsyncConversation,
    AsyncLeadway,
    BlockedByProxyError,
    ConnectionLostError,
    Conversation,
    Leadway,
    LeadwayError,
    RateLimitedError,
    RequestTimeoutError,
    RetryPolicy,
    ServerError,
    UpstreamTimeoutError,
)
from leadway_mock.agents.builtin import ECHO_ID
from leadway_mock.config.settings import Settings
from leadway_mock.faults import read_fault
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.fault_registry import arm, disarm
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.sdk.conftest import LOCATION

FAULTS: list[tuple[dict[str, Any], type[LeadwayError]]] = [
    ({"status": 500}, ServerError),
    ({"status": 503}, ServerError),
    ({"rule": "upstream-timeout"}, UpstreamTimeoutError),
    ({"proxyStatus": 403}, BlockedByProxyError),
    *[({"proxyStatus": status}, ServerError) for status in (502, *range(520, 530))],
    ({"transport": "CONNECTION_RESET_BY_PEER"}, ConnectionLostError),
    ({"transport": "EMPTY_RESPONSE"}, ConnectionLostError),
    ({"transport": "MALFORMED_RESPONSE_CHUNK"}, ConnectionLostError),
    ({"transport": "RANDOM_DATA_THEN_CLOSE"}, ConnectionLostError),
    ({"transport": "TRUNCATED_BODY"}, ConnectionLostError),
    ({"transport": "HANG"}, RequestTimeoutError),
]
SILENT = ("HANG", "SLOW_BODY")


@dataclass
class FaultyMock:
    """A mock whose next calls can fail."""

    emulator: Emulator
    url: str

    def inject(self, **fault: Any) -> None:
        namespace = self.emulator.namespaces.shared()
        arm(self.emulator.namespaces, self.emulator.contract, namespace.name, read_fault(fault))

    def recover(self) -> None:
        disarm(self.emulator.namespaces, self.emulator.namespaces.shared().name)


@pytest.fixture(scope="module")
def faulty_mock_server() -> Iterator[FaultyMock]:
    # Without Retry-After, a message with status 503 may have been processed.
    with (
        closing(build_emulator(Settings(send_retry_after=False))) as emulator,
        open_server(create_app(emulator=emulator), Settings(port=0)) as server,
    ):
        yield FaultyMock(emulator, server.url)


@pytest.fixture
def faulty_mock(faulty_mock_server: FaultyMock) -> Iterator[FaultyMock]:
    yield faulty_mock_server
    faulty_mock_server.recover()


Converse = Callable[[FaultyMock, dict[str, Any]], tuple[LeadwayError | str, str]]


def converse_sync(faulty_mock: FaultyMock, fault: dict[str, Any]) -> tuple[LeadwayError | str, str]:
    with Leadway(**_options(faulty_mock, fault)) as leadway:
        chat = leadway.agent(ECHO_ID).conversation()
        chat.send("One")
        faulty_mock.inject(**fault)
        result = _second_turn(chat)
        faulty_mock.recover()
        return result, chat.send("Three").text


def _second_turn(chat: Conversation) -> LeadwayError | str:
    try:
        return chat.send("Two").text
    except LeadwayError as error:
        return error


def converse_async(
    faulty_mock: FaultyMock, fault: dict[str, Any]
) -> tuple[LeadwayError | str, str]:
    async def converse() -> tuple[LeadwayError | str, str]:
        async with AsyncLeadway(**_options(faulty_mock, fault)) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            await chat.send("One")
            faulty_mock.inject(**fault)
            result = await _second_turn_async(chat)
            faulty_mock.recover()
            return result, (await chat.send("Three")).text

    return asyncio.run(converse())


async def _second_turn_async(chat: AsyncConversation) -> LeadwayError | str:
    try:
        return (await chat.send("Two")).text
    except LeadwayError as error:
        return error


def _options(faulty_mock: FaultyMock, fault: dict[str, Any]) -> dict[str, Any]:
    return {
        "token": MOCK_TOKEN,
        "location_id": LOCATION,
        "base_url": faulty_mock.url,
        "timeout": 0.5 if fault.get("transport") in SILENT else 60.0,
        "retries": RetryPolicy(initial_delay=0.01, max_total_delay=5),
    }


@pytest.fixture(params=[converse_sync, converse_async], ids=["sync", "async"])
def converse(request: pytest.FixtureRequest) -> Converse:
    function: Converse = request.param
    return function


@pytest.mark.parametrize(("fault", "expected"), FAULTS)
@pytest.mark.parametrize(("phase", "turn"), [("before-commit", 2), ("after-commit", 3)])
def test_what_may_have_been_processed_is_not_retried(  # noqa: PLR0913, PLR0917 - a row and its variants
    faulty_mock: FaultyMock,
    converse: Converse,
    fault: dict[str, Any],
    expected: type[LeadwayError],
    phase: str,
    turn: int,
) -> None:
    result, next_text = converse(faulty_mock, {**fault, "phase": phase, "times": 9})
    assert type(result) is expected
    assert (result.retry_safe, result.attempts) == (False, 1)
    assert next_text == f"Turn {turn}. You said: Three"


def test_a_429_is_retried(faulty_mock: FaultyMock, converse: Converse) -> None:
    result, next_text = converse(faulty_mock, {"status": 429, "times": 2})
    assert (result, next_text) == ("Turn 2. You said: Two", "Turn 3. You said: Three")


def test_a_repeated_429_is_raised(faulty_mock: FaultyMock, converse: Converse) -> None:
    result, next_text = converse(faulty_mock, {"status": 429, "times": 9})
    assert isinstance(result, RateLimitedError)
    assert (result.retry_safe, result.attempts) == (True, 3)
    assert next_text == "Turn 2. You said: Three"


@pytest.mark.parametrize("seconds", [5])
def test_a_slow_body_times_out(faulty_mock: FaultyMock, converse: Converse, seconds: float) -> None:
    result, next_text = converse(faulty_mock, {"transport": "SLOW_BODY", "bodySeconds": seconds})
    assert isinstance(result, RequestTimeoutError)
    assert next_text == "Turn 3. You said: Three"


def test_a_delayed_response_is_awaited(faulty_mock: FaultyMock, converse: Converse) -> None:
    result, _ = converse(faulty_mock, {"latency": "100ms"})
    assert result == "Turn 2. You said: Two"
