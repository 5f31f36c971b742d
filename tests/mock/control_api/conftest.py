from __future__ import annotations

import pytest

from leadway_mock.web import create_app
from tests.mock.client import Caller
from tests.mock.control_api.api import Api


@pytest.fixture
def api(caller: Caller) -> Api:
    return Api(create_app(emulator=caller.emulator).test_client())
