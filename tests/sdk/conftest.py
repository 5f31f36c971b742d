from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from leadway import MOCK_TOKEN, AsyncLeadway, Leadway, Reply, RetryPolicy
from leadway_mock.config.settings import Settings
from leadway_mock.http_server import Server
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from tests.sdk.hostile_server import HostileServer, run_hostile_server
from tests.sdk.samples import AGENT_ID

LOCATION = "C2QujeCh8ZnC7al2InWR"
FAST_RETRIES = RetryPolicy(initial_delay=0.01)

Send = Callable[..., Reply]


@pytest.fixture(scope="session")
def hostile_server() -> Iterator[HostileServer]:
    with run_hostile_server() as server:
        yield server


@pytest.fixture(scope="session")
def mock_with() -> Iterator[Callable[..., str]]:
    """Return the URL of a mock with these settings; equal settings share one."""
    running: dict[str, Server] = {}
    with ExitStack() as stack:

        def url(**settings: Any) -> str:
            key = repr(sorted(settings.items()))
            if key not in running:
                emulator = stack.enter_context(closing(build_emulator(Settings(**settings))))
                server = open_server(create_app(emulator=emulator), Settings(port=0))
                running[key] = stack.enter_context(server)
            return running[key].url

        yield url


@pytest.fixture
def url(mock_with: Callable[..., str]) -> str:
    return mock_with()


def send_sync(url: str, message: str = "Hello", *, agent: str = AGENT_ID, **options: Any) -> Reply:
    """Send one message with the sync client."""
    with Leadway(**_options(url, options)) as leadway:
        return leadway.agent(agent).execute(message)


def send_async(url: str, message: str = "Hello", *, agent: str = AGENT_ID, **options: Any) -> Reply:
    """Send one message with the async client."""

    async def execute() -> Reply:
        async with AsyncLeadway(**_options(url, options)) as leadway:
            return await leadway.agent(agent).execute(message)

    return asyncio.run(execute())


def _options(url: str, options: dict[str, Any]) -> dict[str, Any]:
    common = {
        "token": MOCK_TOKEN,
        "location_id": LOCATION,
        "base_url": url,
        "retries": FAST_RETRIES,
    }
    return common | options


@pytest.fixture(params=[send_sync, send_async], ids=["sync", "async"])
def send(request: pytest.FixtureRequest) -> Send:
    function: Send = request.param
    return function
