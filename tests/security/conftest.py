from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leadway_mock.config.settings import Settings
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.web import create_app


@pytest.fixture(scope="session")
def one_emulator() -> Iterator[Emulator]:
    with closing(build_emulator(Settings(validate_responses=True, seed=1))) as built:
        yield built


@pytest.fixture(scope="session")
def one_app(one_emulator: Emulator) -> Flask:
    return create_app(emulator=one_emulator)


@pytest.fixture
def emulator(one_emulator: Emulator) -> Emulator:
    one_emulator.reset()
    return one_emulator


@pytest.fixture
def app(one_app: Flask, emulator: Emulator) -> Flask:
    assert emulator.journal.count() == 0
    return one_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
