from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leadway_mock.agents import BUILT_IN, Cast
from leadway_mock.clock import ManualClock
from leadway_mock.contract import Contract, load_contract
from leadway_mock.emulator import Emulator
from leadway_mock.settings import Settings
from leadway_mock.store import Store, open_store
from tests.mock.support import Caller


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load_contract()


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("memory:")
    yield opened
    opened.close()


@pytest.fixture
def caller_with(contract: Contract, store: Store) -> Callable[..., Caller]:
    def make(*, cast: Cast = BUILT_IN, store: Store = store, **settings: Any) -> Caller:
        clock = ManualClock()
        chosen = Settings(**({"check_answers": True, "seed": 1} | settings))
        return Caller(Emulator(chosen, contract, cast, store, clock), clock)

    return make


@pytest.fixture
def caller(caller_with: Callable[..., Caller]) -> Caller:
    return caller_with()
