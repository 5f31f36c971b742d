from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leadway import MADE_UP, AsyncLeadway, Leadway, Reply, Retries
from leadway_mock.app import build_emulator, create_app
from leadway_mock.http_server import Server
from leadway_mock.serving import open_server
from leadway_mock.settings import Settings
from tests.sdk.hostile import Hostile, hostile
from tests.sdk.outcomes import CALL

LOCATION = "C2QujeCh8ZnC7al2InWR"
QUICK = Retries(first_wait=0.01)

Ask = Callable[..., Reply]


@pytest.fixture(scope="session")
def hostile_server() -> Iterator[Hostile]:
    with hostile() as server:
        yield server


@pytest.fixture(scope="session")
def mock_with() -> Iterator[Callable[..., str]]:
    """Serve mocks with the settings a test wants, one for each kind."""
    running: dict[str, tuple[Server, Any]] = {}

    def url(**settings: Any) -> str:
        key = repr(sorted(settings.items()))
        if key not in running:
            emulator = build_emulator(Settings(**settings))
            server = open_server(create_app(emulator=emulator), Settings(port=0))
            running[key] = (server.__enter__(), emulator)
        return running[key][0].url

    yield url
    for server, emulator in running.values():
        server.__exit__(None, None, None)
        emulator.close()


@pytest.fixture
def url(mock_with: Callable[..., str]) -> str:
    return mock_with()


def ask_sync(
    url: str, message: str = "Hello", *, agent: str = CALL.agent_id, **options: Any
) -> Reply:
    """Send one message, as code with threads does."""
    with Leadway(**_options(url, options)) as leadway:
        return leadway.agent(agent).execute(message)


def ask_async(
    url: str, message: str = "Hello", *, agent: str = CALL.agent_id, **options: Any
) -> Reply:
    """Send one message, as async code does."""

    async def asked() -> Reply:
        async with AsyncLeadway(**_options(url, options)) as leadway:
            return await leadway.agent(agent).execute(message)

    return asyncio.run(asked())


def _options(url: str, options: dict[str, Any]) -> dict[str, Any]:
    common = {"token": MADE_UP, "location_id": LOCATION, "base_url": url, "retries": QUICK}
    return common | options


@pytest.fixture(params=[ask_sync, ask_async], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    way: Ask = request.param
    return way
