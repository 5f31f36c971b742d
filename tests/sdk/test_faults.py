"""Conversations with a mock that breaks on purpose: no message is heard twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from leadway import (
    MADE_UP,
    AsyncConversation,
    AsyncLeadway,
    BlockedError,
    ConnectionLostError,
    Conversation,
    Leadway,
    LeadwayError,
    RateLimitedError,
    Retries,
    ServerError,
    TimedOutError,
    UpstreamTimeoutError,
)
from leadway_mock.agents import ECHO_ID
from leadway_mock.app import build_emulator, create_app
from leadway_mock.arming import arm, disarm
from leadway_mock.emulator import Emulator
from leadway_mock.faults import read_fault
from leadway_mock.serving import open_server
from leadway_mock.settings import Settings
from tests.sdk.conftest import LOCATION

FAULTS: list[tuple[dict[str, Any], type[LeadwayError]]] = [
    ({"status": 500}, ServerError),
    ({"status": 503}, ServerError),
    ({"rule": "upstream-timeout"}, UpstreamTimeoutError),
    ({"proxy": 403}, BlockedError),
    *[({"proxy": status}, ServerError) for status in (502, *range(520, 530))],
    ({"transport": "CONNECTION_RESET_BY_PEER"}, ConnectionLostError),
    ({"transport": "EMPTY_RESPONSE"}, ConnectionLostError),
    ({"transport": "MALFORMED_RESPONSE_CHUNK"}, ConnectionLostError),
    ({"transport": "RANDOM_DATA_THEN_CLOSE"}, ConnectionLostError),
    ({"transport": "TRUNCATED_BODY"}, ConnectionLostError),
    ({"transport": "HANG"}, TimedOutError),
]
SILENT = ("HANG", "SLOW_BODY")


@dataclass
class Breakable:
    """A mock, and what breaks it on the next calls."""

    emulator: Emulator
    url: str

    def breaks(self, **fault: Any) -> None:
        space = self.emulator.spaces.shared()
        arm(self.emulator.spaces, self.emulator.contract, space.name, read_fault(fault))

    def works(self) -> None:
        disarm(self.emulator.spaces, self.emulator.spaces.shared().name)


@pytest.fixture(scope="module")
def breakable_mock() -> Iterator[Breakable]:
    # Without Retry-After, a 503 is one of those that may have been heard.
    emulator = build_emulator(Settings(retry_after=False))
    with open_server(create_app(emulator=emulator), Settings(port=0)) as server:
        yield Breakable(emulator, server.url)
    emulator.close()


@pytest.fixture
def breakable(breakable_mock: Breakable) -> Iterator[Breakable]:
    yield breakable_mock
    breakable_mock.works()


Talk = Callable[[Breakable, dict[str, Any]], tuple[LeadwayError | str, str]]


def talk_sync(breakable: Breakable, fault: dict[str, Any]) -> tuple[LeadwayError | str, str]:
    with Leadway(**_options(breakable, fault)) as leadway:
        chat = leadway.agent(ECHO_ID).conversation()
        chat.send("One")
        breakable.breaks(**fault)
        came = _attempted(chat)
        breakable.works()
        return came, chat.send("Three").text


def _attempted(chat: Conversation) -> LeadwayError | str:
    try:
        return chat.send("Two").text
    except LeadwayError as error:
        return error


def talk_async(breakable: Breakable, fault: dict[str, Any]) -> tuple[LeadwayError | str, str]:
    async def talk() -> tuple[LeadwayError | str, str]:
        async with AsyncLeadway(**_options(breakable, fault)) as leadway:
            chat = leadway.agent(ECHO_ID).conversation()
            await chat.send("One")
            breakable.breaks(**fault)
            came = await _attempted_async(chat)
            breakable.works()
            return came, (await chat.send("Three")).text

    return asyncio.run(talk())


async def _attempted_async(chat: AsyncConversation) -> LeadwayError | str:
    try:
        return (await chat.send("Two")).text
    except LeadwayError as error:
        return error


def _options(breakable: Breakable, fault: dict[str, Any]) -> dict[str, Any]:
    return {
        "token": MADE_UP,
        "location_id": LOCATION,
        "base_url": breakable.url,
        "timeout": 0.5 if fault.get("transport") in SILENT else 60.0,
        "retries": Retries(first_wait=0.01, budget=5),
    }


@pytest.fixture(params=[talk_sync, talk_async], ids=["sync", "async"])
def talk(request: pytest.FixtureRequest) -> Talk:
    way: Talk = request.param
    return way


@pytest.mark.parametrize(("fault", "expected"), FAULTS)
@pytest.mark.parametrize(("when", "turn"), [("before-commit", 2), ("after-commit", 3)])
def test_what_may_have_been_heard_is_not_said_twice(  # noqa: PLR0913, PLR0917 - a row and its ways
    breakable: Breakable,
    talk: Talk,
    fault: dict[str, Any],
    expected: type[LeadwayError],
    when: str,
    turn: int,
) -> None:
    came, then = talk(breakable, {**fault, "when": when, "times": 9})
    assert type(came) is expected
    assert (came.retry_safe, came.attempts) == (False, 1)
    assert then == f"Turn {turn}. You said: Three"


def test_a_429_is_said_again_until_it_is_heard_once(breakable: Breakable, talk: Talk) -> None:
    came, then = talk(breakable, {"status": 429, "times": 2})
    assert (came, then) == ("Turn 2. You said: Two", "Turn 3. You said: Three")


def test_a_429_that_stays_is_told(breakable: Breakable, talk: Talk) -> None:
    came, then = talk(breakable, {"status": 429, "times": 9})
    assert isinstance(came, RateLimitedError)
    assert (came.retry_safe, came.attempts) == (True, 3)
    assert then == "Turn 2. You said: Three"


@pytest.mark.parametrize("spread", [5])
def test_a_slow_body_is_given_up_in_time(breakable: Breakable, talk: Talk, spread: float) -> None:
    came, then = talk(breakable, {"transport": "SLOW_BODY", "spread": spread})
    assert isinstance(came, TimedOutError)
    assert then == "Turn 3. You said: Three"


def test_a_late_answer_is_waited_for(breakable: Breakable, talk: Talk) -> None:
    came, _ = talk(breakable, {"latency": "100ms"})
    assert came == "Turn 2. You said: Two"
