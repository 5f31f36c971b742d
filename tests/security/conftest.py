from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leadway_mock.app import build_emulator, create_app
from leadway_mock.emulator import Emulator
from leadway_mock.settings import Settings


@pytest.fixture(scope="session")
def one_emulator() -> Iterator[Emulator]:
    with closing(build_emulator(Settings(check_answers=True, seed=1))) as built:
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
