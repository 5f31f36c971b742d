from __future__ import annotations

import pytest

from leadway_mock.web import create_app
from tests.mock.client import EmulatorClient
from tests.mock.control_api.api import Api


@pytest.fixture
def api(client: EmulatorClient) -> Api:
    return Api(create_app(emulator=client.emulator).test_client())
