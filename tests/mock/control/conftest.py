from __future__ import annotations

import pytest

from leadway_mock.web import create_app
from tests.mock.control.api import Api
from tests.mock.support import Caller


@pytest.fixture
def api(caller: Caller) -> Api:
    return Api(create_app(emulator=caller.emulator).test_client())
