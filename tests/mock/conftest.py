from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from leadway_mock.agents.builtin import BUILT_IN
from leadway_mock.agents.registry import AgentRegistry
from leadway_mock.config.settings import Settings
from leadway_mock.contract.loader import load_contract
from leadway_mock.contract.model import Contract
from leadway_mock.http.messages import Request, Response
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.clock import ManualClock
from leadway_mock.store import Store, open_store
from tests.mock.client import EmulatorClient


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load_contract()


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("memory:")
    yield opened
    opened.close()


@pytest.fixture(params=["memory", "sqlite", "redis"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each kind of store in turn, empty."""
    urls = {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path / 'mock.db'}"}
    store = open_store(urls.get(request.param) or request.getfixturevalue("redis_url"))
    with closing(store):
        yield store


@pytest.fixture
def client_with(contract: Contract, store: Store) -> Iterator[Callable[..., EmulatorClient]]:
    with ExitStack() as stack:

        def make(
            *, cast: AgentRegistry = BUILT_IN, store: Store = store, **settings: Any
        ) -> EmulatorClient:
            clock = ManualClock()
            chosen = Settings(**({"validate_responses": True, "seed": 1} | settings))
            emulator = Emulator(chosen, contract, cast, store, clock)
            return EmulatorClient(stack.enter_context(closing(emulator)), clock)

        yield make


@pytest.fixture
def client(client_with: Callable[..., EmulatorClient]) -> EmulatorClient:
    return client_with()


@pytest.fixture(autouse=True)
def _what_a_test_shows_happens(
    request: pytest.FixtureRequest, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail a test whose `behaviour` marks name examples that no response of it had."""
    marked = {rule for mark in request.node.iter_markers("behaviour") for rule in mark.args}
    wanted = marked & set(contract.examples)
    if not wanted:
        yield
        return
    seen = set()
    response = Emulator.handle

    def watched(emulator: Emulator, asked: Request) -> Response:
        given = response(emulator, asked)
        seen.add(given.rule)
        return given

    monkeypatch.setattr(Emulator, "handle", watched)
    yield
    assert wanted & seen, f"marked as showing {sorted(wanted)}, and saw {sorted(seen)}"
