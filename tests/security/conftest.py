from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from leadway_mock.app import build_emulator, create_app
from leadway_mock.emulator import Emulator
from leadway_mock.settings import Settings


@pytest.fixture
def emulator() -> Emulator:
    return build_emulator(Settings(check_answers=True, seed=1))


@pytest.fixture
def client(emulator: Emulator) -> FlaskClient:
    return create_app(emulator=emulator).test_client()
